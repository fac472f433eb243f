"""A scenario as its file describes it. What is wrong with a file is said with the file and the field, all at once."""
import dataclasses
import os
import re

import yaml

# The steps there are: what each takes, and what it needs. `None`: anything.
STEPS = {
    "service": ({"name", "kind", "version", "replicas", "env", "image", "metadata", "annotations", "spec", "pod", "container", "containers"}, {"name"}),
    "load": ({"to", "name", "rps", "slow"}, {"to"}),
    "policy": ({"for", "kind", "name", "spec"}, {"for"}),
    "apply": (None, set()),
    "file": (None, set()),
    "patch": ({"object", "merge"}, {"object", "merge"}),
    "kubectl": (None, set()),
    "http": ({"pods", "count", "port", "path", "method"}, {"pods", "port", "path"}),
    "image": ({"add", "remove"}, set()),
    "wait": ({"rollout", "object", "condition", "incident", "of", "timeout"}, set()),
    "pause": (None, set()),
}
TOP = {"description", "tags", "alone", "values", "setup", "fault", "cleanup", "expect"}
EXPECTED = {"incident", "of", "within", "detectedWithin", "actions", "writes", "serving", "quiet"}
INCIDENT = {"cause", "phase", "reason", "says"}
# What an incident may come to, may have for a cause, and may have had done: as the operator names them.
NAMED = {
    "phase": {"Observing", "Orienting", "Deciding", "Acting", "Verifying", "Mitigated", "Resolved", "Escalated", "Failed", "Dismissed"},
    "cause": {"BadRelease", "BadConfiguration", "NeighbourRelease", "DependencyFailure", "PodFault", "ServiceMismatch", "NetworkPolicyBlock", "JobFailure", "MissedRun", "NodeFault",
              "NoisyNeighbour", "Overload", "Quota", "NoRoom", "ImageUnavailable", "ScaledToZero", "Leak", "ProbeMisconfigured", "Unknown"},
    "action": {"Rollback", "Restart", "Scale", "HandBack", "Undo"},
}
DURATION = re.compile(r"(?:(\d+)m)?(?:(\d+)s)?")


class Invalid(Exception):
    """The file cannot be played; each line names a field."""


@dataclasses.dataclass
class Step:
    verb: str
    arguments: object
    where: str


@dataclasses.dataclass
class Expectation:
    """What must be so in the end."""
    incident: dict | None
    workload: str
    within: float
    detected_within: float | None
    actions: list
    writes: dict
    serving: bool | None
    quiet: float


@dataclasses.dataclass
class Scenario:
    name: str
    folder: str
    description: str
    tags: list
    alone: bool
    values: dict
    setup: list
    fault: list
    cleanup: list
    expect: Expectation


def seconds(text):
    """The seconds that '90s', '2m' or '1m30s' mean; None for anything else."""
    match = DURATION.fullmatch(text) if isinstance(text, str) and text else None
    return None if match is None else int(match[1] or 0) * 60 + int(match[2] or 0)


def load(path):
    """Reads and checks a file. Raises Invalid."""
    try:
        with open(path, encoding="utf-8") as file:
            content = yaml.safe_load(file)
    except (OSError, yaml.YAMLError) as unreadable:
        raise Invalid(f"{path}: {unreadable}") from None
    errors = []
    scenario = Reader(path, errors).scenario(content)
    if errors:
        raise Invalid("\n".join(f"{path}: {error}" for error in errors))
    return scenario


