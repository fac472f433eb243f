"""Plays one scenario on the cluster of KUBECONFIG: sets up, breaks, watches, and brings back what was seen from outside."""
import datetime
import json
import os
import subprocess
import time
import urllib.request

import yaml

import grade
import objects
from api import Api, Unreadable
from names import fill
from scenario import seconds

BEAT = 2
# What an older API server calls the same, written alike.
OLDER = {("policy/v1", "PodDisruptionBudget"): "policy/v1beta1", ("autoscaling/v2", "HorizontalPodAutoscaler"): "autoscaling/v2beta2", ("batch/v1", "CronJob"): "batch/v1beta1"}
OWN = ("remediationpolic", "incident")
# How long a release takes to become known good, about; without ChronosOps there is nobody to say so.
AS_LONG = 40


class CannotPlay(Exception):
    """The cluster did not come to what the scenario needs: that is no result."""


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


class Player:
    def __init__(self, scenario, values, tell, patience=None):
        """patience: seconds to watch where something other than ChronosOps looks after the service: there are no policies and no incidents then."""
        self.scenario, self.values, self.tell, self.patience, self.served = scenario, values, tell, patience, {}
        self.api = Api(os.environ.get("KUBECONFIG", ""))
        self.kind, self.workload = fill(scenario.expect.workload, values, "expect.of").split("/", 1)

    def play(self):
        """What was seen: times, incidents, and what the load generators wrote. Raises CannotPlay."""
        seen = {"startedAt": utc_now(), "namespace": self.values["namespace"], "workload": self.workload}
        self.kubectl("create", "namespace", self.values["namespace"])
        self.kubectl("label", "namespace", self.values["namespace"], f"{self.values['run_label']}=scenarios")
        self.steps(self.scenario.setup)
        time.sleep(float(self.values["pause"]))
        seen["faultAt"] = utc_now()
        self.tell("the fault")
        self.steps(self.scenario.fault)
        self.watch(seen["faultAt"])
        seen["endedAt"] = utc_now()
        time.sleep(self.scenario.expect.quiet)
        seen["incidents"] = self.incidents()
        seen["load"] = self.load_logs()
        seen["doneAt"] = utc_now()
        return seen

    def remove(self):
        """Takes back what the scenario did outside of its namespace, however it ended, and then the namespace."""
        try:
            self.steps(self.scenario.cleanup)
        finally:
            self.remove_namespace()

    def remove_namespace(self):
        self.run(["kubectl", "delete", "namespace", self.values["namespace"], "--wait=false", "--ignore-not-found"])

    def watch(self, since):
        """Until everything is as expected, or time is up: what is wrong now may become right, as by a second incident."""
        expect, told = grade.expected(self.scenario, self.values), None
        if self.patience is not None:
            self.tell(f"watching for {self.patience} s")
            time.sleep(self.patience)
            return
        while (utc_now() - since).total_seconds() < expect.within:
            time.sleep(BEAT)
            own = grade.of_workload(self.incidents(), self.workload)
            status = grade.newest_status(own)
            state = (status.get("phase"), status.get("reason"))
            if state != told:
                told = state
                self.tell(f"{' '.join(filter(None, state))}: {status.get('message', '')}" if status else "no incident")
            if expect.incident and not list(grade.misses_of_status(expect.incident, status)) and grade.actions_of(own) == expect.actions:
                return

    def steps(self, steps):
        for step in steps:
            arguments = fill(step.arguments, self.values, step.where)
            self.tell(f"{step.verb} {arguments if isinstance(arguments, (str, list)) else json.dumps(arguments)}"[:200])
            getattr(self, f"do_{step.verb}")(arguments, step.where)

    def do_service(self, step, _):
        self.apply(objects.service(step, self.values, self.addresses() if "://" in json.dumps(step.get("env", {})) else {}))

    def addresses(self):
        services = json.loads(self.kubectl("get", "services", "-o", "json"))["items"]
        return {item["metadata"]["name"]: item["spec"]["clusterIP"] for item in services}

    def do_load(self, step, where):
        front = self.get(f"service/{step['to']}", where)["spec"]
        self.apply(objects.load(step, self.values, front["clusterIP"], front["ports"][0]["port"]))
        self.do_wait({"rollout": f"deployment/{step.get('name', 'load')}"}, where)

    def do_policy(self, step, _):
        self.apply(objects.policy(step, self.values))

    def do_apply(self, content, _):
        documents = list(yaml.safe_load_all(content)) if isinstance(content, str) else content if isinstance(content, list) else [content]
        self.apply(documents)

    def do_file(self, name, where):
        with open(os.path.join(self.scenario.folder, name), encoding="utf-8") as file:
            self.apply([fill(document, self.values, where) for document in yaml.safe_load_all(file)])

    def do_patch(self, step, where):
        if self.is_of_others(step["object"]):
            return
        self.kubectl("patch", step["object"], "--type=merge", "-p", json.dumps(step["merge"]), where=where)

    def do_kubectl(self, arguments, where):
        if not self.is_of_others(*map(str, arguments)):
            self.kubectl(*map(str, arguments), where=where)

    def is_of_others(self, *names):
        """Whether an object is named that ChronosOps alone knows, and somebody else looks after the service."""
        return self.patience is not None and any(name.lower().startswith(OWN) for name in names)

    def do_http(self, step, where):
        """A request to the pods that are ready, or to so many of them."""
        pods = json.loads(self.kubectl("get", "pods", "-l", step["pods"], "-o", "json", where=where))["items"]
        ready = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]
                 and any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))]
        chosen = sorted(ready, key=lambda pod: pod["metadata"]["name"])[:step.get("count")]
        if not chosen:
            raise CannotPlay(f"{where}: no pod with {step['pods']} is ready")
        for pod in chosen:
            url = f"http://{pod['status']['podIP']}:{step['port']}{step['path']}"
            try:
                with urllib.request.urlopen(urllib.request.Request(url, method=step.get("method", "POST")), timeout=10):
                    pass
            except OSError as failed:
                raise CannotPlay(f"{where}: {url}: {failed}") from None

    def do_image(self, step, where):
        """The sample service's image under another name on the node, or no more: nothing can be pulled here."""
        ctr, socket = os.environ.get("CHRONOSOPS_CTR"), os.environ.get("CHRONOSOPS_CONTAINERD_SOCK")
        if not (ctr and socket):
            raise CannotPlay(f"{where}: only a cluster of hack/cluster lets its node's images be changed")
        change = ["tag", self.values["demo_image"], step["add"]] if "add" in step else ["rm", step["remove"]]
        done = self.run([ctr, "--address", socket, "--namespace", "k8s.io", "images", *change])
        if done.returncode != 0 and not ("remove" in step and "not found" in done.stderr):
            raise CannotPlay(f"{where}: ctr images {' '.join(change)}: {done.stderr.strip()}")

    def do_wait(self, step, where):
        timeout = seconds(step.get("timeout", "3m"))
        if self.patience is not None and ("incident" in step or self.is_of_others(str(step.get("object", "")))):
            time.sleep(AS_LONG)
            return
        if "rollout" in step:
            self.kubectl("rollout", "status", step["rollout"], f"--timeout={timeout}s", where=where)
        elif "condition" in step:
            self.kubectl("wait", step["object"], f"--for=condition={step['condition']}", f"--timeout={timeout}s", where=where)
        else:
            begun, end = utc_now().replace(microsecond=0), time.monotonic() + timeout
            while not self.has_come(step.get("of", self.workload).rpartition("/")[2], step["incident"], begun):
                if time.monotonic() > end:
                    raise CannotPlay(f"{where}: no incident came to {step['incident']} within {timeout} s")
                time.sleep(0.3)

    def has_come(self, workload, phase, begun):
        """Whether the workload's newest incident is in a phase, or has been since: some last for less than a second."""
        status = grade.newest_status(grade.of_workload(self.incidents(), workload))
        return status.get("phase") == phase or any(entry.get("phase") == phase and grade.moment(entry["time"]) >= begun for entry in status.get("timeline", []))

    def do_pause(self, text, _):
        time.sleep(seconds(text))

    def incidents(self):
        try:
            return self.api.get(f"/apis/chronosops.io/v1alpha1/namespaces/{self.values['namespace']}/incidents")["items"]
        except Unreadable:
            return json.loads(self.kubectl("get", "incidents", "-o", "json"))["items"]

    def load_logs(self):
        names = self.kubectl("get", "deployments", "-l", "scenarios.chronosops.io/load", "-o", "name").split()
        return {name: self.kubectl("logs", name, "--tail=-1") for name in names}

    def get(self, name, where):
        return json.loads(self.kubectl("get", name, "-o", "json", where=where))

    def apply(self, documents):
        documents = [document for document in documents if document and not self.is_of_others(str(document.get("kind")))]
        for document in documents:
            document.setdefault("metadata", {}).setdefault("namespace", self.values["namespace"])
            version, kind = document.get("apiVersion"), document.get("kind")
            if (version, kind) in OLDER and not self.serves(version, kind):
                document["apiVersion"] = OLDER[version, kind]
        if documents:
            self.kubectl("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))

    def serves(self, version, kind):
        """Whether the API server knows a kind in this version."""
        if (version, kind) not in self.served:
            try:
                resources = json.loads(self.kubectl("get", "--raw", f"/apis/{version}"))["resources"]
            except CannotPlay:
                resources = []
            self.served[version, kind] = any(resource["kind"] == kind for resource in resources)
        return self.served[version, kind]

    def kubectl(self, *arguments, text=None, where=None):
        done = self.run(["kubectl", "--namespace", self.values["namespace"], *arguments], text)
        if done.returncode != 0:
            raise CannotPlay(f"{where + ': ' if where else ''}kubectl {' '.join(arguments[:4])}: {done.stderr.strip()}")
        return done.stdout

    @staticmethod
    def run(command, text=None):
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=600)

