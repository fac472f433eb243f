"""The runner of scenarios without a cluster: files that are wrong, what the seed decides, and how runs are graded."""
import datetime
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import yaml

REPO = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", ".."))
sys.path[:0] = [os.path.join(REPO, "hack", "lib", "scenarios"), os.path.join(REPO, "hack", "demo-lib")]

import audit  # noqa: E402
import grade  # noqa: E402
import names  # noqa: E402
import objects  # noqa: E402
import play  # noqa: E402
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
            ("setup: [{image: {add: a, remove: b}}]", "setup[0].image needs exactly one of add or remove"),
            ("values: {a: []}", "values.a must be a list with at least one value"),
            ("expect: {within: 10s}", "expect.incident is required"),
            ("expect: {incident: {cause: BadRelease}, within: 10s}", "expect.incident.phase is required"),
            ("expect: {incident: none}", "expect.within must be a time such as 90s or 2m, not None"),
            ("expect: {incident: none, within: 10s, detectedWithin: 5s}", "expect.detectedWithin needs an incident that is expected"),
            ("expect: {incident: {phase: Resolved}, within: 10s, detectedWithin: fast}", "expect.detectedWithin must be a time such as 90s or 2m, not 'fast'"),
            ("expect: {incident: {phase: Resolvd}, within: 10s}", "expect.incident.phase: there is no phase 'Resolvd'"),
            ("expect: {incident: {phase: Resolved, cause: [BadRelease, BadReleas]}, within: 10s}", "expect.incident.cause: there is no cause 'BadReleas'"),
            ("expect: {incident: none, within: 10s, actions: [Rolback]}", "expect.actions: there is no action 'Rolback'"),
            ("expect: {incident: none, within: 10s, of: web}", "expect.of must be a kind and a name, such as deployment/web, not 'web'"),
            ("expect: {incident: none, within: 10s, writes: {deployments/web: '1'}}", "expect.writes: deployments/web: '1' must be"),
            ("expect: {incident: none, within: 10s, writes: {web: 1}}", "expect.writes: web: 1 must be a resource and a name"),
            ("expect: {incident: none, within: 10s, serving: 'yes'}", "expect.serving must be true or false, not 'yes'"),
            ("alone: 'no'", "alone must be true or false"),
            ("cleanup: [{wait: {}}]", "cleanup[0].wait needs exactly one of"),
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


    def test_what_can_be_expected_is_what_the_operator_knows(self):
        with open(os.path.join(REPO, "crds", "incidents.chronosops.io.yaml"), encoding="utf-8") as file:
            status = yaml.safe_load(file)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"]
        self.assertEqual(set(status["phase"]["enum"]), files.NAMED["phase"])
        with open(os.path.join(REPO, "ChronosOps.Operator", "Analysis", "Findings.cs"), encoding="utf-8") as file:
            causes = re.search(r"enum Cause\n\{(.*?)\n\}", file.read(), re.DOTALL)[1]
        self.assertEqual(set(re.findall(r"^    (\w+),$", causes, re.MULTILINE)), files.NAMED["cause"])

    def test_a_value_that_there_is_none_of_is_named_before_anything_is_played(self):
        for change in ("fault: [{pause: '${b}'}]", "values: {a: ['${b}']}", "cleanup: [{kubectl: ['${b}']}]"):
            with self.subTest(change), self.assertRaisesRegex(KeyError, "has no value"):
                names.check(read(MINIMAL + change.replace("{pause", "{apply")))


