"""The chart: what each value makes, and which are refused with a word that helps."""
import json
import unittest

import yaml

from rendered import CHART, NAMESPACE, PROMETHEUS_OPERATOR, Refused, URL, container, helm, kinds, one, output, pod

ELECTED = {"replicas": 2, "leaderElection": {"enabled": True}}
MONITORED = {"monitoring": {"podMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}, "dashboard": {"enabled": True}}}
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
                for more in ({}, {**MONITORED, "networkPolicy": {"enabled": True}, "rbac": {"readSecretMetadata": True}}):
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
        for key in set(schema["properties"]) - {"global"}:
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
        self.refused("extraArgs: --namespace", {"extraArgs": ["--namespace=shop"]})
        self.refused("extraArgs: --leader-elect", {"extraArgs": ["--leader-elect=true"]})
        self.refused("choose one", {"monitoring": {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}}, *PROMETHEUS_OPERATOR)
        self.refused("would let no node be drained", {**ELECTED, "podDisruptionBudget": {"minAvailable": 2}})

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
            self.assertEqual([rule["port"] for rule in dns["ports"]], [53, 53])
            self.assertEqual((server["to"], [rule["port"] for rule in server["ports"]]), ([{"ipBlock": {"cidr": "10.0.0.1/32"}}], [443, 6443]))
            self.assertEqual(prometheus["ports"], [{"protocol": "TCP", "port": port}])
            self.assertEqual(policy["ingress"], [{"ports": [{"protocol": "TCP", "port": 8080}]}])


if __name__ == "__main__":
    unittest.main()
