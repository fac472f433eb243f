"""The runner of scenarios without a cluster: files that are wrong, what the seed decides, and how runs are graded."""
import datetime
import glob
import json
import os
import sys
import tempfile
import unittest

REPO = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", ".."))
sys.path[:0] = [os.path.join(REPO, "hack", "lib", "scenarios"), os.path.join(REPO, "hack", "demo-lib")]

import audit  # noqa: E402
import grade  # noqa: E402
import names  # noqa: E402
import objects  # noqa: E402
import scenario as files  # noqa: E402

IMAGES = {"demo_image": "localhost/demo:1", "missing_image": "localhost/demo:1-missing", "monitoring": "monitoring", "run_label": "run"}
START = datetime.datetime(2026, 1, 1, 12, 0, 0, tzinfo=datetime.timezone.utc)
MINIMAL = """
description: x
setup: []
fault: []
expect: {incident: none, within: 10s}
"""


def read(text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "it.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return files.load(path)


def at(seconds):
    return (START + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def seen(*incidents, load=()):
    return {"namespace": "shop-1", "workload": "web", "faultAt": START, "doneAt": START + datetime.timedelta(seconds=60), "incidents": list(incidents),
            "load": {"deployment/load": "\n".join(json.dumps(record) for record in load)}}


def incident(workload="web", **status):
    return {"metadata": {"creationTimestamp": at(5)}, "spec": {"workloadRef": {"name": workload}}, "status": status}


class FileTests(unittest.TestCase):
    def test_what_is_wrong_is_named_all_at_once(self):
        for change, expected in [
            ("setup: [{wait: {rollout: a, condition: b}}]", "setup[0].wait needs exactly one of rollout, incident, or object with condition"),
            ("setup: [{servise: {name: a}}]", "setup[0]: there is no step 'servise'"),
            ("setup: [{service: {nam: a}}]", "setup[0].service: unknown field 'nam'"),
            ("setup: [{service: {}}]", "setup[0].service.name is required"),
            ("setup: [{pause: soon}]", "setup[0].pause must be a time such as 90s or 2m, not 'soon'"),
            ("setup: [{file: none.yaml}]", "there is no file none.yaml beside the scenario"),
            ("setup: [{kubectl: get pods}]", "setup[0].kubectl must be a list"),
            ("values: {a: []}", "values.a must be a list with at least one value"),
            ("expect: {within: 10s}", "expect.incident is required"),
            ("expect: {incident: {cause: BadRelease}, within: 10s}", "expect.incident.phase is required"),
            ("expect: {incident: none}", "expect.within must be a time such as 90s or 2m, not None"),
            ("expect: {incident: none, within: 10s, detectedWithin: 5s}", "expect.detectedWithin needs an incident that is expected"),
            ("expect: {incident: {phase: Resolved}, within: 10s, detectedWithin: fast}", "expect.detectedWithin must be a time such as 90s or 2m, not 'fast'"),
            ("expekt: {}", "the file: unknown field 'expekt'"),
        ]:
            with self.subTest(change), self.assertRaises(files.Invalid) as raised:
                read(MINIMAL + change)
            self.assertIn(expected, str(raised.exception))
        with self.assertRaises(files.Invalid) as raised:
            read("setup: [{a: 1}, {b: 2}]")
        self.assertEqual(7, len(str(raised.exception).splitlines()))

    def test_our_own_can_be_read_and_a_third_of_them_ends_without_action(self):
        own = [files.load(path) for path in glob.glob(os.path.join(REPO, "scenarios", "*.yaml"))]
        self.assertGreaterEqual(len(own), 24)
        self.assertGreaterEqual(sum(not each.expect.actions for each in own) * 3, len(own))
        for each in own:
            values = names.draw(each, 1, IMAGES)
            for step in each.setup + each.fault:
                names.fill(step.arguments, values, step.where)
                if step.verb == "service":
                    objects.service(names.fill(step.arguments, values, step.where), values)


class AuditTests(unittest.TestCase):
    """The API server closes its audit log at 100 MiB and begins another one, also while it is read."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "audit.log")
        self.rotations = 0

    def write(self, *names, end="\n"):
        with open(self.path, "a", encoding="utf-8") as log:
            for name in names:
                log.write(json.dumps({"stage": "ResponseComplete", "verb": "patch", "requestURI": "/", "user": {"username": "us"}, "requestReceivedTimestamp": "2026-01-01T00:00:00Z",
                                      "objectRef": {"apiGroup": "apps", "resource": "deployments", "namespace": "shop", "name": name}, "responseStatus": {"code": 200}}) + end)

    def rotate(self):
        self.rotations += 1
        os.rename(self.path, self.path.replace(".log", f"-{self.rotations}.log"))

    def test_each_write_is_found_once_whenever_the_log_is_rotated(self):
        writes = audit.SpecWrites(self.path, "us", "2026")
        self.assertEqual(writes.all(), [])
        self.write("a", "b")
        self.assertEqual([write[3] for write in writes.all()], ["a", "b"])
        self.write("c")
        self.rotate()
        self.write("d")
        self.assertEqual([write[3] for write in writes.all()], ["a", "b", "c", "d"])

    def test_what_is_rotated_away_during_the_reading_is_read(self):
        self.write("a")
        events = audit.events(self.path)
        found = [next(events)]
        self.write("b")
        self.rotate()
        self.write("c")
        found += events
        self.assertEqual([event["objectRef"]["name"] for event in found], ["a", "b", "c"])

    def test_a_line_in_the_making_is_read_when_it_is_whole(self):
        writes = audit.SpecWrites(self.path, "us", "2026")
        self.write("a", end="")
        self.assertEqual(writes.all(), [])
        with open(self.path, "a", encoding="utf-8") as log:
            log.write("\n")
        self.assertEqual([write[3] for write in writes.all()], ["a"])


class NameTests(unittest.TestCase):
    def test_a_seed_always_gives_the_same_and_another_one_something_else(self):
        each = read(MINIMAL + "values: {ratio: ['0.1', '0.2', '0.3']}")
        self.assertEqual(names.draw(each, 1, IMAGES), names.draw(each, 1, IMAGES))
        self.assertNotEqual(names.draw(each, 1, IMAGES)["namespace"], names.draw(each, 2, IMAGES)["namespace"])

    def test_values_are_text_unless_a_number_is_asked_for(self):
        self.assertEqual({"a": "8080", "b": 8080, "c": ["port 8080"]}, names.fill({"a": "${port}", "b": "${port|number}", "c": ["port ${port}"]}, {"port": 8080}, ""))

    def test_a_name_that_nobody_gave_is_an_error(self):
        with self.assertRaisesRegex(KeyError, "setup.*nothing.*has no value"):
            names.fill("${nothing}", {"port": 1}, "setup[0]")


class GradeTests(unittest.TestCase):
    def grade(self, expect, was, writes=()):
        return grade.grade(read(MINIMAL.replace("{incident: none, within: 10s}", expect)), {"seed": "1", "service": "web"}, was, [(at(20), *write) for write in writes])

    def test_what_was_expected_is_right(self):
        row = self.grade('{incident: {cause: BadRelease, phase: Resolved}, within: 10s, actions: [Rollback], writes: {"deployments/${service}": 1}, serving: true}',
                         seen(incident(phase="Resolved", cause="BadRelease", detectedAt=at(12), actions=[{"action": "Rollback", "state": "Refused"}, {"action": "Rollback", "state": "Succeeded"}]),
                              load=[{"time": at(2), "kind": "status"}, {"time": at(55), "ok": 100, "failed": 1, "slow": 0, "dropped": 0}]), [("deployments", "web")])
        self.assertEqual(([], 0, 10.0, 1), (row["misses"], row["needless"], row["detectedSeconds"], row["failedRequests"]))

    def test_every_way_to_be_wrong_is_told(self):
        good = {"time": at(55), "ok": 100, "failed": 0, "slow": 0, "dropped": 0}
        bad = {"time": at(55), "ok": 50, "failed": 0, "slow": 50, "dropped": 0}
        for expect, was, writes, expected in [
            ("{incident: none, within: 1s}", seen(incident(phase="Escalated", reason="X")), [], "an incident was opened and came to Escalated X"),
            ("{incident: none, within: 1s}", seen(incident("other", phase="Acting", reason="X")), [], "an incident of other: Acting X"),
            ("{incident: none, within: 1s}", seen(), [("deployments", "web")], "harmful or needless: deployments/web"),
            ("{incident: none, within: 1s, serving: true}", seen(load=[bad]), [], "serving: 50% of the requests"),
            ("{incident: none, within: 1s, serving: false}", seen(load=[good]), [], "serving: 100% of the requests"),
            ("{incident: none, within: 1s, serving: true}", seen(), [], "serving: no load generator measured it"),
            ("{incident: {phase: Resolved}, within: 1s}", seen(), [], "phase: None instead of Resolved"),
            ("{incident: {phase: Resolved, cause: [A, B]}, within: 1s}", seen(incident(phase="Resolved", cause="C")), [], "cause: C instead of A or B"),
            ("{incident: {phase: Resolved}, within: 1s, detectedWithin: 10s}", seen(incident(phase="Resolved", detectedAt=at(11))), [], "detected: after 11.0 s instead of within 10 s"),
            ("{incident: {phase: Resolved}, within: 1s, detectedWithin: 10s}", seen(incident(phase="Resolved")), [], "detected: never instead of within 10 s"),
            ("{incident: {phase: Resolved}, within: 1s}", seen(incident(phase="Resolved", actions=[{"action": "Restart"}])), [], "actions: Restart instead of none"),
            ('{incident: none, within: 1s, writes: {"pods/*": 2}}', seen(), [("pods", "a")], "expected and not done: pods/* (1 more)"),
        ]:
            with self.subTest(expected):
                row = self.grade(expect, was, writes)
                self.assertEqual(1, len(row["misses"]), row["misses"])
                self.assertIn(expected, row["misses"][0])

    def test_detection_is_timed_from_the_first_request_that_suffered(self):
        was = seen(incident(phase="Resolved", detectedAt=at(12)), load=[{"time": at(2), "kind": "status"}])
        self.assertEqual([], self.grade("{incident: {phase: Resolved}, within: 1s, detectedWithin: 10s}", was)["misses"])

    def test_an_incident_that_only_watched_is_none(self):
        self.assertEqual([], self.grade("{incident: none, within: 1s}", seen(incident(phase="Dismissed")))["misses"])