class PlayTests(unittest.TestCase):
    """The player, with what it would ask the cluster given to it."""

    def player(self, expect, incidents):
        scenario = read(MINIMAL.replace("{incident: none, within: 10s}", expect))
        player = play.Player(scenario, names.draw(scenario, 1, IMAGES), lambda text: None)
        player.incidents = lambda: incidents
        player.workload = "web"
        return player

    def watched(self, expect, *incidents):
        """The seconds that it is watched for."""
        player, clock = self.player(expect, incidents), [START]
        with unittest.mock.patch.object(play, "utc_now", lambda: clock[0]), unittest.mock.patch.object(play.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + datetime.timedelta(seconds=seconds))):
            player.watch(START)
        return (clock[0] - START).total_seconds()

    def test_it_is_watched_until_all_is_as_expected(self):
        resolved = incident(phase="Resolved", cause="BadRelease", actions=[{"action": "Rollback"}])
        self.assertEqual(2, self.watched("{incident: {phase: Resolved}, actions: [Rollback], within: 20s}", resolved))
        self.assertEqual(20, self.watched("{incident: {phase: Resolved}, actions: [Rollback, Rollback], within: 20s}", resolved))
        self.assertEqual(20, self.watched("{incident: {phase: Resolved, cause: Overload}, actions: [Rollback], within: 20s}", resolved))
        self.assertEqual(20, self.watched("{incident: {phase: Escalated}, within: 20s}", incident(phase="Dismissed")))
        self.assertEqual(20, self.watched("{incident: none, within: 20s}"))

    def test_a_phase_that_came_and_went_was_there(self):
        player = self.player("{incident: none, within: 10s}", [incident(phase="Verifying", timeline=[{"time": at(10), "phase": "Deciding"}])])
        self.assertTrue(player.has_come("web", "Verifying", START))
        self.assertTrue(player.has_come("web", "Deciding", START))
        self.assertFalse(player.has_come("web", "Deciding", START + datetime.timedelta(seconds=11)))
        self.assertFalse(player.has_come("other", "Verifying", START))

    def test_an_older_server_is_given_what_it_knows(self):
        player, sent = self.player("{incident: none, within: 10s}", []), []

        def kubectl(*arguments, text=None, where=None):
            if arguments[:2] == ("get", "--raw"):
                if arguments[2] == "/apis/policy/v1":
                    raise play.CannotPlay("the server could not find the requested resource")
                return json.dumps({"resources": [{"kind": "Job"}, {"kind": "HorizontalPodAutoscaler"}]})
            sent.extend(json.loads(text)["items"])
            return ""

        player.kubectl = kubectl
        player.apply([{"apiVersion": version, "kind": kind, "metadata": {"name": "a"}} for version, kind in (
            ("policy/v1", "PodDisruptionBudget"), ("autoscaling/v2", "HorizontalPodAutoscaler"), ("batch/v1", "CronJob"), ("batch/v1", "Job"))])
        self.assertEqual(["policy/v1beta1", "autoscaling/v2", "batch/v1beta1", "batch/v1"], [item["apiVersion"] for item in sent])


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

    def test_a_time_is_counted_from_now(self):
        before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        told = datetime.datetime.fromisoformat(names.fill("hold=${now+1m30s}", {}, "").removeprefix("hold=").replace("Z", "+00:00"))
        self.assertLessEqual(datetime.timedelta(seconds=90), told - before)
        self.assertLess(told - before, datetime.timedelta(seconds=120))
        with self.assertRaisesRegex(KeyError, "x: .*must name a time"):
            names.fill("${now+9ms}", {}, "x")

    def test_a_name_that_nobody_gave_is_an_error(self):
        with self.assertRaisesRegex(KeyError, "setup.*nothing.*has no value"):
            names.fill("${nothing}", {"port": 1}, "setup[0]")


class ComparisonTests(unittest.TestCase):
    """The two sides of hack/compare-webhook."""

    def compare(self, *options, their_healed=90.0):
        ours = {"scenario": "a", "seed": "1", "namespace": "a", "misses": [], "needless": 0, "watchedSeconds": 40, "startedAt": at(0), "badSeconds": [[1, 5], [39, 1]], "detectedSeconds": 10.0, "healedSeconds": 20.0}
        theirs = {**ours, "namespace": "a-w", "needless": 1, "watchedSeconds": 400, "badSeconds": [[1, 5], [40, 2], [300, 50]], "detectedSeconds": None, "healedSeconds": their_healed}
        with tempfile.TemporaryDirectory() as folder:
            for name, row in (("ours", ours), ("theirs", theirs)):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    json.dump({"rows": [row]}, file)
            with open(os.path.join(folder, "alerts"), "w", encoding="utf-8") as file:
                file.writelines(json.dumps({"time": at(seconds), "namespace": "a-w"}) + "\n" for seconds in (50, 350))
            return subprocess.run([sys.executable, os.path.join(REPO, "hack", "lib", "compare", "table.py"), "--alerts", f"{folder}/alerts", *options, "--ours", f"{folder}/ours", "--theirs", f"{folder}/theirs"],
                                  capture_output=True, text=True, check=False)

    def test_both_are_counted_for_as_long_and_the_first_alert_is_when_it_was_detected(self):
        done = self.compare("--at-least", "3")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("failed or slow, each scenario for as long on both sides: ChronosOps 6, webhook 7", done.stdout)
        self.assertIn("detected by the webhook after 5.0 to 5.0 times as long", done.stdout)
        self.assertIn("healed by the webhook after 4.5 to 4.5 times as long", done.stdout)

    def test_one_that_is_not_slow_enough_is_told(self):
        self.assertEqual(1, self.compare("--at-least", "3", their_healed=59.0).returncode)


