"""Counts, in the API server's audit log, the writes that changed a spec."""
import glob
import json
import os

WRITES = {"create", "update", "patch", "delete", "deletecollection"}
# What an operator writes in the course of its work without touching anybody's workload.
OWN = {("", "events"), ("events.k8s.io", "events"), ("coordination.k8s.io", "leases"),
       ("authentication.k8s.io", "tokenreviews"), ("authorization.k8s.io", "subjectaccessreviews"), ("authorization.k8s.io", "selfsubjectaccessreviews")}


def events(path):
    """The events of the log and of what was rotated away from it, oldest first."""
    stem, extension = os.path.splitext(path)
    for name in [*sorted(glob.glob(f"{glob.escape(stem)}-*{extension}")), path]:
        if not os.path.exists(name):
            continue
        with open(name, encoding="utf-8") as log:
            for line in log:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue  # the last line may still be in the making


def spec_writes(path, user, since):
    """(namespace, resource, name) of each accepted write by the user since then (UTC as text) that changed a spec."""
    return [write[1:] for write in timed_spec_writes(path, user, since)]


def timed_spec_writes(path, user, since):
    """The same with the time of each before it."""
    generations, found = {}, []
    for event in events(path):
        target = event.get("objectRef") or {}
        if event.get("stage") != "ResponseComplete" or event.get("verb") not in WRITES or "dryRun=All" in event.get("requestURI", ""):
            continue
        if (event.get("responseStatus") or {}).get("code", 500) >= 300 or not changes_spec(event, target, generations):
            continue
        # Times of one log have one format, so that they compare as text.
        if event["user"]["username"] == user and event["requestReceivedTimestamp"] >= since:
            found.append((event["requestReceivedTimestamp"], target.get("namespace", ""), target.get("resource", ""), target.get("name", "")))
    return found


def changes_spec(event, target, generations):
    """By metadata.generation, which the API server raises exactly when a spec changes; other kinds by all that they hold but who owns its fields."""
    group, resource = target.get("apiGroup", ""), target.get("resource")
    if (group, resource) in OWN or (group, resource) == ("", "configmaps") and target.get("name", "").startswith("postmortem-"):
        return False
    # Incidents are the operator's own, and the statuses of policies. Policies are people's.
    if group == "chronosops.io" and (resource == "incidents" or target.get("subresource") == "status"):
        return False
    metadata = (event.get("responseObject") or {}).get("metadata") or {}
    generation, uid = metadata.get("generation"), metadata.get("uid")
    if uid is None:
        return True
    state = content(event["responseObject"]) if generation is None else generation
    before, generations[uid] = generations.get(uid), state
    return before != state


def content(body):
    """The object as text, without its status and what changes with every write."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in ("managedFields", "resourceVersion", "annotations")}
    # Autoscalers of the first version tell their state in annotations.
    metadata["annotations"] = {key: value for key, value in (body["metadata"].get("annotations") or {}).items() if not key.startswith("autoscaling.alpha.kubernetes.io/")}
    return json.dumps({**body, "metadata": metadata, "status": None}, sort_keys=True)
