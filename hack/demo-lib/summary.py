#!/usr/bin/env python3
"""What became of a bad release: the load generator's view from outside beside the incident and the audit log."""
import argparse
import datetime
import json
import sys

import audit

HEALED = {"Resolved", "Mitigated"}
# Which records of the load generator are the fault itself. A release that never becomes ready fails no request.
SYMPTOMS = {"error-ratio": {"status", "timeout", "connect"}, "latency": {"slow", "timeout"}, "crash": set(), "image": set()}


def time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def clock(moment):
    return moment.strftime("%H:%M:%S.%f")[:-5]


def read_load(path, since):
    """The bad requests since a moment, sorted by when they were sent, and how many were answered in all."""
    bad, answered = [], 0
    with open(path, encoding="utf-8") as log:
        for line in log:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if time(record["time"]) < since or "total" in record:
                continue
            if "kind" in record:
                bad.append(record)
            else:
                answered += record["ok"] + record["failed"] + record["slow"]
    return sorted(bad, key=lambda record: record["time"]), answered


def find_incident(path, workload):
    with open(path, encoding="utf-8") as file:
        items = json.load(file)["items"]
    own = [item for item in items if item["spec"]["workloadRef"]["name"] == workload]
    return max(own, key=lambda item: item["metadata"]["creationTimestamp"], default=None)


def measure(arguments):
    applied = time(arguments.applied_at)
    bad, answered = read_load(arguments.load_log, applied)
    incident = find_incident(arguments.incidents, arguments.workload)
    status = (incident or {}).get("status") or {}
    symptoms = [record for record in bad if record["kind"] in SYMPTOMS[arguments.fault]]
    never_ready = not SYMPTOMS[arguments.fault]
    start = applied if never_ready or not symptoms else time(symptoms[0]["time"])
    last = max((time(r["time"]) + datetime.timedelta(milliseconds=r["ms"]) for r in symptoms), default=None)

    def since_start(moment):
        return None if moment is None else round((moment - start).total_seconds(), 1)

    writes = count_writes(arguments) if arguments.audit_log else (None, None)
    return {
        "seed": arguments.seed,
        "fault": arguments.fault,
        "namespace": arguments.namespace,
        "workload": arguments.workload,
        "appliedAt": arguments.applied_at,
        "t0": start.isoformat(),
        "t0IsApply": never_ready or not symptoms,
        "symptomsSeen": never_ready or bool(symptoms),
        "detectedSeconds": since_start(time(status.get("detectedAt"))),
        "mitigatedSeconds": since_start(time(status.get("mitigatedAt"))),
        "successBackSeconds": since_start(last) if symptoms else (0.0 if never_ready else None),
        "requests": answered,
        "failedRequests": sum(record["kind"] != "slow" for record in bad),
        "slowRequests": sum(record["kind"] == "slow" for record in bad),
        "specWrites": writes[0],
        "specWritesElsewhere": writes[1],
        "incident": incident and incident["metadata"]["name"],
        "phase": status.get("phase"),
        "healed": status.get("phase") in HEALED,
    }, status


def count_writes(arguments):
    """(to the workload, to anything else) by the operator since the run began; the namespaces of runs beside it are theirs to count."""
    found = audit.spec_writes(arguments.audit_log, arguments.operator_user, arguments.since)
    own = [write for write in found if write[0] not in arguments.not_in.split(",")]
    to_workload = own.count((arguments.namespace, "deployments", arguments.workload))
    return to_workload, len(own) - to_workload


def lines(result, status):
    start = time(result["t0"])
    why = "the bad release was applied" if result["t0IsApply"] else "first request that suffered, {:.1f} s after the bad release was applied".format(
        (start - time(result["appliedAt"])).total_seconds())
    yield "t0", f"{clock(start)}  {why}"
    yield "detected", offset(result["detectedSeconds"])
    yield "mitigated", offset(result["mitigatedSeconds"])
    if not result["t0IsApply"]:
        yield "last failure", offset(result["successBackSeconds"]) + "  seen from outside"
    yield "requests", f"{result['requests']} since the bad release, {result['failedRequests']} failed, {result['slowRequests']} slow"
    yield "cause", "{} (confidence {})".format(status.get("cause", "not found"), status.get("confidence", "unknown"))
    for hypothesis in status.get("hypotheses", []):
        name = " ".join(filter(None, [hypothesis["cause"], hypothesis.get("subject")]))
        yield hypothesis.get("verdict", "considered").lower(), f"{name} ({hypothesis.get('confidence', '?')}): {hypothesis.get('reason', '')}"
    for decision in status.get("decisions", [])[-1:]:
        gates = decision.get("gates", [])
        yield "decision", f"{decision.get('action')}: {decision.get('verdict')}. {decision.get('message') or decision.get('reason', '')}"
        yield "gates", f"{sum(gate.get('verdict') == 'Allow' for gate in gates)} of {len(gates)} allow: {', '.join(gate['gate'] for gate in gates)}"
    for action in status.get("actions", []):
        yield "action", f"{action.get('action')} {action.get('state')}. {action.get('message') or ''}"
    if result["specWrites"] is not None:
        yield "spec writes", (f"{result['specWrites']} to {result['workload']}, {result['specWritesElsewhere']} to anything else, by the API server's audit log")
    yield "outcome", f"{result['phase'] or 'no incident was opened'}{'' if result['healed'] else ': NOT HEALED'}. {status.get('message', '')}"


def offset(seconds):
    return "never" if seconds is None else f"t0 {seconds:+.1f} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ["namespace", "workload", "fault", "seed", "applied-at", "load-log", "incidents", "operator-user"]:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--audit-log", default="")
    parser.add_argument("--since", default="", help="count writes from this time on")
    parser.add_argument("--not-in", default="", help="namespaces whose writes are not counted, comma separated")
    parser.add_argument("--output", choices=["text", "json"], default="text")
    arguments = parser.parse_args()
    result, status = measure(arguments)
    if arguments.output == "json":
        print(json.dumps(result))
    else:
        print("\nWhat happened")
        for name, text in lines(result, status):
            print(f"  {name:<13} {text}".rstrip())
    sys.exit(0 if result["healed"] else 1)


if __name__ == "__main__":
    main()
