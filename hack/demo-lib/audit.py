"""Counts, in the API server's audit log, the writes that changed a spec."""
import glob
import json
import os

WRITES = {"create", "update", "patch", "delete", "deletecollection"}
# What an operator writes in the course of its work without touching anybody's workload.
OWN = {("", "events"), ("events.k8s.io", "events"), ("coordination.k8s.io", "leases"),
       ("authentication.k8s.io", "tokenreviews"), ("authorization.k8s.io", "subjectaccessreviews"), ("authorization.k8s.io", "selfsubjectaccessreviews")}


class Log:
    """The log and what was rotated away from it. Each event is given once, oldest first, also where the log is rotated while it is read."""

    def __init__(self, path):
        self.path, self.read_of = path, {}

    def new(self):
        """The events that were not given yet."""
        current = None
        while current != self.current():
            current = self.current()
            stem, extension = os.path.splitext(self.path)
            for name in [*sorted(glob.glob(f"{glob.escape(stem)}-*{extension}")), self.path]:
                if os.path.exists(name):
                    yield from self.rest(name)

    def current(self):
        return os.stat(self.path).st_ino if os.path.exists(self.path) else None

    def rest(self, name):
        with open(name, "rb") as log:
            file = os.fstat(log.fileno()).st_ino
            log.seek(self.read_of.get(file, 0))
            for line in log:
                if not line.endswith(b"\n"):
                    return  # still in the making
                self.read_of[file] = self.read_of.get(file, 0) + len(line)
                try:
                    yield json.loads(line)
                except ValueError:
                    continue


def events(path):
    """The events of the log and of what was rotated away from it, oldest first."""
    return Log(path).new()


class SpecWrites:
    """The accepted writes by a user since some moment (UTC as text) that changed a spec."""

    def __init__(self, path, user, since):
        self.log, self.user, self.since = Log(path), user, since
        self.generations, self.found = {}, []

    def all(self):
        """(time, namespace, resource, name) of each until now."""
        for event in self.log.new():
            target = event.get("objectRef") or {}
            if event.get("stage") != "ResponseComplete" or event.get("verb") not in WRITES or "dryRun=All" in event.get("requestURI", ""):
                continue
            if (event.get("responseStatus") or {}).get("code", 500) >= 300 or not changes_spec(event, target, self.generations):
                continue
            # Times of one log have one format, so that they compare as text.
            if event["user"]["username"] == self.user and event["requestReceivedTimestamp"] >= self.since:
                self.found.append((event["requestReceivedTimestamp"], target.get("namespace", ""), target.get("resource", ""), target.get("name", "")))
        return list(self.found)


def spec_writes(path, user, since):
    """(namespace, resource, name) of each such write."""
    return [write[1:] for write in SpecWrites(path, user, since).all()]


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
