"""rbac-audit on the log of one healed incident, as the API server wrote it: one line of each kind, without bodies."""
import json
import os
import subprocess
import tempfile
import unittest

from rendered import REPOSITORY

DATA = os.path.join(os.path.dirname(os.path.realpath(__file__)), "testdata")
OPERATOR = "system:serviceaccount:chronosops-system:chronosops"


def recorded():
    with open(os.path.join(DATA, "audit.log"), encoding="utf-8") as log:
        return [json.loads(line) for line in log]


def event(group, resource, verb, code=200, decision="forbid"):
    return {"stage": "ResponseComplete", "verb": verb, "user": {"username": OPERATOR}, "objectRef": {"apiGroup": group, "resource": resource}, "responseStatus": {"code": code},
            "annotations": {"authorization.k8s.io/decision": decision}}


class RbacAudit(unittest.TestCase):
    def audit(self, events, more_rules=(), allowed="unused /events patch: chance\n", flags=()):
        """The exit code, and what was printed."""
        with open(os.path.join(DATA, "role.json"), encoding="utf-8") as text:
            role = json.load(text)
        role["rules"] += more_rules
        with tempfile.TemporaryDirectory() as folder:
            files = {"audit.log": "".join(json.dumps(one) + "\n" for one in events), "roles.json": json.dumps(role), "allow": allowed}
            for name, content in files.items():
                with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
                    out.write(content)
            done = subprocess.run([os.path.join(REPOSITORY, "hack/lib/rbac-audit"), "--log", f"{folder}/audit.log", "--roles", f"{folder}/roles.json", "--allow", f"{folder}/allow", *flags],
                                  capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_a_run_that_uses_all_it_may_is_well(self):
        code, said = self.audit(recorded())
        self.assertEqual((code, "error" in said), (0, False), said)
        self.assertIn("used: apps/deployments patch\n", said)
        self.assertIn("unused, as expected: /events patch: chance\n", said)

    def test_what_was_granted_and_never_used_is_told(self):
        code, said = self.audit(recorded(), [{"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["update"]}])
        self.assertEqual(code, 1)
        self.assertIn("error: unused: apps/deployments/scale update\n", said)
        code, said = self.audit(recorded(), allowed="")
        self.assertIn("error: unused: /events patch\n", said)

    def test_an_operator_with_little_to_do_is_only_told_what_it_lacks(self):
        unused = [{"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["update"]}]
        code, said = self.audit(recorded(), unused, flags=["--missing-only"])
        self.assertEqual((code, "unused" in said), (0, False), said)
        self.assertIn("error: denied: /pods delete\n", self.audit(recorded() + [event("", "pods", "delete", 403)], flags=["--missing-only"])[1])

    def test_what_was_forbidden_is_told_unless_it_is_expected(self):
        events = recorded() + [event("", "secrets", "get", 403)]
        self.assertIn("error: denied: /secrets get\n", self.audit(events)[1])
        code, said = self.audit(events, allowed="unused /events patch: chance\ndenied /secrets get: on purpose\n")
        self.assertEqual(code, 0, said)
        self.assertIn("denied, as expected: /secrets get: on purpose\n", said)

    def test_what_is_refused_since_a_namespace_goes_is_no_missing_right(self):
        code, said = self.audit(recorded() + [event("", "events", "create", 403, "allow")])
        self.assertEqual((code, "denied" in said), (0, False), said)
        self.assertIn("error: denied: /events create\n", self.audit(recorded() + [event("", "events", "create", 403)])[1])

    def test_what_another_role_granted_is_told(self):
        self.assertIn("error: granted by another role: /nodes list\n", self.audit(recorded() + [event("", "nodes", "list")])[1])

    def test_what_others_did_does_not_count(self):
        others = [one for one in recorded() if one["user"]["username"] != OPERATOR]
        self.assertGreater(len(others), 0)
        code, said = self.audit(others)
        self.assertEqual(code, 1)
        self.assertIn("asked for nothing", said)

    def test_an_allowance_needs_a_reason(self):
        code, said = self.audit(recorded(), allowed="unused /events patch\n")
        self.assertNotEqual(code, 0)
        self.assertIn("REASON", said)


if __name__ == "__main__":
    unittest.main()