class GradeTests(unittest.TestCase):
    def grade(self, expect, was, writes=()):
        return grade.grade(read(MINIMAL.replace("{incident: none, within: 10s}", expect)), {"seed": "1", "service": "web"}, was, [(at(20), *write) for write in writes])

    def test_what_was_expected_is_right(self):
        row = self.grade('{incident: {cause: BadRelease, phase: Resolved}, within: 10s, actions: [Rollback], writes: {"deployments/${service}": 1}, serving: true}',
                         seen(incident(phase="Resolved", cause="BadRelease", detectedAt=at(12), actions=[{"action": "Rollback", "state": "Refused"}, {"action": "Rollback", "state": "Succeeded"}]),
                              load=[{"time": at(2), "kind": "status"}, {"time": at(3), "ok": 10, "failed": 5, "slow": 0, "dropped": 0}, {"time": at(55), "ok": 100, "failed": 1, "slow": 0, "dropped": 0}]), [("deployments", "web")])
        self.assertEqual(([], 0, 10.0, 6), (row["misses"], row["needless"], row["detectedSeconds"], row["failedRequests"]))

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
            ("{incident: {phase: Resolved, cause: [Leak, Quota]}, within: 1s}", seen(incident(phase="Resolved", cause="NoRoom")), [], "cause: NoRoom instead of Leak or Quota"),
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
        was = seen(incident(phase="Resolved", detectedAt=at(32)), load=[
            {"time": at(2), "kind": "status"}, {"time": at(3), "ok": 20, "failed": 1, "slow": 0, "dropped": 0},
            {"time": at(22), "kind": "status"}, {"time": at(23), "ok": 15, "failed": 5, "slow": 0, "dropped": 0}])
        self.assertEqual(([], 10.0), (lambda row: (row["misses"], row["detectedSeconds"]))(self.grade("{incident: {phase: Resolved}, within: 1s, detectedWithin: 10s}", was)))

    def test_healed_is_what_served_well_after_the_first_write(self):
        def healed(bad, writes):
            return self.grade('{incident: {phase: Resolved}, within: 1s, actions: [Rollback], writes: {"deployments/web": 1}}',
                              seen(incident(phase="Resolved", actions=[{"action": "Rollback"}]), load=[{"time": at(0.5), "kind": "status"}] + [
                                  {"time": at(second), "ok": 10 if second in bad else 20, "failed": 10 if second in bad else second % 7 == 0, "slow": 0, "dropped": 0} for second in range(60)]), writes)["healedSeconds"]
        self.assertEqual(29.5, healed(range(0, 30), [("deployments", "web")]))
        self.assertEqual(19.5, healed(range(0, 5), [("deployments", "web")]))
        self.assertIsNone(healed(range(0, 5), []))
        self.assertIsNone(healed(range(0, 50), [("deployments", "web")]))

    def test_what_the_incident_says_is_looked_for_in_all_its_texts(self):
        was = seen(incident(phase="Escalated", message="a", diagnosis={"rungs": [{"why": "a restart would not help"}]}))
        self.assertEqual([], self.grade("{incident: {phase: Escalated, says: restart would not help}, within: 1s}", was)["misses"])
        self.assertEqual(["says: nothing of 'scale'"], self.grade("{incident: {phase: Escalated, says: [a, scale]}, within: 1s}", was)["misses"])

    def test_the_incidents_of_a_job_that_a_cronjob_made_are_found(self):
        self.assertEqual([], self.grade("{incident: {phase: Escalated}, of: job/backup-*, within: 1s}", {**seen(incident("backup-123", phase="Escalated")), "workload": "backup-*"})["misses"])

    def test_an_incident_that_only_watched_is_none(self):
        self.assertEqual([], self.grade("{incident: none, within: 1s}", seen(incident(phase="Dismissed")))["misses"])
