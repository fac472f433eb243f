"""The pod against the Pod Security Standard 'restricted', field by field, and the roles against what they must never grant."""
import unittest

from rendered import container, helm, kinds, kustomize, pod

MODES = {
    "cluster": {}, "namespace": {"scope": "namespace"},
    "replicas": {"replicas": 2, "leaderElection": {"enabled": True}, "scope": "namespace", "watchNamespace": "shop"},
}
ALLOWED_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def pods():
    for name, values in MODES.items():
        yield name, pod(helm(values))
    for folder in ("config/default", "config/default-cel", "config/namespaced"):
        yield folder, pod(kustomize(folder))


class Restricted(unittest.TestCase):
    def test_the_pod(self):
        for name, spec in pods():
            with self.subTest(name):
                for shared in ("hostNetwork", "hostPID", "hostIPC", "hostUsers"):
                    self.assertNotIn(shared, spec)
                for volume in spec["volumes"]:
                    self.assertEqual(len(volume.keys() - {"name"} - ALLOWED_VOLUMES), 0, volume)
                context = spec["securityContext"]
                self.assertIs(context["runAsNonRoot"], True)
                self.assertGreater(context["runAsUser"], 0)
                self.assertGreater(context["runAsGroup"], 0)
                self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
                for dangerous in ("sysctls", "seLinuxOptions", "appArmorProfile", "windowsOptions"):
                    self.assertNotIn(dangerous, context)

    def test_every_container(self):
        for name, spec in pods():
            for container in spec["containers"] + spec.get("initContainers", []) + spec.get("ephemeralContainers", []):
                with self.subTest(f"{name}: {container['name']}"):
                    context = container["securityContext"]
                    self.assertIs(context["allowPrivilegeEscalation"], False)
                    self.assertIs(context["readOnlyRootFilesystem"], True)
                    self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                    for dangerous in ("privileged", "procMount", "seLinuxOptions", "appArmorProfile", "windowsOptions", "runAsUser", "runAsNonRoot", "seccompProfile"):
                        self.assertNotIn(dangerous, context)
                    self.assertEqual([port for port in container["ports"] if "hostPort" in port], [])
                    for handler in ("readinessProbe", "livenessProbe"):
                        self.assertNotIn("host", container[handler]["httpGet"])
                    self.assertIn("memory", container["resources"]["limits"])
                    self.assertEqual(container["resources"]["requests"].keys(), {"cpu", "memory"})


class Overridden(unittest.TestCase):
    def test_ids_can_be_left_to_the_cluster_and_the_rest_stays(self):
        for program in ("helm", "helm3"):
            spec = pod(helm({"podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None}}, program=program))
            self.assertEqual(spec["securityContext"], {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}})

    def test_a_key_is_put_over_the_others(self):
        objects = helm({"podSecurityContext": {"fsGroup": 7, "supplementalGroups": [8]}, "securityContext": {"runAsUser": 9}})
        plain = helm()
        self.assertEqual(pod(objects)["securityContext"], {**pod(plain)["securityContext"], "fsGroup": 7, "supplementalGroups": [8]})
        self.assertEqual(container(objects)["securityContext"], {**container(plain)["securityContext"], "runAsUser": 9})


class Roles(unittest.TestCase):
    def roles(self, objects):
        return [value for (kind, _, _), value in objects.items() if kind in ("Role", "ClusterRole")]

    def test_nothing_is_granted_by_a_wildcard_and_no_secret_unasked(self):
        rendered = [helm({**values, "rbac": {"readSecretMetadata": asked}}) for values in MODES.values() for asked in (False, True)]
        for asked, objects in zip([False, True] * len(MODES), rendered):
            rules = [rule for role in self.roles(objects) for rule in role["rules"]]
            for rule in rules:
                for field in ("apiGroups", "resources", "verbs"):
                    self.assertFalse([text for text in rule[field] if "*" in text], rule)
                self.assertFalse({"bind", "escalate", "impersonate"} & set(rule["verbs"]), rule)
            secrets = [rule["verbs"] for rule in rules if "secrets" in rule["resources"]]
            self.assertEqual(secrets, [["get"]] if asked else [])

    def test_people_may_not_write_status_and_nothing_is_aggregated(self):
        for values in MODES.values():
            for role in self.roles(helm(values)):
                self.assertNotIn("aggregationRule", role)
                self.assertFalse([label for label in role["metadata"]["labels"] if label.startswith("rbac.authorization.k8s.io/aggregate")])
                if role["metadata"]["name"].endswith(("-view", "-edit")):
                    self.assertEqual([rule["resources"] for rule in role["rules"]], [["remediationpolicies", "incidents"]])

    def test_config_grants_no_more_than_the_chart(self):
        self.assertNotIn("ClusterRole", kinds(kustomize("config/namespaced")))


if __name__ == "__main__":
    unittest.main()
