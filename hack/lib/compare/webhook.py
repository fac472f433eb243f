#!/usr/bin/env python3
"""What many teams run: Alertmanager calls this webhook, and it rolls the alert's Deployment back with kubectl. Also tells Prometheus which pods there are.

Debian builds Prometheus without discovery of Kubernetes; the file of targets says what that would."""
import argparse
import datetime
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time


def kubectl(kubeconfig, *arguments):
    return subprocess.run(["kubectl", "--kubeconfig", kubeconfig, "--request-timeout=30s", *arguments], capture_output=True, text=True, check=False)


def targets(pods, namespaces):
    """One target for each pod that asks to be scraped, by the usual annotations."""
    for pod in pods:
        notes, address = pod["metadata"].get("annotations", {}), pod["status"].get("podIP")
        if notes.get("prometheus.io/scrape") == "true" and address and namespaces.fullmatch(pod["metadata"]["namespace"]) and pod["status"]["phase"] in ("Pending", "Running"):
            yield {"targets": [f"{address}:{notes['prometheus.io/port']}"], "labels": {
                "namespace": pod["metadata"]["namespace"], "pod": pod["metadata"]["name"], "app": pod["metadata"]["labels"].get("app", "")}}


def discover(kubeconfig, path, namespaces):
    while True:
        found = kubectl(kubeconfig, "get", "pods", "-A", "-o", "json")
        if found.returncode == 0:
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                json.dump(list(targets(json.loads(found.stdout)["items"], namespaces)), file)
            os.replace(f"{path}.new", path)
        time.sleep(5)


def handler(kubeconfig, alerts):
    class Webhook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            done = {(alert["labels"]["namespace"], alert["labels"]["app"]) for alert in message["alerts"] if alert["status"] == "firing"}
            for namespace, app in sorted(done):
                with open(alerts, "a", encoding="utf-8") as file:
                    print(json.dumps({"time": datetime.datetime.now(datetime.timezone.utc).isoformat(), "namespace": namespace}), file=file)
                undone = kubectl(kubeconfig, "-n", namespace, "rollout", "undo", f"deployment/{app}")
                print(f"{time.strftime('%H:%M:%S')} {namespace}/{app}: {(undone.stdout + undone.stderr).strip()}", flush=True)

        def log_message(self, *_):
            pass

    return Webhook


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("admin", "kubeconfig", "targets", "namespaces", "alerts"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    threading.Thread(target=discover, args=(arguments.admin, arguments.targets, re.compile(arguments.namespaces)), daemon=True).start()
    http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), handler(arguments.kubeconfig, arguments.alerts)).serve_forever()


if __name__ == "__main__":
    sys.exit(main())
