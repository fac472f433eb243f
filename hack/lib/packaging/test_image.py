"""What the image is made of: the bill of materials, and the Dockerfile beside the script that works without an engine. And where a release is made."""
import base64
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import re
import unittest

import yaml

from rendered import REPOSITORY

LIB = os.path.join(REPOSITORY, "hack/lib")
DEPS = {
    "runtimeTarget": {"name": ".NETCoreApp,Version=v10.0/linux-x64"},
    "targets": {".NETCoreApp,Version=v10.0/linux-x64": {
        "app/1.0.0": {"dependencies": {"Some.Package": "2.0.1", "Our.Library": "1.0.0", "runtimepack.Runtime.linux-x64": "10.0.12"}},
        "Some.Package/2.0.1": {}, "Our.Library/1.0.0": {"dependencies": {"Some.Package": "2.0.1"}}, "runtimepack.Runtime.linux-x64/10.0.12": {}}},
    "libraries": {
        "app/1.0.0": {"type": "project", "sha512": ""}, "Our.Library/1.0.0": {"type": "project", "sha512": ""},
        "Some.Package/2.0.1": {"type": "package", "sha512": "sha512-" + base64.b64encode(hashlib.sha512(b"x").digest()).decode()},
        "runtimepack.Runtime.linux-x64/10.0.12": {"type": "runtimepack", "sha512": ""}},
}
DEBS = ["libstdc++6_12.2.0-14+deb12u1_amd64.deb\n", "zlib1g_1%3a1.2.13.dfsg-1_amd64.deb\n"]


