"""The chart: what each value makes, and which are refused with a word that helps."""
import json
import os
import re
import shutil
import tempfile
import unittest

import yaml

from rendered import CHART, NAMESPACE, PROMETHEUS_OPERATOR, REPOSITORY, URL, Refused
from rendered import container, documents, helm, helm_text, kinds, notes, one, output, pod

ELECTED = {"replicas": 2, "leaderElection": {"enabled": True}}
MONITORED = {"monitoring": {"podMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}, "dashboard": {"enabled": True}}}
TOKEN = {"enabled": True, "tokenSecret": {"name": "am-token"}}
OLD, NEW = "--kube-version=1.20.0", "--kube-version=1.36.0"


class Values(unittest.TestCase):
    def test_lint(self):
        for program in ("helm", "helm3"):
            for values in ([], ["--set=scope=namespace"], ["--set=replicas=2,leaderElection.enabled=true,networkPolicy.enabled=true"]):
                said = output(program, "lint", "--strict", CHART, "--set", f"prometheus.url={URL}", *values)
                self.assertNotIn("WARNING", said)

    def test_helm_3_makes_the_same_objects(self):
        for values in ({}, {"scope": "namespace"}, {**ELECTED, **MONITORED, "networkPolicy": {"enabled": True}, "rbac": {"readSecretMetadata": True}}):
            for server in (OLD, NEW):
                with self.subTest(values=values, server=server):
                    self.assertEqual(*(helm(values, server, *PROMETHEUS_OPERATOR, program=program) for program in ("helm", "helm3")))

    def test_helm_3_refuses_the_same_values(self):
        for said, values in (("replicas", {"replicas": "two"}), ("prometeus", {"prometeus": {}}), ("prometheus.url is required", {"prometheus": {"url": ""}})):
            with self.assertRaises(Refused) as caught:
                helm(values, program="helm3")
            self.assertIn(said, str(caught.exception))

    def test_every_combination_renders_on_old_and_new_servers(self):
        for scope in ({"scope": "cluster"}, {"scope": "namespace"}, {"scope": "namespace", "watchNamespace": "shop"}):
            for replicas in ({}, ELECTED):
                for more in ({}, {"alertmanager": {**TOKEN, "tlsSecret": "tls"}}, {**MONITORED, "networkPolicy": {"enabled": True}, "rbac": {"readSecretMetadata": True}}):
                    for server in (OLD, NEW):
                        with self.subTest(scope=scope, replicas=replicas, more=more, server=server):
                            self.assertIn("Deployment", kinds(helm({**scope, **replicas, **more}, server, *PROMETHEUS_OPERATOR)))

    def refused(self, said, values, *arguments):
        with self.assertRaises(Refused) as caught:
            helm(values, *arguments)
        self.assertIn(said, str(caught.exception))

    def test_unknown_keys_and_wrong_types_are_refused_by_name(self):
        # Helm's versions word it differently; all name the key.
        self.refused("prometeus", {"prometeus": {}})
        self.refused("taq", {"image": {"repository": "r", "taq": "1"}})
        self.refused("replicas", {"replicas": "two"})
        self.refused("evaluationInterval", {"evaluationInterval": "15"})
        self.refused("digest", {"image": {"repository": "r", "digest": "sha256:1"}})
        self.refused("scope", {"scope": "shop"})
        self.refused("interval", {"monitoring": {"podMonitor": {"interval": "often"}}})
        self.refused("metricsFrom", {"networkPolicy": {"metricsFrom": [{"pods": {}}]}})
        self.refused("extraEnv", {"extraEnv": [{"value": "1"}]})

    def test_every_value_has_a_description_and_is_in_the_schema(self):
        with open(f"{CHART}/values.schema.json", encoding="utf-8") as schema, open(f"{CHART}/values.yaml", encoding="utf-8") as values:
            self.described(json.load(schema), yaml.safe_load(values), "")

    def described(self, schema, value, path):
        self.assertFalse(schema["additionalProperties"], path)
        # Those of a chart above this one.
        for key in set(schema["properties"]) - {"global", "enabled"}:
            self.assertIn(key, value, f"{path}/{key} is in the schema alone")
        for key, one_value in value.items():
            of_key = schema["properties"][key]
            self.assertTrue(of_key["description"].endswith("."), f"{path}/{key}")
            if "properties" in of_key:
                self.described(of_key, one_value, f"{path}/{key}")

    def test_values_that_do_not_go_together_are_refused(self):
        self.refused("prometheus.url is required", {"prometheus": {"url": ""}})
        self.refused("replicas: 2 needs leaderElection.enabled=true", {"replicas": 2})
        self.refused("watchNamespace is for scope=namespace", {"watchNamespace": "shop"})
        self.refused("serviceAccount.name is required", {"serviceAccount": {"create": False}})
        self.refused("choose one", {"monitoring": {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}}, *PROMETHEUS_OPERATOR)
        self.refused("would let no node be drained", {**ELECTED, "podDisruptionBudget": {"minAvailable": 2}})

    def accepted(self, values):
        self.assertIn("Deployment", kinds(helm(values)))

    def test_what_would_end_the_operator_at_its_start_is_refused(self):
        # The bounds of RunSettings.cs.
        for interval in ("1ms", "0999ms", "5m1ms", "1000000000ms"):
            self.refused("evaluationInterval", {"evaluationInterval": interval})
        self.refused("evaluationInterval: 10m is not from 1s to 5m", {"evaluationInterval": "10m"})
        for interval in ("1s", "1000ms", "5m", "4m60s", "010s"):
            self.accepted({"evaluationInterval": interval})
        for retention in ("5m", "59m59s", "87600h1ms", "100000h", 1):
            self.refused("incidentRetention", {"incidentRetention": retention})
        self.refused("incidentRetention: 5m is neither 0 nor from 1h to 87600h", {"incidentRetention": "5m"})
        for retention in ("1h", "60m", "87600h", "0", 0, "0s"):
            self.accepted({"incidentRetention": retention})
        for name in ("window", "quiet"):
            for length in ("999ms", "1h1ms", "2d"):
                self.refused(f"storm.{name}" if length != "2d" else name, {"storm": {name: length}})
            self.accepted({"storm": {name: "1h"}})
        for share in ("0%", "101%", "0.0", "2", "300ms", 0.3):
            self.refused("share", {"storm": {"share": share}})
        for share in ("1%", "12.5%", "100%", "0.3", "1"):
            self.accepted({"storm": {"share": share}})
        self.refused("workloads", {"storm": {"workloads": 10001}})
        self.accepted({"storm": {"workloads": 0}})
        self.refused("prometheus.url: the port 99999 is not from 1 to 65535", {"prometheus": {"url": "http://p:99999"}})
        for url in ("http://p:0", "http://:9090", "http://", "http://p:x", "p:9090", "http://u@p", "http://p?q", "http://p#f"):
            self.refused("url", {"prometheus": {"url": url}})
        for url in ("http://p", "https://p.example:443/a:99999", "http://[::1]:9090", "http://[::1]", "http://10.0.0.1:65535/"):
            self.accepted({"prometheus": {"url": url}})

    def test_the_labels_by_which_pods_are_found_are_not_for_others(self):
        for label in ("app.kubernetes.io/name", "app.kubernetes.io/instance"):
            self.refused(f"podLabels: {label} is set by the chart", {"podLabels": {label: "other"}})

    def test_what_the_chart_sets_is_refused_in_the_extras_with_the_value_to_use(self):
        objects = helm({**ELECTED, "scope": "namespace"})
        variables = [variable["name"] for variable in container(objects)["env"]]
        flags = [argument.split("=")[0] for argument in container(objects)["args"][1:]]
        self.assertEqual((len(variables), len(flags)), (11, 4))
        flags += ["--" + name.removeprefix("CHRONOSOPS_").replace("_", "-").lower() for name in variables if name.startswith("CHRONOSOPS_")]
        for flag in [*flags, "--listen", "--control-namespace"]:
            self.refused(f"extraArgs: {flag} is set by ", {"extraArgs": ["--prometheus-timeout=2s", flag + "=x"]})
            variables.append("CHRONOSOPS_" + flag.removeprefix("--").replace("-", "_").upper())
        for argument in ("--listen", "--listen:http://+:1"):
            self.refused("extraArgs: --listen is set by the chart", {"extraArgs": [argument]})
        for variable in variables:
            self.refused(f"extraEnv: {variable} is set by ", {"extraEnv": [{"name": variable, "value": "x"}]})
        self.refused("is set by prometheus.url", {"extraEnv": [{"name": "CHRONOSOPS_PROMETHEUS_URL", "value": "http://p"}]})
        self.accepted({"extraArgs": ["--prometheus-timeout=2s", "--config=/c.yaml"], "extraEnv": [{"name": "CHRONOSOPS_PROMETHEUS_TIMEOUT", "value": "2s"}]})

    def test_the_settings_that_the_chart_keeps_to_itself_are_settings_of_the_operator(self):
        with open(os.path.join(REPOSITORY, "ChronosOps.Operator/Cli/RunSettings.cs"), encoding="utf-8") as code, \
                open(os.path.join(REPOSITORY, "ChronosOps.Operator/Cli/PrometheusSettings.cs"), encoding="utf-8") as prometheus, \
                open(os.path.join(REPOSITORY, "ChronosOps.Operator/Cli/AlertSettings.cs"), encoding="utf-8") as alerts, \
                open(os.path.join(CHART, "templates/_checks.tpl"), encoding="utf-8") as checks:
            known = set(re.findall(r'(?:New|make)\("--([a-z-]+)"', code.read() + prometheus.read() + alerts.read()))
            own = set(re.findall(r"^([a-z-]+): is set by ", checks.read(), re.MULTILINE))
        self.assertEqual(known - own, {"config", "prometheus-timeout", "prometheus-accept-partial"})
        self.assertEqual(own - known, set())

    def test_what_policies_may_say_of_prometheus_reaches_the_operator_with_its_right(self):
        def secrets(values):
            objects = helm(values)
            rules = one(objects, "ClusterRole")["rules"]
            return ({variable["name"]: variable.get("value") for variable in container(objects)["env"]}, [rule["verbs"] for rule in rules if "secrets" in rule["resources"]])
        variables, rules = secrets({})
        self.assertEqual(([name for name in variables if "ALLOW" in name or "SECRETS" in name], rules), ([], []))
        variables, rules = secrets({"prometheus": {"url": URL, "allowedUrls": ["https://a/x", "http://b:9090"], "allowedTenants": ["team-*={namespace}"]}, "rbac": {"readPolicySecrets": True}})
        self.assertEqual([variables["CHRONOSOPS_" + name] for name in ("ALLOW_PROMETHEUS_URL", "ALLOW_PROMETHEUS_TENANTS", "POLICY_SECRETS")], ["https://a/x,http://b:9090", "team-*={namespace}", "true"])
        self.assertEqual(rules, [["get"]])
        self.refused("allowedUrls", {"prometheus": {"url": URL, "allowedUrls": ["https://user@a"]}})
        self.refused("allowedTenants", {"prometheus": {"url": URL, "allowedTenants": ["team-a"]}})

    def access(self, **values):
        """What the operator is told of its way into Prometheus, what is mounted for it, and where."""
        objects = helm({"prometheus": {"url": "https://metrics.example", **values}})
        variables = {variable["name"]: variable.get("value") for variable in container(objects)["env"]}
        told = {name.removeprefix("CHRONOSOPS_PROMETHEUS_"): value for name, value in variables.items() if name.startswith("CHRONOSOPS_PROMETHEUS_") and name != "CHRONOSOPS_PROMETHEUS_URL"}
        volumes = {volume["name"]: volume for volume in pod(objects)["volumes"] if volume["name"] != "tmp"}
        mounts = {mount["name"]: mount["mountPath"] for mount in container(objects)["volumeMounts"] if mount["name"] != "tmp"}
        self.assertEqual(mounts, {name: f"/etc/chronosops/{name}" for name in volumes})
        return told, [volume.get("secret", {}).get("secretName") or volume["configMap"]["name"] for volume in volumes.values()]

    def test_nothing_of_credentials_is_mounted_unless_it_is_asked_for(self):
        self.assertEqual(self.access(), ({}, []))

    def test_the_operator_is_let_in_by_prometheus(self):
        folder = "/etc/chronosops/prometheus-"
        self.assertEqual(self.access(tenant="team-a", tokenSecret={"name": "t"}), ({"TENANT": "team-a", "BEARER_TOKEN_FILE": folder + "token/token"}, ["t"]))
        self.assertEqual(self.access(tokenSecret={"name": "t", "key": "bearer"}), ({"BEARER_TOKEN_FILE": folder + "token/bearer"}, ["t"]))
        self.assertEqual(self.access(basicAuthSecret="b"), ({"BASIC_AUTH_FILE": folder + "basic-auth"}, ["b"]))
        for kind in ("secret", "configMap"):
            self.assertEqual(self.access(tls={"ca": {kind: "c", "key": "root.pem"}}), ({"CA_FILE": folder + "ca/root.pem"}, ["c"]))
        self.assertEqual(self.access(basicAuthSecret="b", tls={"ca": {"configMap": "c"}, "certificateSecret": "k"}),
                         ({"BASIC_AUTH_FILE": folder + "basic-auth", "CA_FILE": folder + "ca/ca.crt", "CERT_FILE": folder + "certificate/tls.crt", "KEY_FILE": folder + "certificate/tls.key"}, ["b", "c", "k"]))

    def test_ways_into_prometheus_that_do_not_go_together_are_refused(self):
        def refused(said, extra=None, **values):
            self.refused(said, {"prometheus": {"url": "https://p", **values}, **(extra or {})})
        refused("prometheus.tokenSecret.name and prometheus.basicAuthSecret: choose one", tokenSecret={"name": "t"}, basicAuthSecret="b")
        refused("prometheus.tls.ca.secret and prometheus.tls.ca.configMap: choose one", tls={"ca": {"secret": "a", "configMap": "b"}})
        refused("prometheus.tls is for an https:// address", url="http://p", tls={"certificateSecret": "k"})
        refused("basicAuthSecret", basicAuthSecret="No_Name")
        refused("tenant", tenant="team/a")
        refused("extraArgs: --prometheus-ca-file is set by prometheus.tls.ca", {"extraArgs": ["--prometheus-ca-file=/x"]}, tls={"ca": {"secret": "a"}})
        for flag in ("bearer-token-file", "basic-auth-file"):
            refused(f"extraArgs: --prometheus-{flag} is set by ", {"extraArgs": [f"--prometheus-{flag}=/x"]}, tokenSecret={"name": "t"})
        refused("extraEnv: CHRONOSOPS_PROMETHEUS_TENANT is set by prometheus.tenant", {"extraEnv": [{"name": "CHRONOSOPS_PROMETHEUS_TENANT", "value": "x"}]}, tenant="a")
        self.accepted({"extraArgs": [f"--prometheus-{flag}=/x" for flag in ("bearer-token-file", "ca-file", "cert-file", "key-file", "tenant")]})

    def test_alerts_are_taken_only_where_that_is_asked_for(self):
        objects = helm({"networkPolicy": {"enabled": True}})
        self.assertNotIn("alerts", json.dumps([container(objects), one(objects, "Service"), one(objects, "NetworkPolicy")]))
        self.assertNotIn(["patch"], self.incident_verbs(objects))

    def test_alerts_with_a_token_and_a_certificate(self):
        objects = helm({"alertmanager": {**TOKEN, "tlsSecret": "alerts-tls", "port": 9443, "labels": {"deployment": "app", "namespace": "exported_namespace"}},
                        "networkPolicy": {"enabled": True, "alertsFrom": [{"namespaceSelector": {}}]}})
        environment = {variable["name"]: variable.get("value") for variable in container(objects)["env"]}
        self.assertEqual({name: value for name, value in environment.items() if "ALERT" in name}, {
            "CHRONOSOPS_ALERTS_LISTEN": "https://+:9443", "CHRONOSOPS_ALERTS_TOKEN_FILE": "/etc/chronosops/alerts-token/token", "CHRONOSOPS_ALERTS_ALLOW_ANONYMOUS": "false",
            "CHRONOSOPS_ALERTS_TLS_DIR": "/etc/chronosops/alerts-tls", "CHRONOSOPS_ALERT_LABEL": "deployment=app,namespace=exported_namespace", "CHRONOSOPS_ALERTS_EXPIRE_AFTER": "24h"})
        secrets = {volume["name"]: volume["secret"]["secretName"] for volume in pod(objects)["volumes"] if "secret" in volume}
        self.assertEqual(secrets, {"alerts-token": "am-token", "alerts-tls": "alerts-tls"})
        self.assertEqual({mount["name"] for mount in container(objects)["volumeMounts"]}, {"tmp", *secrets})
        self.assertEqual([port["containerPort"] for port in container(objects)["ports"]], [8080, 9443])
        self.assertEqual([port["port"] for port in one(objects, "Service")["spec"]["ports"]], [8080, 9443])
        self.assertEqual(one(objects, "NetworkPolicy")["spec"]["ingress"][1], {"ports": [{"protocol": "TCP", "port": 9443}], "from": [{"namespaceSelector": {}}]})
        self.assertIn(["patch"], self.incident_verbs(objects))

    def incident_verbs(self, objects):
        return [rule["verbs"] for rule in one(objects, "ClusterRole")["rules"] if rule["resources"] == ["incidents"]]

    def test_alerts_without_a_token_only_where_that_is_allowed(self):
        self.refused("alertmanager.tokenSecret.name is required", {"alertmanager": {"enabled": True}})
        self.accepted({"alertmanager": {"enabled": True, "allowAnonymous": True}})
        self.refused("does not go with", {"alertmanager": {**TOKEN, "allowAnonymous": True}})
        self.refused("8080 is the port of the metrics", {"alertmanager": {**TOKEN, "port": 8080}})
        self.refused("alertmanager.expireAfter: 30s is not from 1m", {"alertmanager": {**TOKEN, "expireAfter": "30s"}})
        self.refused("container", {"alertmanager": {**TOKEN, "labels": {"container": "app"}}})
        self.refused("labels", {"alertmanager": {**TOKEN, "labels": {"pod": "a-b"}}})

    def test_as_a_subchart_it_can_be_switched_off(self):
        self.assertEqual(helm({"enabled": True}), helm({"enabled": False}))
        self.refused("enabled", {"enabled": "no"})
        dependency = {"name": "chronosops", "version": ">=0-0", "condition": "chronosops.enabled"}
        parent = {"apiVersion": "v2", "name": "parent", "version": "0.1.0", "dependencies": [dependency]}
        values = {"chronosops": {"prometheus": {"url": URL}, "podSecurityContext": {"runAsUser": None}}}
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(CHART, os.path.join(folder, "charts/chronosops"))
            with open(os.path.join(folder, "Chart.yaml"), "w", encoding="utf-8") as out:
                yaml.safe_dump(parent, out)
            for program in ("helm", "helm3"):
                for enabled in (True, False):
                    values["chronosops"]["enabled"] = enabled
                    found = documents(helm_text(values, program=program, chart=folder))
                    contexts = [one_object["spec"]["template"]["spec"]["securityContext"] for one_object in found if one_object["kind"] == "Deployment"]
                    self.assertEqual(["runAsUser" in context for context in contexts], [False] * enabled)

    def test_kinds_that_the_server_lacks_are_refused_by_name(self):
        for value, kind in (("serviceMonitor", "ServiceMonitor"), ("podMonitor", "PodMonitor"), ("prometheusRule", "PrometheusRule")):
            self.refused(f"monitoring.{value}.enabled needs the kind {kind}", {"monitoring": {value: {"enabled": True}}})


class Objects(unittest.TestCase):
    def test_one_replica_by_default_and_never_two_at_once(self):
        deployment = one(helm(), "Deployment")["spec"]
        self.assertEqual((deployment["replicas"], deployment["strategy"]), (1, {"type": "Recreate"}))
        self.assertEqual(container(helm())["args"], ["run"])
        self.assertNotIn("PodDisruptionBudget", kinds(helm()))

    def test_replicas_are_elected_spread_and_kept(self):
        objects = helm(ELECTED)
        self.assertEqual(one(objects, "Deployment")["spec"]["strategy"]["type"], "RollingUpdate")
        self.assertEqual(container(objects)["args"][1:], ["--leader-elect=true", "--leader-elect-lease-name=chronosops", f"--leader-elect-lease-namespace={NAMESPACE}"])
        self.assertEqual(pod(objects)["topologySpreadConstraints"][0]["whenUnsatisfiable"], "ScheduleAnyway")
        leases = [rule for rule in one(objects, "Role", "chronosops-own")["rules"] if rule["resources"] == ["leases"]]
        self.assertEqual([(rule["verbs"], rule.get("resourceNames")) for rule in leases], [(["create"], None), (["get", "update"], ["chronosops"])])

    def test_the_disruption_budget_is_of_the_version_that_the_server_has(self):
        for server, version in ((OLD, "policy/v1beta1"), (NEW, "policy/v1")):
            self.assertEqual(one(helm(ELECTED, server), "PodDisruptionBudget")["apiVersion"], version)

    def test_the_namespaced_mode_has_nothing_of_the_cluster(self):
        for values in ({"scope": "namespace"}, {"scope": "namespace", "watchNamespace": "shop", **ELECTED}):
            objects = helm({**values, "crds": {"install": False}})
            self.assertEqual(kinds(objects) & {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"}, set())
            self.assertIn(f"--namespace={values.get('watchNamespace', '$(POD_NAMESPACE)')}", container(objects)["args"])
            role = one(objects, "Role")["metadata"]["namespace"]
            self.assertEqual(role, values.get("watchNamespace", NAMESPACE))

    def test_elsewhere_it_may_read_its_emergency_stop_and_no_other_config_map(self):
        own = one(helm({"scope": "namespace", "watchNamespace": "shop"}), "Role", "chronosops-own")
        self.assertEqual(own["metadata"]["namespace"], NAMESPACE)
        self.assertEqual(own["rules"], [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["chronosops-control"], "verbs": ["get"]}])

    def test_the_definitions_follow_the_server_and_stay(self):
        for server, rules in ((OLD, False), (NEW, True)):
            for name in ("incidents.chronosops.io", "remediationpolicies.chronosops.io"):
                definition = one(helm(None, server), "CustomResourceDefinition", name)
                self.assertEqual(definition["metadata"]["annotations"]["helm.sh/resource-policy"], "keep")
                self.assertEqual("x-kubernetes-validations" in str(definition), rules)
        self.assertNotIn("CustomResourceDefinition", kinds(helm({"crds": {"install": False}})))

    def test_an_image_by_digest(self):
        digest = "sha256:" + "a" * 64
        for tag, image in (("", f"r.example/c@{digest}"), ("1.2", f"r.example/c:1.2@{digest}")):
            self.assertEqual(container(helm({"image": {"repository": "r.example/c", "tag": tag, "digest": digest}}))["image"], image)

    def test_extras_arrive(self):
        extras = {"extraArgs": ["--prometheus-timeout=2s"], "extraEnv": [{"name": "A", "value": "b"}], "extraVolumes": [{"name": "v", "emptyDir": {}}],
                  "extraVolumeMounts": [{"name": "v", "mountPath": "/v"}], "podAnnotations": {"a": "b"}, "podLabels": {"team": "sre"},
                  "nodeSelector": {"disk": "fast"}, "tolerations": [{"key": "t"}], "affinity": {"nodeAffinity": {}}, "priorityClassName": "high",
                  "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
                  "serviceAccount": {"annotations": {"cloud": "role"}}, "imagePullSecrets": [{"name": "pull"}]}
        objects = helm(extras)
        spec, main = pod(objects), container(objects)
        self.assertIn("--prometheus-timeout=2s", main["args"])
        self.assertIn(extras["extraEnv"][0], main["env"])
        self.assertIn(extras["extraVolumeMounts"][0], main["volumeMounts"])
        self.assertIn(extras["extraVolumes"][0], spec["volumes"])
        for key in ("nodeSelector", "tolerations", "affinity", "priorityClassName", "topologySpreadConstraints", "imagePullSecrets"):
            self.assertEqual(spec[key], extras[key])
        template = one(objects, "Deployment")["spec"]["template"]["metadata"]
        self.assertEqual((template["annotations"]["a"], template["labels"]["team"]), ("b", "sre"))
        self.assertEqual(one(objects, "ServiceAccount")["metadata"]["annotations"], {"cloud": "role"})

    def test_it_is_scraped_by_one_means_only(self):
        annotations = one(helm(), "Deployment")["spec"]["template"]["metadata"]["annotations"]
        self.assertEqual(annotations["prometheus.io/scrape"], "true")
        for value, kind in (("serviceMonitor", "ServiceMonitor"), ("podMonitor", "PodMonitor")):
            objects = helm({"monitoring": {value: {"enabled": True, "labels": {"release": "p"}}}}, *PROMETHEUS_OPERATOR)
            self.assertNotIn("annotations", one(objects, "Deployment")["spec"]["template"]["metadata"])
            self.assertEqual(one(objects, kind)["metadata"]["labels"]["release"], "p")
            self.assertIn("port", str(one(objects, kind)["spec"]))

    def test_the_network_policy_names_what_is_needed(self):
        for url, port in ((URL, 9090), ("https://metrics.example", 443), ("http://metrics.example/prometheus", 80)):
            policy = one(helm({"prometheus": {"url": url}, "networkPolicy": {"enabled": True, "apiServer": {"cidrs": ["10.0.0.1/32"]}}}), "NetworkPolicy")["spec"]
            dns, server, prometheus = policy["egress"]
            # OpenShift's DNS is behind its Service at 5353.
            self.assertEqual([(rule["protocol"], rule["port"]) for rule in dns["ports"]], [("UDP", 53), ("TCP", 53), ("UDP", 5353), ("TCP", 5353)])
            self.assertEqual((server["to"], [rule["port"] for rule in server["ports"]]), ([{"ipBlock": {"cidr": "10.0.0.1/32"}}], [443, 6443]))
            self.assertEqual(prometheus["ports"], [{"protocol": "TCP", "port": port}])
            self.assertEqual(policy["ingress"], [{"ports": [{"protocol": "TCP", "port": 8080}]}])

    def test_the_network_policy_lets_out_what_else_is_asked_for(self):
        more = [{"to": [{"ipBlock": {"cidr": "10.0.0.2/32"}}], "ports": [{"protocol": "TCP", "port": 3128}]}]
        policy = one(helm({"networkPolicy": {"enabled": True, "dnsPorts": [1053], "extraEgress": more}}), "NetworkPolicy")["spec"]
        self.assertEqual({rule["port"] for rule in policy["egress"][0]["ports"]}, {1053})
        self.assertEqual(policy["egress"][3:], more)
        for wrong in ({"dnsPorts": []}, {"extraEgress": [{}]}, {"extraEgress": [{"from": []}]}):
            with self.assertRaises(Refused):
                helm({"networkPolicy": {"enabled": True, **wrong}})


class EmergencyStop(unittest.TestCase):
    def stop(self, *arguments, **values):
        return {one(helm(values, *arguments, program=program), "ConfigMap", "chronosops-control")["data"]["emergencyStop"] for program in ("helm", "helm3")}

    def test_an_installation_is_not_stopped_unless_it_is_asked_for(self):
        self.assertEqual(self.stop(), {"false"})
        self.assertEqual(self.stop(emergencyStop=True), {"true"})
        self.assertIn("It changes nothing until", notes())

    def test_an_upgrade_that_does_not_find_the_stop_keeps_what_counts_as_on(self):
        # Nothing is looked up here, as when ConfigMap or key are gone.
        self.assertEqual(self.stop("--is-upgrade"), {"true"})
        said = notes(None, "--is-upgrade")
        self.assertIn("THE EMERGENCY STOP IS ON", said)
        self.assertIn("found none in the ConfigMap chronosops-control", said)
        self.assertNotIn("found none", notes({"emergencyStop": True}))

    def test_the_command_that_stops_names_this_release(self):
        for values, name in (({}, "chronosops-control"), ({"fullnameOverride": "second"}, "second-control")):
            self.assertIn(f"  chronosops stop --control-namespace {NAMESPACE} --control-configmap {name}\n", notes(values))


if __name__ == "__main__":
    unittest.main()