class Reader:
    def __init__(self, path, errors):
        self.path, self.errors = path, errors

    def scenario(self, content):
        content = self.mapping(content, "the file", TOP)
        for field in ("description", "setup", "fault", "expect"):
            if field not in content:
                self.errors.append(f"{field} is required")
        values = self.mapping(content.get("values", {}), "values", None)
        for name, choices in values.items():
            if not isinstance(choices, list) or not choices:
                self.errors.append(f"values.{name} must be a list with at least one value, of which the seed draws one")
        return Scenario(
            name=os.path.splitext(os.path.basename(self.path))[0], folder=os.path.dirname(os.path.abspath(self.path)),
            description=" ".join(str(content.get("description", "")).split()), tags=self.listing(content.get("tags", []), "tags"),
            alone=self.boolean(content.get("alone", False), "alone"), values=values,
            setup=self.steps(content.get("setup", []), "setup"), fault=self.steps(content.get("fault", []), "fault"), cleanup=self.steps(content.get("cleanup", []), "cleanup"),
            expect=self.expectation(content.get("expect", {})))

    def steps(self, listed, where):
        found = []
        for i, item in enumerate(self.listing(listed, where)):
            here = f"{where}[{i}]"
            if not isinstance(item, dict) or len(item) != 1:
                self.errors.append(f"{here} must be one of {', '.join(STEPS)}, with what it takes")
                continue
            (verb, arguments), = item.items()
            if verb not in STEPS:
                self.errors.append(f"{here}: there is no step '{verb}'; the steps are {', '.join(STEPS)}")
                continue
            self.check(verb, arguments, f"{here}.{verb}")
            found.append(Step(verb, arguments, f"{here}.{verb}"))
        return found

    def check(self, verb, arguments, where):
        known, needed = STEPS[verb]
        if known is not None:
            for field in sorted(needed - self.mapping(arguments, where, known).keys()):
                self.errors.append(f"{where}.{field} is required")
        if verb == "kubectl" and not (isinstance(arguments, list) and arguments):
            self.errors.append(f"{where} must be a list of kubectl's arguments")
        if verb == "file" and not os.path.isfile(os.path.join(os.path.dirname(os.path.abspath(self.path)), str(arguments))):
            self.errors.append(f"{where}: there is no file {arguments} beside the scenario")
        if verb == "pause":
            self.duration(arguments, where)
        if verb == "image" and isinstance(arguments, dict) and len(arguments) != 1:
            self.errors.append(f"{where} needs exactly one of add or remove")
        if verb == "wait" and isinstance(arguments, dict):
            if sum(field in arguments for field in ("rollout", "condition", "incident")) != 1 or ("condition" in arguments) != ("object" in arguments):
                self.errors.append(f"{where} needs exactly one of rollout, incident, or object with condition")
            self.duration(arguments.get("timeout", "1s"), f"{where}.timeout")

    def expectation(self, content):
        content = self.mapping(content, "expect", EXPECTED)
        incident = content.get("incident")
        if incident == "none":
            incident = None
        elif incident is None:
            self.errors.append("expect.incident is required: 'none', or what it must be like")
        else:
            incident = {field: value if isinstance(value, list) else [value] for field, value in self.mapping(incident, "expect.incident", INCIDENT).items()}
            if "phase" not in incident:
                self.errors.append("expect.incident.phase is required")
            for field in ("phase", "cause"):
                self.known(incident.get(field, []), field, f"expect.incident.{field}")
        if incident is None and "detectedWithin" in content:
            self.errors.append("expect.detectedWithin needs an incident that is expected")
        actions, writes, workload = self.listing(content.get("actions", []), "expect.actions"), self.mapping(content.get("writes", {}), "expect.writes", None), content.get("of", "deployment/${service}")
        self.known(actions, "action", "expect.actions")
        if not isinstance(workload, str) or workload.count("/") != 1:
            self.errors.append(f"expect.of must be a kind and a name, such as deployment/web, not {workload!r}")
        for written, times in writes.items():
            if type(times) is not int or times < 0 or str(written).count("/") != 1:
                self.errors.append(f"expect.writes: {written}: {times!r} must be a resource and a name, such as deployments/web, and a whole number")
        return Expectation(
            incident=incident, workload=workload, within=self.duration(content.get("within"), "expect.within"),
            detected_within=self.duration(content["detectedWithin"], "expect.detectedWithin") if "detectedWithin" in content else None,
            actions=actions, writes=writes,
            serving=self.boolean(content["serving"], "expect.serving") if "serving" in content else None, quiet=self.duration(content.get("quiet", "15s"), "expect.quiet"))

    def boolean(self, value, where):
        if not isinstance(value, bool):
            self.errors.append(f"{where} must be true or false, not {value!r}")
        return value is True

    def known(self, names, what, where):
        for name in names:
            if name not in NAMED[what]:
                self.errors.append(f"{where}: there is no {what} {name!r}; there are {', '.join(sorted(NAMED[what]))}")

    def duration(self, text, where):
        value = seconds(text)
        if value is None:
            self.errors.append(f"{where} must be a time such as 90s or 2m, not {text!r}")
        return value or 0

    def mapping(self, value, where, known):
        if not isinstance(value, dict):
            self.errors.append(f"{where} must be a mapping")
            return {}
        for field in value:
            if known is not None and field not in known:
                self.errors.append(f"{where}: unknown field '{field}'; known are {', '.join(sorted(known))}")
        return value

    def listing(self, value, where):
        if not isinstance(value, list):
            self.errors.append(f"{where} must be a list")
            return []
        return value
