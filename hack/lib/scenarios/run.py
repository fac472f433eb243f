#!/usr/bin/env python3
"""Plays scenarios on the cluster of KUBECONFIG and grades them from outside. hack/scenarios prepares the cluster and calls this."""
import argparse
import concurrent.futures
import os
import sys
import traceback

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "demo-lib"))

import grade  # noqa: E402
import names  # noqa: E402
import play  # noqa: E402
import report  # noqa: E402
import scenario as files  # noqa: E402
import writes  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("images", "operator-user", "audit-log", "run-label", "logs"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--parallel", type=int, default=4)
    parser.add_argument("--tag", default="")
    parser.add_argument("--output", choices=["table", "json"], default="table")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--actor", choices=["chronosops", "webhook"], default="chronosops", help="who is graded")
    parser.add_argument("--patience", type=int, default=600, help="how long others than chronosops are watched, in seconds")
    parser.add_argument("--only", choices=["together", "alone"], help="those that may, or may not, be played beside others")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    scenarios = read(arguments.files, arguments.tag)
    if arguments.check:
        return
    scenarios = [each for each in scenarios if arguments.only is None or each.alone == (arguments.only == "alone")]
    images = dict(pair.split("=", 1) for pair in arguments.images.split(","))
    record = writes.Record(arguments.audit_log, arguments.operator_user, play.utc_now().isoformat())
    runs = [(each, names.draw(each, seed, {**images, "run_label": arguments.run_label})) for seed in range(arguments.first, arguments.first + arguments.seeds) for each in scenarios]
    others = arguments.actor != "chronosops"
    if others:
        for _, values in runs:
            values["namespace"] += "-w"
    rows = Stage(record, arguments.logs, len(runs), arguments.patience if others else None).play(runs, arguments.parallel)
    elsewhere = [] if others else record.elsewhere({values["namespace"] for _, values in runs})
    sys.exit(0 if report.show(rows, elsewhere, arguments.output) else 1)


def read(paths, tag):
    """All files, or every error of all of them."""
    found, errors = [], []
    for path in paths:
        try:
            found.append(files.load(path))
            names.check(found[-1])
        except files.Invalid as invalid:
            errors.append(str(invalid))
        except KeyError as unknown:
            errors.append(f"{path}: {unknown.args[0]}")
    if errors:
        sys.exit("error: " + "\nerror: ".join("\n".join(errors).splitlines()))
    chosen = [each for each in found if not tag or tag in each.tags]
    if not chosen:
        sys.exit(f"error: none of {len(found)} scenarios is tagged '{tag}'")
    return chosen


class Stage:
    def __init__(self, record, logs, total, patience):
        self.record, self.logs, self.total, self.patience, self.done = record, logs, total, patience, 0

    def play(self, runs, parallel):
        """So many at a time, each in a namespace of its own; those that disturb more than their namespace after the others, one by one."""
        together, alone = [run for run in runs if not run[0].alone], [run for run in runs if run[0].alone]
        rows = []
        for group, workers in ((together, parallel), (alone, 1)):
            with concurrent.futures.ThreadPoolExecutor(workers) as pool:
                rows += pool.map(lambda run: self.one(*run), group)
        return rows

    def one(self, each, values):
        path = os.path.join(self.logs, f"{each.name}-{values['seed']}.log")
        with open(path, "w", encoding="utf-8") as log:
            player = None
            try:
                player = play.Player(each, values, lambda text: print(f"{play.utc_now():%H:%M:%S} {text}", file=log, flush=True), self.patience)
                seen = player.play()
                row = grade.grade(each, values, seen, self.record.of(values["namespace"]), self.patience is not None)
            except Exception as failed:  # pylint: disable=broad-except  # whatever it is, the others go on and the table is printed
                traceback.print_exc(file=log)
                row = {"scenario": each.name, "seed": values["seed"], "actions": [], "needless": 0, "misses": [f"could not be played: {failed}"]}
            finally:
                try:
                    if player is not None:
                        player.remove()
                except Exception:  # pylint: disable=broad-except
                    traceback.print_exc(file=log)
            for miss in row["misses"]:
                print(f"not as expected: {miss}", file=log)
        self.done += 1
        print(f"{self.done} of {self.total}: {each.name} seed {values['seed']}: {'; '.join(row['misses']) or 'right'}", file=sys.stderr, flush=True)
        return row


if __name__ == "__main__":
    main()
