"""config/ makes the same objects as the chart, but for the marks that Helm leaves."""
import os
import re
import shutil
import tempfile
import unittest

from rendered import NAMESPACE, REPOSITORY, documents, helm, kustomize

HELMS_LABELS = {"helm.sh/chart", "app.kubernetes.io/managed-by"}
HELMS_ANNOTATIONS = {"helm.sh/resource-policy"}
# What the chart makes for a server that knows no rules in CEL, and for one that does.
OLD, NEW = "--kube-version=1.24.0", "--kube-version=1.36.0"


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


class Compared(unittest.TestCase):
    maxDiff = 4000

    def same(self, chart, config):
        chart, config = normal(chart), normal(config)
        self.assertEqual(sorted(chart), sorted(config))
        for key, one in chart.items():
            with self.subTest(key):
                self.assertEqual(one, config[key])


class SameObjects(Compared):
    def test_default(self):
        for folder, server in (("config/default", OLD), ("config/default-cel", NEW)):
            config = kustomize(folder)
            namespace = config.pop(("Namespace", "", NAMESPACE))  # `helm install --create-namespace` makes it
            self.assertEqual(namespace["metadata"]["labels"], {"pod-security.kubernetes.io/enforce": "restricted"})
            self.same(helm(None, server), config)

    def test_namespaced(self):
        self.same(helm({"scope": "namespace", "crds": {"install": False}}), kustomize("config/namespaced"))

    def test_the_definitions_alone(self):
        for folder, server in (("config/crd", OLD), ("config/crd/cel", NEW)):
            definitions = {key: value for key, value in helm(None, server).items() if key[0] == "CustomResourceDefinition"}
            self.assertEqual(len(definitions), 2)
            self.same(definitions, kustomize(folder))
            self.assertEqual("x-kubernetes-validations" in str(definitions), server == NEW)

    def test_what_is_deleted_to_keep_the_definitions_is_all_but_them(self):
        for folder in ("config/default", "config/default-cel"):
            self.assertEqual({key: value for key, value in kustomize(folder).items() if key[0] != "CustomResourceDefinition"}, kustomize("config/operator"))

    def test_the_sample_is_the_first_policy_to_copy_and_only_observes(self):
        with open(os.path.join(REPOSITORY, "samples/policies/observe.yaml"), encoding="utf-8") as text:
            sample = documents(text.read())
        self.assertEqual(list(kustomize("config/samples").values()), sample)
        self.assertEqual(sample[0]["spec"]["mode"], "Observe")


class Overlay(Compared):
    """The overlay that docs/install.md shows, word for word, and what it says about other namespaces and configurations."""
    IMAGE = {"image": {"repository": "registry.example.com/team/chronosops", "tag": "0.1.0"}}

    def built(self, change):
        with open(os.path.join(REPOSITORY, "docs/install.md"), encoding="utf-8") as text:
            overlay, = [block for block in re.findall(r"```yaml\n(.*?)```", text.read(), re.DOTALL) if "kind: Kustomization\n" in block]
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(os.path.join(REPOSITORY, "config"), os.path.join(folder, "chronosops/config"))
            with open(os.path.join(folder, "kustomization.yaml"), "w", encoding="utf-8") as out:
                out.write(change(overlay))
            return kustomize(folder)

    def test_as_it_stands(self):
        config = self.built(lambda overlay: overlay)
        self.assertIn(("Namespace", "", NAMESPACE), config)
        del config["Namespace", "", NAMESPACE]
        self.same(helm(self.IMAGE, NEW), config)

    def test_in_another_namespace_which_is_made(self):
        config = self.built(lambda overlay: overlay.replace(NAMESPACE, "shop"))
        self.assertIn(("Namespace", "", "shop"), config)
        del config["Namespace", "", "shop"]
        self.same(helm(self.IMAGE, NEW, "--namespace=shop"), config)

    def test_for_one_namespace_which_is_there_and_is_the_one_that_is_watched(self):
        config = self.built(lambda overlay: overlay.replace(NAMESPACE, "shop").replace("config/default-cel", "config/namespaced"))
        self.same(helm({**self.IMAGE, "scope": "namespace", "crds": {"install": False}}, "--namespace=shop"), config)


if __name__ == "__main__":
    unittest.main()
