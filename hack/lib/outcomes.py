#!/usr/bin/env python3
"""What every test came to: a JSON line each. Reads reports into that file, sums it up, and holds it against the list of required tests."""
import collections
import json
import os
import re
import sys

Outcome = collections.namedtuple("Outcome", "tier name outcome message")
STATES = {"passed": "passed", "failed": "failed", "skipped": "skipped", "pending": "skipped", "other": "failed"}


def write(path, outcomes):
    with open(path, "a", encoding="utf-8") as out:
        for outcome in outcomes:
            out.write(json.dumps(outcome._asdict(), ensure_ascii=False) + "\n")


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [Outcome(**json.loads(line)) for line in lines]


def from_ctrf(tier, project, report, code, log):
    """The tests of one program. A program that ended badly without a failed test is a failure of its own: nothing is lost in silence."""
    tests = []
    if os.path.exists(report):
        with open(report, encoding="utf-8-sig") as text:
            tests = json.load(text)["results"]["tests"]
    found = [Outcome(tier, test["name"], STATES.get(test["status"], "failed"), message_of(test)) for test in tests]
    nothing_to_run = code == 8 and not found
    if code != 0 and not nothing_to_run and all(outcome.outcome != "failed" for outcome in found):
        found.append(Outcome(tier, f"{project} ({tier})", "failed", f"the test program ended with status {code}; log: {log}\n{tail(log)}"))
    return found


def message_of(test):
    text = (test.get("message") or test.get("extra", {}).get("reason") or "").strip()
    if test["status"] == "failed" and test.get("trace"):
        text += "\n" + "\n".join(test["trace"].splitlines()[:4])
    return text


def tail(path, lines=10):
    with open(path, encoding="utf-8", errors="replace") as text:
        return "".join(text.readlines()[-lines:])


def from_lines(tier, suite, path):
    """Lines of `ok - NAME`, `not ok - NAME` and `skip - NAME: REASON`. Process ids in names would make them new each time."""
    states = {"ok": "passed", "not ok": "failed", "skip": "skipped"}
    found = []
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            match = re.match(r"(ok|not ok|skip) - (.*)", line.strip())
            if match:
                name, _, reason = match[2].rpartition(": ") if match[1] == "skip" else (match[2], "", "")
                found.append(Outcome(tier, f"{suite}: {re.sub(r'selftest-[0-9]+-', 'selftest-', name or match[2])}", states[match[1]], reason or (f"log: {path}" if match[1] == "not ok" else "")))
    return found or [Outcome(tier, suite, "failed", f"it printed no results; log: {path}\n{tail(path)}")]


def required_name(name):
    """A theory counts as one name with a number of rows; a limit in time that a busy machine is not held to is no part of the name."""
    return re.sub(r" in under [0-9]+ s$", "", name if ": " in name.split("(")[0] else name.split("(")[0])


def passed(outcomes):
    return collections.Counter((outcome.tier, required_name(outcome.name)) for outcome in outcomes if outcome.outcome == "passed")


def read_required(path):
    required = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if line.strip() and not line.startswith("#"):
                    tier, count, name = line.rstrip("\n").split(" ", 2)
                    required[tier, name] = int(count)
    return required


def write_required(outcomes, path, tiers):
    kept = {key: count for key, count in read_required(path).items() if key[0] not in tiers}
    kept.update({key: count for key, count in passed(outcomes).items() if key[0] in tiers})
    with open(path, "w", encoding="utf-8") as out:
        out.write("# Tests that must pass on a root Debian machine: tier, number of rows, name. Written by hack/test --write-required.\n")
        out.writelines(f"{tier} {count} {name}\n" for (tier, name), count in sorted(kept.items()))
    print(f"{len(kept)} required tests in {path}", file=sys.stderr)


def missing(outcomes, path):
    required, have = read_required(path), passed(outcomes)
    if not required:
        return [Outcome("", path, "failed", "it names no tests")]
    return [Outcome(tier, name, "failed", f"required, and {have[tier, name]} of {count} passed")
            for (tier, name), count in required.items() if have[tier, name] < count]


def totals(outcomes):
    counts = collections.Counter(outcome.outcome for outcome in outcomes)
    return f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"


def summary(outcomes):
    for state in ["skipped", "failed"]:
        for outcome in (one for one in outcomes if one.outcome == state):
            print(f"{state}: {outcome.name}: {outcome.message}" if outcome.message else f"{state}: {outcome.name}")
    print(totals(outcomes))
    return 1 if not outcomes or any(outcome.outcome == "failed" for outcome in outcomes) else 0


def main(command, path, *rest):
    if command == "add":
        write(path, [Outcome(*rest, *[""] * (4 - len(rest)))])
    elif command == "ctrf":
        tier, project, report, code, log = rest
        write(path, from_ctrf(tier, project, report, int(code), log))
    elif command == "lines":
        write(path, from_lines(*rest))
    elif command == "skip-required":
        required, tier, prefix, reason = rest
        write(path, [Outcome(tier, name, "skipped", reason) for (its, name) in read_required(required) if its == tier and name.startswith(prefix)])
    elif command == "write-required":
        write_required(read(path), rest[0], rest[1:])
    elif command == "missing":
        found = missing(read(path), rest[0])
        # They count as failures of their own, unless the run told of the same failure.
        told = {(one.tier, required_name(one.name)) for one in read(path) if one.outcome == "failed"}
        write(path, [one for one in found if (one.tier, one.name) not in told])
        print("".join(f"error: {one.tier}: {one.name}: {one.message}\n" for one in found), end="")
        return 1 if found else 0
    elif command == "totals":
        print(totals(read(path)))
    else:
        return summary(read(path))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
