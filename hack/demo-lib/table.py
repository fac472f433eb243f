#!/usr/bin/env python3
"""Reads one JSON row per line and prints the table with median and 95th percentile for each fault. Exit 1 if a row misses a limit."""
import argparse
import json
import math
import statistics
import sys

DETECT, HEAL = 30, 120
COLUMNS = [("seed", "seed"), ("fault", "fault"), ("detect s", "detectedSeconds"), ("mitigated s", "mitigatedSeconds"),
           ("success back s", "successBackSeconds"), ("failed", "failedRequests"), ("writes", "specWrites"),
           ("elsewhere", "specWritesElsewhere"), ("phase", "phase"), ("verdict", "verdict")]


def misses(row):
    """The limits that the row misses; a figure that is not there misses its limit."""
    found = []
    if not row.get("healed"):
        found.append("not healed")
    if not row.get("symptomsSeen"):
        found.append("no symptom seen from outside")
    for name, key, limit in [("detect", "detectedSeconds", DETECT), ("mitigate", "mitigatedSeconds", HEAL), ("success back", "successBackSeconds", HEAL)]:
        if row.get(key) is None or row[key] > limit:
            found.append(f"{name} > {limit} s")
    # Where the cluster gives no audit log, writes cannot be counted.
    if (row.get("specWrites"), row.get("specWritesElsewhere")) not in [(1, 0), (None, None)]:
        found.append("writes")
    return found


def spread(rows, key):
    values = sorted(row[key] for row in rows if row.get(key) is not None)
    if not values:
        return None, None
    return round(statistics.median(values), 1), values[math.ceil(len(values) * 0.95) - 1]


def statistics_by_fault(rows):
    for fault in dict.fromkeys(row["fault"] for row in rows):
        own = [row for row in rows if row["fault"] == fault]
        result = {"fault": fault, "rows": len(own), "passed": sum(not row["misses"] for row in own)}
        for key in ["detectedSeconds", "mitigatedSeconds", "successBackSeconds"]:
            result[key] = dict(zip(["median", "p95"], spread(own, key)))
        yield result


def show(rows, summaries):
    cells = [[heading for heading, _ in COLUMNS]]
    cells += [["-" if row.get(key) is None else str(row[key]) for _, key in COLUMNS] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    print()
    for summary in summaries:
        figures = ", ".join(f"{key.removesuffix('Seconds')} {values['median']} / {values['p95']} s"
                            for key, values in summary.items() if isinstance(values, dict))
        print(f"{summary['fault']}: {summary['passed']} of {summary['rows']} within the limits; median / p95: {figures}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", choices=["table", "json"], default="table")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in sys.stdin if line.strip()]
    rows.sort(key=lambda row: (row["fault"], int(row["seed"])))
    for row in rows:
        row["misses"] = misses(row)
        row["verdict"] = ", ".join(row["misses"]) or "ok"
    summaries = list(statistics_by_fault(rows))
    if arguments.output == "json":
        print(json.dumps({"limits": {"detectSeconds": DETECT, "healSeconds": HEAL}, "rows": rows, "faults": summaries}, indent=2))
    else:
        show(rows, summaries)
    sys.exit(1 if not rows or any(row["misses"] for row in rows) else 0)


if __name__ == "__main__":
    main()
