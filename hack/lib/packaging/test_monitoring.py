"""The operator's own alerts and dashboard: promtool checks and runs them, and every metric they ask for is one that the code defines."""
import glob
import json
import os
import re
import tempfile
import unittest

import yaml

from rendered import CHART, NAMESPACE, PROMETHEUS_OPERATOR, REPOSITORY, helm, one, output

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


def rules(values=None, *arguments):
    """The PrometheusRule of a release; `helm template` takes the last --namespace."""
    objects = helm({**WITH_RULES, **(values or {})}, *PROMETHEUS_OPERATOR, *arguments)
    return next(value for (kind, _, _), value in objects.items() if kind == "PrometheusRule")


def alerts(rule):
    return {one_rule["alert"]: one_rule["expr"] for group in rule["spec"]["groups"] for one_rule in group["rules"]}


def dashboard():
    return json.loads(one(helm(WITH_RULES, *PROMETHEUS_OPERATOR), "ConfigMap", "chronosops-dashboard")["data"]["chronosops.json"])


def unbound(expression, matcher):
    """Selectors of the operator's metrics that do not begin with this matcher."""
    return [metric[0] for metric in USED.finditer(expression) if not expression.startswith("{" + matcher, metric.end())]


def expressions(board):
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


class Rules(unittest.TestCase):
    def promtool(self, tests, **releases):
        """promtool's checks and unit tests; each release's rules are put in by its name in the tests' file."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(HERE, tests), encoding="utf-8") as text:
                test = yaml.safe_load(text)
            self.assertEqual(test["rule_files"], list(releases))
            test["rule_files"] = [f"{name}.yaml" for name in releases]
            for name, rule in releases.items():
                with open(os.path.join(folder, f"{name}.yaml"), "w", encoding="utf-8") as out:
                    yaml.safe_dump(rule["spec"], out)
                output("promtool", "check", "rules", "--lint-fatal", os.path.join(folder, f"{name}.yaml"))
            with open(os.path.join(folder, "test.yaml"), "w", encoding="utf-8") as out:
                yaml.safe_dump(test, out)
            output("promtool", "test", "rules", os.path.join(folder, "test.yaml"))

    def test_promtool_accepts_them_and_their_tests_pass(self):
        self.promtool("rules_test.yaml", RULES=rules())

    def test_what_is_wrong_with_one_of_two_releases_shows(self):
        self.promtool("rules_of_two_test.yaml", RULES=rules(), OTHER=rules({"scope": "namespace"}, "--namespace=shop"))

    def test_the_file_is_that_of_the_usual_release_and_can_be_loaded_as_it_is(self):
        path = os.path.join(CHART, "files/rules.yaml")
        output("promtool", "check", "rules", "--lint-fatal", path)
        with open(path, encoding="utf-8") as text:
            self.assertEqual(yaml.safe_load(text), rules()["spec"])

    def test_every_selector_is_of_the_releases_own_namespace(self):
        for namespace in (NAMESPACE, "shop"):
            rule = rules(None, f"--namespace={namespace}")
            for alert, expression in alerts(rule).items():
                with self.subTest(alert, namespace=namespace):
                    self.assertTrue(USED.search(expression))
                    self.assertEqual(unbound(expression, f'namespace="{namespace}"'), [])
            self.assertEqual(NAMESPACE in json.dumps(rule["spec"]), namespace == NAMESPACE)

    def test_a_selector_without_a_namespace_would_be_noticed(self):
        expression = 'sum(chronosops_policies{namespace="a"} and on (job) chronosops_build_info) / rest_client_requests_total{code="403"}'
        self.assertEqual(unbound(expression, 'namespace="a"'), ["chronosops_build_info", "rest_client_requests_total"])

    def test_object_and_group_are_the_releases_own(self):
        releases = {(NAMESPACE, "chronosops"): rules(), ("shop", "chronosops"): rules(None, "--namespace=shop"), (NAMESPACE, "second"): rules({"fullnameOverride": "second"})}
        for (namespace, name), rule in releases.items():
            self.assertEqual((rule["metadata"]["namespace"], rule["metadata"]["name"]), (namespace, name))
            self.assertEqual([group["name"] for group in rule["spec"]["groups"]], [f"{namespace}/{name}"])

    def test_every_alert_is_tested_and_documented(self):
        for path in (os.path.join(HERE, "rules_test.yaml"), os.path.join(REPOSITORY, "docs/operations.md")):
            with open(path, encoding="utf-8") as text:
                self.assertEqual(set(alerts(rules())), set(re.findall(r"ChronosOps[A-Z]\w+", text.read())))

    def test_there_is_a_dead_man_alert(self):
        self.assertTrue(alerts(rules())["ChronosOpsAbsent"].startswith("absent(chronosops_"))
        self.assertIn("ChronosOpsWatchdog", alerts(rules()))

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

    def test_every_query_is_of_the_namespaces_that_were_chosen(self):
        board = dashboard()
        for expression in expressions(board):
            with self.subTest(expression):
                self.assertTrue(USED.search(expression))
                self.assertEqual(unbound(expression, 'namespace=~"$namespace"'), [])
        chosen = {variable["name"]: variable for variable in board["templating"]["list"]}["namespace"]
        self.assertEqual((chosen["type"], chosen["query"]), ("query", "label_values(chronosops_build_info, namespace)"))
        self.assertTrue(chosen["multi"] and chosen["includeAll"])
        self.assertEqual(chosen["datasource"]["uid"], "${datasource}")

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
