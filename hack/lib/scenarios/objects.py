"""The objects that the short steps stand for: the demo's service, its traffic, its policy."""
import copy
import os

import yaml

from names import fill

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "objects")


def template(name, values):
    with open(os.path.join(FOLDER, f"{name}.yaml"), encoding="utf-8") as file:
        return [fill(document, values, f"objects/{name}.yaml") for document in yaml.safe_load_all(file)]


def merge(target, overlay):
    """Mappings are merged, everything else is replaced; null removes."""
    for key, value in (overlay or {}).items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)
    return target


def service(step, values, addresses=None):
    """A workload of the demo's image with a Service in front of it. What its variables name as a host is known to it by address: a cluster may have no DNS."""
    kind = step.get("kind", "Deployment")
    own = {**values, "name": step["name"], "version": str(step.get("version", "1.0.0")), "replicas": step.get("replicas", values["replicas"]), "kind": kind,
           "image": step.get("image", values["demo_image"])}
    workload, front = template("service", own)
    if kind != "Deployment":
        del workload["spec"]["strategy"]
    if kind == "StatefulSet":
        workload["spec"]["serviceName"] = step["name"]
    if kind == "DaemonSet":
        del workload["spec"]["replicas"]
    pod = workload["spec"]["template"]["spec"]
    app = pod["containers"][0]
    app["env"] += [{"name": name, "value": str(value)} for name, value in step.get("env", {}).items()]
    merge(app, step.get("container"))
    pod["containers"] += [{"image": values["demo_image"], "imagePullPolicy": "IfNotPresent", **container} for container in step.get("containers", [])]
    named = [name for name in sorted(addresses or {}) if any(f"//{name}:" in str(value) for value in step.get("env", {}).values())]
    if named:
        pod["hostAliases"] = [{"ip": addresses[name], "hostnames": [name]} for name in named]
    merge(pod, step.get("pod"))
    for container in pod.get("initContainers", []):
        container.setdefault("image", values["demo_image"])
        container.setdefault("imagePullPolicy", "IfNotPresent")
    merge(workload["metadata"], step.get("metadata"))
    merge(workload["spec"]["template"]["metadata"]["annotations"], step.get("annotations"))
    merge(workload["spec"], step.get("spec"))
    return [workload, front]


def load(step, values, address, port):
    return template("load", {**values, "name": step.get("name", "load"), "rps": step.get("rps", values["rps"]), "slow": step.get("slow", 500),
                             "url": f"http://{address}:{port}/api/orders"})


def policy(step, values):
    own = {**values, "name": step.get("name", f"{step['for']}-heal"), "for": step["for"], "kind": step.get("kind", "Deployment")}
    documents = template("policy", own)
    merge(documents[0]["spec"], step.get("spec"))
    return documents
