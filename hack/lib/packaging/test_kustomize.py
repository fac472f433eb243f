"""config/ makes the same objects as the chart, but for the marks that Helm leaves."""
import os
import unittest

from rendered import NAMESPACE, REPOSITORY, documents, helm, kustomize

HELMS_LABELS = {"helm.sh/chart", "app.kubernetes.io/managed-by"}
HELMS_ANNOTATIONS = {"helm.sh/resource-policy"}


def normal(objects):
    return {key: without_marks(key[0], value) for key, value in objects.items()}


def without_marks(kind, one):
    metadata = dict(one["metadata"])
    labels = {key: value for key, value in metadata.pop("labels", {}).items() if key not in HELMS_LABELS}
    annotations = {key: value for key, value in metadata.pop("annotations", {}).items() if key not in HELMS_ANNOTATIONS}
    # The definitions carry labels only where Helm owns them.
    if labels and kind != "CustomResourceDefinition":
        metadata["labels"] = labels
    if annotations:
        metadata["annotations"] = annotations
    return {**one, "metadata": metadata}


class SameObjects(unittest.TestCase):
    maxDiff = 4000

    def same(self, chart, config):
        chart, config = normal(chart), normal(config)
        self.assertEqual(sorted(chart), sorted(config))
        for key, one in chart.items():
            with self.subTest(key):
                self.assertEqual(one, config[key])

    def test_default(self):
        config = kustomize("config/default")
        namespace = config.pop(("Namespace", "", NAMESPACE))  # `helm install --create-namespace` makes it
        self.assertEqual(namespace["metadata"]["labels"], {"pod-security.kubernetes.io/enforce": "restricted"})
        self.same(helm(None, "--kube-version=1.24.0"), config)

    def test_namespaced(self):
        self.same(helm({"scope": "namespace", "crds": {"install": False}}), kustomize("config/namespaced"))

    def test_the_definitions_alone(self):
        definitions = {key: value for key, value in helm(None, "--kube-version=1.24.0").items() if key[0] == "CustomResourceDefinition"}
        self.assertEqual(len(definitions), 2)
        self.same(definitions, kustomize("config/crd"))

    def test_the_sample_is_the_first_policy_to_copy_and_only_observes(self):
        with open(os.path.join(REPOSITORY, "samples/policies/observe.yaml"), encoding="utf-8") as text:
            sample = documents(text.read())
        self.assertEqual(list(kustomize("config/samples").values()), sample)
        self.assertEqual(sample[0]["spec"]["mode"], "Observe")


if __name__ == "__main__":
    unittest.main()
