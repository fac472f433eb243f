"""What Helm and kustomize make of the chart and of config/, as Python objects."""
import os
import shutil
import subprocess
import tempfile

import yaml

REPOSITORY = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))
CHART = os.path.join(REPOSITORY, "charts/chronosops")
RELEASE, NAMESPACE = "chronosops", "chronosops-system"
URL = "http://prometheus.monitoring.svc:9090"
PROMETHEUS_OPERATOR = ["--api-versions=monitoring.coreos.com/v1/" + kind for kind in ("ServiceMonitor", "PodMonitor", "PrometheusRule")]


class Refused(Exception):
    """Helm or kubectl said no; the text is what it said."""


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr)
    return done.stdout


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def helm_text(values=None, *arguments, program="helm", chart=CHART, release=RELEASE):
    """`helm template` with these values over the one that is required; `helm3` is the older Helm."""
    values = {"prometheus": {"url": URL}, **(values or {})}
    done = subprocess.run([program, "template", release, chart, "--namespace", NAMESPACE, "--values", "-", *arguments],
                          input=yaml.safe_dump(values), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr)
    return done.stdout


def helm(values=None, *arguments, program="helm"):
    return by_name(documents(helm_text(values, *arguments, program=program)))


def notes(values=None, *arguments, **how):
    """What an installation or upgrade says. `helm template` leaves NOTES.txt out, so a copy of the chart has it as an object."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(CHART, os.path.join(folder, "chronosops"))
        with open(os.path.join(copy, "templates/NOTES.txt"), encoding="utf-8") as text:
            template = text.read()
        with open(os.path.join(copy, "templates/notes.yaml"), "w", encoding="utf-8") as out:
            out.write('{{- define "notes" -}}\n' + template + '{{- end -}}\nnotes: {{ include "notes" . | quote }}\n')
        return documents(helm_text(values, "--show-only", "templates/notes.yaml", *arguments, chart=copy, **how))[0]["notes"]


def kustomize(folder):
    return by_name(documents(output("kubectl", "kustomize", os.path.join(REPOSITORY, folder))))


def by_name(objects):
    """Objects by (kind, namespace, name); two of one name would be an error of its own."""
    found = {}
    for one in objects:
        key = (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"])
        if key in found:
            raise ValueError(f"twice: {key}")
        found[key] = one
    return found


def kinds(objects):
    return {kind for kind, _, _ in objects}


def one(objects, kind, name=RELEASE):
    found = [value for (its, _, named), value in objects.items() if (its, named) == (kind, name)]
    if len(found) != 1:
        raise KeyError(f"{len(found)} of {kind} {name}")
    return found[0]


def pod(objects):
    return one(objects, "Deployment")["spec"]["template"]["spec"]


def container(objects):
    return pod(objects)["containers"][0]
