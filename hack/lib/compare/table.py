#!/usr/bin/env python3
"""Puts the two sides of a comparison beside each other."""
import argparse
import json
import statistics


def figure(row, key):
    return "-" if row.get(key) is None else f"{row[key]:g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", choices=["table", "json"], default="table")
    parser.add_argument("sides", nargs=2)
    arguments = parser.parse_args()
    sides = []
    for path in arguments.sides:
        with open(path, encoding="utf-8") as file:
            sides.append(json.load(file)["rows"])
    played, (theirs,) = sides[0], [{row["scenario"]: row for row in side} for side in sides[1:]]
    first = min(row["seed"] for row in played)
    ours = {row["scenario"]: row for row in played if row["seed"] == first}
    ratios = [theirs[name]["healedSeconds"] / ours[name]["healedSeconds"] for name in ours if name in theirs and ours[name].get("healedSeconds") and theirs[name].get("healedSeconds")]
    if arguments.output == "json":
        print(json.dumps({"chronosops": played, "webhook": list(theirs.values()), "ratios": ratios}, indent=2))
        return
    cells = [["scenario", "", "first write s", "healed s", "failed or slow", "needless", "not as expected"]]
    for name in ours:
        for label, row in (("ChronosOps", ours[name]), ("webhook", theirs.get(name, {}))):
            cells.append([name if label == "ChronosOps" else "", label, figure(row, "writtenSeconds"), figure(row, "healedSeconds"), figure(row, "badRequests"),
                          figure(row, "needless"), "; ".join(row.get("misses", ["not played"]))])
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    for row in played:
        if row["seed"] != first and row["misses"]:
            print(f"\n{row['scenario']}, seed {row['seed']}: {'; '.join(row['misses'])}")
    print(f"\nneedless actions: ChronosOps {sum(row['needless'] for row in played)}, webhook {sum(row['needless'] for row in theirs.values())}")
    if ratios:
        print(f"healed by the webhook after {min(ratios):.1f} to {max(ratios):.1f} times as long, median {statistics.median(ratios):.1f}")


if __name__ == "__main__":
    main()
