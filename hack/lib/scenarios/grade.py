"""Holds what was seen against what a scenario expects. Pure."""
import datetime
import json

from names import fill

# An incident that only watched and found that nothing lasted has troubled nobody.
UNTROUBLED = {None, "Observing", "Dismissed"}
LAST = 10
# So many good seconds in a row, and the service is healed.
HEALED = 20
SERVING = 0.98


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def grade(scenario, values, seen, writes, from_outside=False):
    """The row of one run: what it came to, what it misses, and what was done that was not called for.

    writes: (time, resource, name) of each write of who is graded that changed a spec or ended a pod, in the scenario's namespace; None where there is no record.
    from_outside: it is not ChronosOps that is graded, and there are no incidents to look at.
    """
    expect = scenario.expect
    own = sorted((item for item in seen["incidents"] if item["spec"]["workloadRef"]["name"] == seen["workload"]), key=lambda item: item["metadata"]["creationTimestamp"])
    incident = own[-1] if own else None
    status = (incident or {}).get("status") or {}
    misses = [] if from_outside else list(misses_of_incident(expect, seen, status))
    requests = read_load(seen["load"], seen["faultAt"], seen["doneAt"])
    actions = [action["action"] for item in own for action in (item.get("status") or {}).get("actions", []) if action.get("state") != "Refused"]
    if actions != expect.actions and not from_outside:
        misses.append(f"actions: {', '.join(actions) or 'none'} instead of {', '.join(expect.actions) or 'none'}")
    needless, missing = compare_writes(fill(expect.writes, values, "expect.writes"), None if writes is None else [write[1:] for write in writes])
    misses += [f"harmful or needless: {write}" for write in needless] + [f"expected and not done: {write}" for write in missing]
    if expect.serving is not None and requests["served"] is None:
        misses.append("serving: no load generator measured it")
    elif expect.serving is not None and (requests["served"] >= SERVING) != expect.serving:
        misses.append(f"serving: {requests['served']:.0%} of the requests of the last {LAST} s were answered well")
    start = requests["firstBad"] or seen["faultAt"]
    detected = since(start, moment(status.get("detectedAt")))
    if expect.detected_within is not None and not from_outside and (detected is None or detected > expect.detected_within):
        misses.append(f"detected: {'never' if detected is None else f'after {detected} s'} instead of within {expect.detected_within} s")
    return {
        "scenario": scenario.name, "seed": values["seed"], "namespace": seen["namespace"],
        "cause": status.get("cause"), "phase": status.get("phase"), "reason": status.get("reason"), "confidence": status.get("confidence"),
        "actions": actions, "needless": len(needless), "misses": misses,
        "detectedSeconds": detected, "mitigatedSeconds": since(start, moment(status.get("mitigatedAt"))),
        "failedRequests": requests["failed"], "badRequests": requests["failed"] + requests["slow"], "requests": requests["all"], "message": status.get("message"),
        **outside(start, requests, writes, expect),
    }


def outside(start, requests, writes, expect):
    """Seconds until the first write, and until requests were answered well for a while; where none was bad, until the last write that was called for."""
    first, last = (moment(writes[0][0]), moment(writes[-1][0])) if writes else (None, None)
    healed = requests["healed"] if requests["firstBad"] else last if expect.writes else None
    return {"writtenSeconds": since(start, first), "healedSeconds": since(start, healed) if expect.actions else None}


def since(start, end):
    return None if end is None else round((end - start).total_seconds(), 1)


def healed_at(seconds, first):
    """The first second since the first bad request after which so many in a row were good; None where there were none."""
    moments = sorted(moment for moment in seconds if first is not None and moment >= first.replace(microsecond=0))
    for i in range(len(moments) - HEALED):
        if all(seconds[later][0] >= SERVING * sum(seconds[later]) for later in moments[i:i + HEALED]):
            return moments[i]
    return None


def misses_of_incident(expect, seen, status):
    others = {f"{item['spec']['workloadRef']['name']}: {item['status'].get('phase')} {item['status'].get('reason')}" for item in seen["incidents"]
              if item.get("status") and item["spec"]["workloadRef"]["name"] != seen["workload"] and item["status"].get("phase") not in UNTROUBLED}
    if expect.incident is None:
        if status.get("phase") not in UNTROUBLED:
            yield f"an incident was opened and came to {status.get('phase')} {status.get('reason')}"
        yield from (f"an incident of {other}" for other in sorted(others))
        return
    for field, allowed in expect.incident.items():
        if status.get(field) not in allowed:
            yield f"{field}: {status.get(field)} instead of {' or '.join(allowed)}"


def compare_writes(expected, writes):
    """(what was written and not called for, what was called for and not written). A name of '*' stands for any."""
    if writes is None:
        return [], []
    open_, needless = dict(expected), []
    for resource, name in writes:
        key = next((key for key in (f"{resource}/{name}", f"{resource}/*") if open_.get(key, 0) > 0), None)
        if key is None:
            needless.append(f"{resource}/{name}")
        else:
            open_[key] -= 1
    return needless, [f"{key} ({count} more)" for key, count in open_.items() if count > 0]


def read_load(logs, since_, until):
    """Sums of all load generators from the fault on; the share that was answered well at the end."""
    good, failed, slow, first, seconds = 0, 0, 0, None, {}
    last = [0, 0]
    for text in logs.values():
        for line in text.splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            time = moment(record["time"])
            if time < since_ or "total" in record:
                continue
            if "kind" in record:
                first = min(filter(None, (first, time)))
                continue
            second = seconds.setdefault(time.replace(microsecond=0), [0, 0])
            second[0], second[1] = second[0] + record["ok"], second[1] + record["failed"] + record["slow"] + record["dropped"]
            good, failed, slow = good + record["ok"], failed + record["failed"], slow + record["slow"]
            if time > until - datetime.timedelta(seconds=LAST):
                last = [last[0] + record["ok"], last[1] + record["failed"] + record["slow"] + record["dropped"]]
    return {"all": good + failed + slow, "failed": failed, "slow": slow, "firstBad": first, "healed": healed_at(seconds, first), "served": last[0] / sum(last) if sum(last) else None}
