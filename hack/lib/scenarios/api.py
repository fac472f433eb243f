"""Reads from the API server without starting kubectl each time: a scenario looks at its incidents every two seconds, and several are played at once."""
import base64
import http.client
import json
import os
import ssl
import tempfile
import urllib.parse

import yaml


class Unreadable(Exception):
    """Not to be read in this way: kubectl may know another one."""


class Api:
    """One connection; not for two threads at a time."""

    def __init__(self, kubeconfig):
        self.server, self.context, self.headers = None, None, {}
        try:
            self._configure(kubeconfig)
        except (OSError, KeyError, StopIteration, TypeError, ValueError, yaml.YAMLError, ssl.SSLError):
            self.server = None
        self.connection = None

    def get(self, path):
        """What is there. Raises Unreadable."""
        if self.server is None:
            raise Unreadable(path)
        for fresh in (False, True):
            try:
                return self._get(path, fresh)
            except (OSError, http.client.HTTPException, ValueError):
                self.connection = None
        raise Unreadable(path)

    def _get(self, path, fresh):
        if self.connection is None or fresh:
            self.connection = http.client.HTTPSConnection(self.server.hostname, self.server.port or 443, context=self.context, timeout=30)
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise OSError(f"{path}: {response.status}")
        return json.loads(body)

    def _configure(self, kubeconfig):
        with open(kubeconfig, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        context = named(config["contexts"], config["current-context"])["context"]
        cluster = named(config["clusters"], context["cluster"])["cluster"]
        user = named(config["users"], context["user"])["user"]
        self.server = urllib.parse.urlsplit(cluster["server"])
        if self.server.scheme != "https" or cluster.get("proxy-url") or cluster.get("tls-server-name") or cluster.get("insecure-skip-tls-verify"):
            raise ValueError("left to kubectl")
        self.context = ssl.create_default_context(cafile=cluster.get("certificate-authority"), cadata=decoded(cluster.get("certificate-authority-data")))
        if "token" in user:
            self.headers["Authorization"] = f"Bearer {user['token']}"
        elif "client-certificate-data" in user:
            self._present(decoded(user["client-certificate-data"]), decoded(user["client-key-data"]))
        elif "client-certificate" in user:
            self.context.load_cert_chain(user["client-certificate"], user["client-key"])
        else:
            raise ValueError("left to kubectl")

    def _present(self, certificate, key):
        """Python takes certificates from files only."""
        with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False, encoding="ascii") as file:
            file.write(certificate + "\n" + key)
        try:
            self.context.load_cert_chain(file.name)
        finally:
            os.unlink(file.name)


def named(items, name):
    return next(item for item in items if item["name"] == name)


def decoded(text):
    return None if text is None else base64.b64decode(text).decode("ascii")