def tool(name):
    """A program of hack/lib as a module: they have no ending."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), os.path.join(LIB, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def read(path):
    with open(os.path.join(REPOSITORY, path), encoding="utf-8") as text:
        return text.read()


class Bill(unittest.TestCase):
    def valid(self, bill):
        """The fields that CycloneDX 1.5 demands, and that every reference leads somewhere."""
        self.assertEqual((bill["bomFormat"], bill["specVersion"], bill["version"]), ("CycloneDX", "1.5", 1))
        self.assertRegex(bill["serialNumber"], r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
        everything = [bill["metadata"]["component"], *bill["components"]]
        for component in everything:
            self.assertIn(component["type"], {"container", "framework", "library"})
            self.assertTrue(component["name"] and component["version"] and component["bom-ref"])
            for found in component.get("hashes", []):
                self.assertEqual((found["alg"], len(found["content"])), ("SHA-512", 128))
        refs = [component["bom-ref"] for component in everything]
        self.assertEqual(len(set(refs)), len(refs))
        self.assertEqual({edge["ref"] for edge in bill["dependencies"]}, set(refs))
        self.assertLessEqual({on for edge in bill["dependencies"] for on in edge["dependsOn"]}, set(refs))

    def test_a_bill_is_complete_and_valid(self):
        bill = tool("sbom").bill("app", "dev", DEPS, DEBS)
        self.valid(bill)
        self.assertEqual([component.get("purl") for component in bill["components"]], [
            "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=bookworm", "pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=bookworm",
            "pkg:nuget/Runtime.linux-x64@10.0.12", "pkg:nuget/Some.Package@2.0.1", None, None])
        package = next(one for one in bill["components"] if one["name"] == "Some.Package")
        self.assertEqual(package["hashes"][0]["content"], hashlib.sha512(b"x").hexdigest())
        edges = {edge["ref"]: edge["dependsOn"] for edge in bill["dependencies"]}
        self.assertEqual(edges["project:Our.Library@1.0.0"], ["pkg:nuget/Some.Package@2.0.1"])
        self.assertIn("project:app@1.0.0", edges["image:app@dev"])

    def test_the_same_input_gives_the_same_bill_and_another_another(self):
        sbom = tool("sbom")
        self.assertEqual(sbom.bill("app", "dev", DEPS, DEBS), sbom.bill("app", "dev", DEPS, DEBS))
        self.assertNotEqual(sbom.bill("app", "dev", DEPS, DEBS)["serialNumber"], sbom.bill("app", "dev", DEPS, DEBS[:1])["serialNumber"])

    def test_the_programs_own_bill_names_what_the_lock_file_names(self):
        published = os.path.join(REPOSITORY, "bin/app/chronosops.deps.json")
        if not os.path.exists(published):
            self.skipTest("bin/chronosops is not built (make build)")
        bill = tool("sbom").bill("chronosops", "dev", json.loads(read(published)), DEBS)
        self.valid(bill)
        locked = json.loads(read("ChronosOps.Operator/packages.lock.json"))["dependencies"]["net10.0"]
        versions = {name: entry.get("resolved") for name, entry in locked.items()}
        packages = {one["name"]: one["version"] for one in bill["components"] if one.get("purl", "").startswith("pkg:nuget/") and one["type"] == "library"}
        self.assertIn("System.CommandLine", packages)
        for name, version in packages.items():
            self.assertEqual(versions[name], version)


class Dockerfile(unittest.TestCase):
    def instruction(self, name):
        return re.findall(rf"^{name} (.*)$", read("Dockerfile").split("FROM scratch")[1], re.MULTILINE)

    def test_it_configures_the_image_as_the_script_does(self):
        script = read("hack/lib/publish.sh")
        self.assertEqual(self.instruction("ENV")[0].split(), re.findall(r"--env (\S+?)[ )]", script.split("RUNTIME_ENV=(")[1].split("\n")[0] + " "))
        options = script.split("program_image() {")[1]
        for option, name in (("user", "USER"), ("port", "EXPOSE"), ("workdir", "WORKDIR")):
            self.assertEqual(self.instruction(name), re.findall(rf"--{option} (\S+)", options))
        self.assertIn(json.loads(self.instruction("ENTRYPOINT")[0])[0], script)

    def test_it_has_no_base_no_shell_and_no_root(self):
        self.assertEqual(self.instruction("RUN"), [])
        self.assertRegex(self.instruction("USER")[0], r"^[1-9]\d*:[1-9]\d*$")

    def test_both_make_the_content_by_the_same_programs(self):
        dockerfile, scripts = read("Dockerfile"), read("hack/lib/images.sh") + read("hack/lib/publish.sh")
        for shared in ("image-packages", "image-root", "sbom"):
            self.assertIn(f"/tools/{shared}", dockerfile)
            self.assertIn(f"$LIB/{shared}", scripts)
        for flag in ("-c Release", "-r linux-x64", "--self-contained", "-p:UseSharedCompilation=false"):
            self.assertIn(flag, dockerfile)
            self.assertIn(flag, scripts)

    def test_the_sdk_is_the_one_that_the_repository_names(self):
        self.assertIn(f"dotnet/sdk:{json.loads(read('global.json'))['sdk']['version']}\n", read("Dockerfile"))


class Workflows(unittest.TestCase):
    def jobs(self):
        for name in ("ci", "nightly", "release"):
            for job in yaml.safe_load(read(f".github/workflows/{name}.yml"))["jobs"].values():
                yield name, job

    def test_a_bare_container_has_curl_before_the_sdk_is_fetched(self):
        seen = []
        for name, job in self.jobs():
            steps = job.get("steps", [])
            setup = [number for number, step in enumerate(steps) if "setup-dotnet" in step.get("uses", "")]
            if "container" in job and setup:
                seen.append(name)
                self.assertRegex(" ".join(step.get("run", "") for step in steps[:setup[0]]), r"apt-get install .*\bcurl\b")
        self.assertEqual(seen, ["ci", "nightly", "release"])

    def test_a_release_pushes_the_operators_image_alone(self):
        lines = [line for name, job in self.jobs() if name == "release" for step in job.get("steps", []) for line in step.get("run", "").splitlines()]
        pushed = [line for line in lines if "docker://" in line or "images push" in line]
        self.assertEqual(len(pushed), 1)
        self.assertTrue(pushed[0].endswith('"docker://${IMAGE_REPO%/}/chronosops:$version"'), pushed)


if __name__ == "__main__":
    unittest.main()
