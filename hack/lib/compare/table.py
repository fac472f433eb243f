#!/usr/bin/env python3
"""Puts the two sides of a comparison beside each other. Exit 1 where the webhook's side is not slower by the factor that is asked for."""
import argparse
import datetime
import json
import statistics
import sys


def figure(value):
    return "-" if value is None else f"{value:g}"


def rows_of(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            yield from json.load(file)["rows"]


def first_alerts(path):
    """When the webhook was first told of each namespace."""
    first = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            alert = json.loads(line)
            first.setdefault(alert["namespace"], datetime.datetime.fromisoformat(alert["time"]))
    return first


def bad_within(row, seconds):
    """The requests that failed or were slow in so many seconds from the first that suffered."""
    return None if "badSeconds" not in row else sum(bad for second, bad in row["badSeconds"] if second <= seconds)


def compared(ours, theirs, alerts):
    """Both rows of a scenario, with what is counted over the shorter of the two times that they were watched for."""
    window = min(row.get("watchedSeconds") or 0 for row in (ours, theirs))
    if theirs.get("namespace") in alerts:
        theirs["detectedSeconds"] = round((alerts[theirs["namespace"]] - datetime.datetime.fromisoformat(theirs["startedAt"])).total_seconds(), 1)
    for row in (ours, theirs):
        row["badWithin"] = bad_within(row, window)
    return window, ours, theirs


def ratios(pairs, key):
    return sorted(theirs[key] / ours[key] for _, ours, theirs in pairs if ours.get(key) and theirs.get(key))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", choices=["table", "json"], default="table")
    parser.add_argument("--alerts", required=True, help="what the webhook was told, a JSON line for each alert")
    parser.add_argument("--at-least", type=float, default=0, help="how many times as long the webhook must take until healed, in each scenario")
    parser.add_argument("--ours", nargs="+", required=True)
    parser.add_argument("--theirs", nargs="+", required=True)
    arguments = parser.parse_args()
    played, alerts = list(rows_of(arguments.ours)), first_alerts(arguments.alerts)
    first = min(int(row["seed"]) for row in played)
    others = {row["scenario"]: row for row in rows_of(arguments.theirs)}
    pairs = [compared(row, others.get(row["scenario"], {}), alerts) for row in played if int(row["seed"]) == first]
    healed, detected = ratios(pairs, "healedSeconds"), ratios(pairs, "detectedSeconds")
    if arguments.output == "json":
        print(json.dumps({"chronosops": played, "webhook": list(others.values()), "ratios": {"healed": healed, "detected": detected}}, indent=2))
    else:
        show(pairs, played, first, healed, detected)
    if healed and healed[0] < arguments.at_least:
        print(f"\nnot {arguments.at_least:g} times as long in every scenario", file=sys.stderr)
        sys.exit(1)


def show(pairs, played, first, healed, detected):
    cells = [["scenario", "", "detected s", "first write s", "healed s", "failed or slow", "of s", "needless", "not as expected"]]
    for window, *sides in pairs:
        for label, row in zip(("ChronosOps", "webhook"), sides):
            cells.append([sides[0]["scenario"] if label == "ChronosOps" else "", label, *(figure(row.get(key)) for key in ("detectedSeconds", "writtenSeconds", "healedSeconds", "badWithin")),
                          figure(window), figure(row.get("needless")), "; ".join(row.get("misses", ["not played"]))])
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    for row in played:
        if int(row["seed"]) != first and row["misses"]:
            print(f"\n{row['scenario']}, seed {row['seed']}: {'; '.join(row['misses'])}")
    print(f"\nneedless actions: ChronosOps {sum(row['needless'] for row in played)}, webhook {sum(theirs.get('needless', 0) for _, _, theirs in pairs)}")
    print(f"requests failed or slow, each scenario for as long on both sides: ChronosOps {sum(ours['badWithin'] or 0 for _, ours, _ in pairs)}, webhook {sum(theirs['badWithin'] or 0 for _, _, theirs in pairs)}")
    for label, factors in (("detected", detected), ("healed", healed)):
        if factors:
            print(f"{label} by the webhook after {factors[0]:.1f} to {factors[-1]:.1f} times as long, median {statistics.median(factors):.1f}, of {len(factors)}")


if __name__ == "__main__":
    main()
