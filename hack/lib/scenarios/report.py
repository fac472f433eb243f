"""The table that `make scenarios` ends with."""
import json

COLUMNS = [("scenario", "scenario"), ("seed", "seed"), ("cause", "cause"), ("phase", "phase"), ("actions", "actions"), ("detect s", "detectedSeconds"),
           ("mitigated s", "mitigatedSeconds"), ("failed", "failedRequests"), ("needless", "needless"), ("verdict", "verdict")]


def show(rows, elsewhere, output):
    """Prints the rows, and what was written outside of all runs. Returns whether all are right."""
    rows.sort(key=lambda row: (row["scenario"], int(row["seed"])))
    for row in rows:
        row["verdict"] = "; ".join(row["misses"]) or "right"
    wrong, needless = sum(bool(row["misses"]) for row in rows), sum(row["needless"] for row in rows) + len(elsewhere)
    if output == "json":
        print(json.dumps({"rows": rows, "right": len(rows) - wrong, "wrong": wrong, "harmfulOrNeedlessActions": needless, "elsewhere": elsewhere}, indent=2))
    else:
        table(rows)
        print(f"\n{len(rows) - wrong} of {len(rows)} right, harmful or needless actions: {needless}")
        for write in elsewhere:
            print(f"written outside of all scenarios: {write}")
    return not wrong and not elsewhere


def table(rows):
    cells = [[heading for heading, _ in COLUMNS]] + [[cell(row.get(key)) for _, key in COLUMNS] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
    for line in cells:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())


def cell(value):
    return "-" if value is None or value == [] else ", ".join(value) if isinstance(value, list) else str(value)
