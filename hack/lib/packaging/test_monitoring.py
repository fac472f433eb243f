"""The operator's own alerts and dashboard: promtool checks and runs them, and every metric they ask for is one that the code defines."""
import glob
import json
import os
import re
import tempfile
import unittest

import yaml

from rendered import CHART, PROMETHEUS_OPERATOR, REPOSITORY, helm, one, output

HERE = os.path.dirname(os.path.realpath(__file__))
WITH_RULES = {"monitoring": {"prometheusRule": {"enabled": True, "labels": {"release": "p"}}, "dashboard": {"enabled": True}}}
# How the operator's code spells a metric's name: Counter("x_total", ...), Name("x"), name("x"), or whole; the Kubernetes layer's, always whole.
OWN = re.compile(r'\b(?:Counter|Histogram|Gauge|Name|name)\("([a-z][a-z_]*)"|"chronosops_([a-z_]+)"')
OWN_HISTOGRAM = re.compile(r'\bHistogram\("([a-z][a-z_]*)"')
FAMILIES = r"(?:workqueue|controller_runtime|rest_client|reflector|informer|leader_election)_[a-z_]+"
LAYER = re.compile(rf'"({FAMILIES})"')
LAYER_HISTOGRAM = re.compile(rf'CreateHistogram\("({FAMILIES})"')
USED = re.compile(rf"\b(?:chronosops_[a-z_]+|{FAMILIES})")


def found(folder, names, histograms):
    """The series that the code of a folder defines."""
    series = set()
    for path in glob.glob(os.path.join(REPOSITORY, folder, "*.cs")):
        with open(path, encoding="utf-8") as text:
            code = text.read()
        series |= {"".join(groups) if isinstance(groups, tuple) else groups for groups in names.findall(code)}
        series |= {name + part for name in histograms.findall(code) for part in ("_bucket", "_sum", "_count")}
    return series


def defined():
    """Every series that the operator may show."""
    own = found("ChronosOps.Operator/Telemetry", OWN, OWN_HISTOGRAM)
    return {"chronosops_" + name for name in own} | found("ChronosOps.Kubernetes/Metrics", LAYER, LAYER_HISTOGRAM)


def rules():
    return one(helm(WITH_RULES, *PROMETHEUS_OPERATOR), "PrometheusRule")


def dashboard():
    return json.loads(one(helm(WITH_RULES, *PROMETHEUS_OPERATOR), "ConfigMap", "chronosops-dashboard")["data"]["chronosops.json"])


def expressions(board):
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


class Rules(unittest.TestCase):
    def test_promtool_accepts_them_and_their_tests_pass(self):
        with tempfile.TemporaryDirectory() as folder:
            written = os.path.join(folder, "rules.yaml")
            with open(written, "w", encoding="utf-8") as out:
                yaml.safe_dump(rules()["spec"], out)
            with open(os.path.join(HERE, "rules_test.yaml"), encoding="utf-8") as tests, open(os.path.join(folder, "test.yaml"), "w", encoding="utf-8") as out:
                out.write(tests.read().replace("rule_files: [RULES]", "rule_files: [rules.yaml]"))
            output("promtool", "check", "rules", "--lint-fatal", written)
            output("promtool", "test", "rules", os.path.join(folder, "test.yaml"))

    def test_every_alert_is_tested(self):
        alerts = {rule["alert"] for group in rules()["spec"]["groups"] for rule in group["rules"]}
        with open(os.path.join(HERE, "rules_test.yaml"), encoding="utf-8") as tests:
            self.assertEqual(alerts, set(re.findall(r"ChronosOps[A-Z]\w+", tests.read())))

    def test_there_is_a_dead_man_alert(self):
        by_name = {rule["alert"]: rule["expr"] for group in rules()["spec"]["groups"] for rule in group["rules"]}
        self.assertTrue(by_name["ChronosOpsAbsent"].startswith("absent(chronosops_"))
        self.assertIn("ChronosOpsWatchdog", by_name)

    def test_they_carry_the_labels_that_were_asked_for(self):
        self.assertEqual(rules()["metadata"]["labels"]["release"], "p")


class Metrics(unittest.TestCase):
    def test_the_code_was_understood(self):
        known = defined()
        self.assertGreater(len(known), 60)
        self.assertLessEqual({"chronosops_build_info", "chronosops_time_to_detect_seconds_bucket", "chronosops_metrics_dropped_total", "workqueue_depth", "rest_client_request_duration_seconds_bucket"}, known)

    def test_every_metric_that_is_asked_for_exists(self):
        with open(os.path.join(CHART, "files/rules.yaml"), encoding="utf-8") as text:
            asked = set(USED.findall(text.read()))
        asked |= {name for expression in expressions(dashboard()) for name in USED.findall(expression)}
        self.assertEqual(asked - defined(), set())

    def test_every_metric_of_the_documentation_exists(self):
        with open(os.path.join(REPOSITORY, "docs/operations.md"), encoding="utf-8") as text:
            self.assertEqual(set(USED.findall(text.read())) - defined(), set())


class Dashboard(unittest.TestCase):
    def test_every_query_is_promql(self):
        groups = [{"name": "queries", "rules": [{"record": f"query:{number}", "expr": re.sub(r"\$__(rate_interval|range)", "5m", expression)}
                                                for number, expression in enumerate(expressions(dashboard()))]}]
        self.assertGreater(len(groups[0]["rules"]), 20)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as out:
            yaml.safe_dump({"groups": groups}, out)
            out.flush()
            output("promtool", "check", "rules", "--lint=none", out.name)

    def test_its_panels_are_told_apart_and_do_not_overlap(self):
        panels = dashboard()["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = set()
        for panel in panels:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24)
            taken |= cells

    def test_grafanas_sidecar_finds_it(self):
        found = one(helm(WITH_RULES, *PROMETHEUS_OPERATOR), "ConfigMap", "chronosops-dashboard")
        self.assertEqual(found["metadata"]["labels"]["grafana_dashboard"], "1")


if __name__ == "__main__":
    unittest.main()
