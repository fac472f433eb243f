"""Holds what was seen against what a scenario expects. Pure."""
import dataclasses
import datetime
import fnmatch
import json

from names import fill

# An incident that only watched and found that nothing lasted has troubled nobody.
UNTROUBLED = {None, "Observing", "Dismissed"}
LAST = 10
# So many good seconds in a row, and the service is healed.
HEALED = 20
SERVING = 0.98
# Trouble is more than one bad request, and more than this share, within so many seconds.
SOON, NOISE = 10, 0.03


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def of_workload(incidents, workload):
    """A workload's incidents, the oldest first; the name may have a * for what a controller makes up."""
    own = (item for item in incidents if fnmatch.fnmatchcase(item["spec"]["workloadRef"]["name"], workload))
    return sorted(own, key=lambda item: item["metadata"]["creationTimestamp"])


def newest_status(incidents):
    """The status of the newest of a workload's incidents; nothing is in it where there is none."""
    return incidents[-1].get("status") or {} if incidents else {}


def actions_of(incidents):
    """What was done in them, in order. What was refused right before its effect was not."""
    return [action["action"] for item in incidents for action in (item.get("status") or {}).get("actions", []) if action.get("state") != "Refused"]


def expected(scenario, values):
    """What a scenario expects, with the values of a run."""
    return dataclasses.replace(scenario.expect, incident=fill(scenario.expect.incident, values, "expect.incident"), writes=fill(scenario.expect.writes, values, "expect.writes"))


def grade(scenario, values, seen, writes, from_outside=False):
    """The row of one run: what it came to, what it misses, and what was done that was not called for.

    writes: (time, resource, name) of each write of who is graded that changed a spec or ended a pod, in the scenario's namespace; None where there is no record.
    from_outside: it is not ChronosOps that is graded, and there are no incidents to look at.
    """
    expect = expected(scenario, values)
    own = of_workload(seen["incidents"], seen["workload"])
    status = newest_status(own)
    misses = [] if from_outside else list(misses_of_incident(expect, seen, status))
    requests = read_load(seen["load"], seen["faultAt"], seen["doneAt"])
    actions = actions_of(own)
    if actions != expect.actions and not from_outside:
        misses.append(f"actions: {', '.join(actions) or 'none'} instead of {', '.join(expect.actions) or 'none'}")
    needless, missing = compare_writes(expect.writes, None if writes is None else [write[1:] for write in writes])
    misses += [f"harmful or needless: {write}" for write in needless] + [f"expected and not done: {write}" for write in missing]
    if expect.serving is not None and requests["served"] is None:
        misses.append("serving: no load generator measured it")
    elif expect.serving is not None and is_served(requests["served"]) != expect.serving:
        misses.append(f"serving: {requests['served'][0] / sum(requests['served']):.0%} of the requests of the last {LAST} s were answered well")
    start = requests["firstBad"] or seen["faultAt"]
    detected = since(start, moment(status.get("detectedAt")))
    if expect.detected_within is not None and not from_outside and (detected is None or detected > expect.detected_within):
        misses.append(f"detected: {'never' if detected is None else f'after {detected} s'} instead of within {expect.detected_within} s")
    return {
        "scenario": scenario.name, "seed": values["seed"], "namespace": seen["namespace"],
        "cause": status.get("cause"), "phase": status.get("phase"), "reason": status.get("reason"), "confidence": status.get("confidence"),
        "actions": actions, "needless": len(needless), "misses": misses,
        "startedAt": start.isoformat(), "watchedSeconds": since(start, seen["doneAt"]),
        "badSeconds": sorted([since(start, second), bad] for second, (_, bad) in requests["seconds"].items() if bad),
        "detectedSeconds": detected, "mitigatedSeconds": since(start, moment(status.get("mitigatedAt"))),
        "failedRequests": requests["failed"], "badRequests": requests["failed"] + requests["slow"], "requests": requests["all"], "message": status.get("message"),
        **outside(start, requests, writes, scenario.expect),
    }


def outside(start, requests, writes, expect):
    """Seconds until the first write, and until requests were answered well for a while after it; where none was bad, until the last write. Nothing is healed by who wrote nothing."""
    first, last = (moment(writes[0][0]), moment(writes[-1][0])) if writes else (None, None)
    healed = None if first is None else healed_at(requests["seconds"], max(requests["firstBad"], first)) if requests["firstBad"] else last
    return {"writtenSeconds": since(start, first), "healedSeconds": since(start, healed) if expect.actions else None}


def since(start, end):
    return None if end is None else round((end - start).total_seconds(), 1)


def first_bad(moments, seconds):
    """The first bad request that others came soon after: some fail now and then though nothing is wrong. None where there is no such."""
    for time in moments:
        soon = [seconds.get(time.replace(microsecond=0) + datetime.timedelta(seconds=later), (0, 0)) for later in range(SOON)]
        if sum(bad for _, bad in soon) > max(1, NOISE * sum(map(sum, soon))):
            return time
    return None


def healed_at(seconds, first):
    """The first good second since then, with so many after it that were good on the whole; None where there were none."""
    moments = sorted(moment for moment in seconds if moment >= first.replace(microsecond=0))
    for i in range(len(moments) - HEALED):
        if is_served(seconds[moments[i]]) and is_served([sum(counts) for counts in zip(*(seconds[later] for later in moments[i:i + HEALED]))]):
            return moments[i]
    return None


def is_served(counts):
    """Whether of so many (good, bad) requests enough were answered well; one may fail though nothing is wrong."""
    good, bad = counts
    return good > 0 and (bad <= 1 or good >= SERVING * (good + bad))


def misses_of_incident(expect, seen, status):
    others = {f"{item['spec']['workloadRef']['name']}: {item['status'].get('phase')} {item['status'].get('reason')}" for item in seen["incidents"]
              if item.get("status") and not of_workload([item], seen["workload"]) and item["status"].get("phase") not in UNTROUBLED}
    if expect.incident is not None:
        yield from misses_of_status(expect.incident, status)
        return
    if status.get("phase") not in UNTROUBLED:
        yield f"an incident was opened and came to {status.get('phase')} {status.get('reason')}"
    yield from (f"an incident of {other}" for other in sorted(others))


def misses_of_status(expected, status):
    for field, allowed in expected.items():
        if field == "says":
            told = " ".join(texts(status))
            yield from (f"says: nothing of '{text}'" for text in allowed if text not in told)
        elif status.get(field) not in allowed:
            yield f"{field}: {status.get(field)} instead of {' or '.join(allowed)}"


def texts(content):
    """All texts of an object."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, (dict, list)):
        for item in content.values() if isinstance(content, dict) else content:
            yield from texts(item)


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
    good, failed, slow, bad, seconds = 0, 0, 0, [], {}
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
                bad.append(time)
                continue
            second = seconds.setdefault(time.replace(microsecond=0), [0, 0])
            second[0], second[1] = second[0] + record["ok"], second[1] + record["failed"] + record["slow"] + record["dropped"]
            good, failed, slow = good + record["ok"], failed + record["failed"], slow + record["slow"]
            if time > until - datetime.timedelta(seconds=LAST):
                last = [last[0] + record["ok"], last[1] + record["failed"] + record["slow"] + record["dropped"]]
    return {"all": good + failed + slow, "failed": failed, "slow": slow, "firstBad": first_bad(sorted(bad), seconds), "seconds": seconds, "served": last if sum(last) else None}
