#!/usr/bin/env python3
"""Turns a seed into a scenario: shell assignments, the same for the same seed on every machine."""
import hashlib
import os
import re
import shlex
import sys

FAULTS = ["error-ratio", "latency", "crash", "image"]
NAMESPACES = ["shop", "market", "store", "bazaar", "outlet", "depot"]
SERVICES = ["orders", "checkout", "basket", "catalog", "payments", "invoices", "shipping", "pricing"]
SIDECARS = ["proxy", "log-shipper", "config-reload"]


class Dice:
    """Draws that depend on the seed and the name of the draw alone, so that a new draw changes no other."""

    def __init__(self, seed):
        self.seed = seed

    def number(self, name, low, high):
        digest = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
        return low + int.from_bytes(digest[:8], "big") % (high - low + 1)

    def one_of(self, name, choices):
        return choices[self.number(name, 0, len(choices) - 1)]


def scenario(seed, fault=None):
    dice = Dice(seed)
    fault = fault or dice.one_of("fault", FAULTS)
    service = dice.one_of("service", SERVICES)
    ratio = dice.number("ratio", 20, 60)
    delay = dice.number("delay", 600, 1500)
    variable, value, words = {
        "error-ratio": ("FAULT_ERROR_RATIO", f"0.{ratio}", f"answers {ratio} % of its requests with 500"),
        "latency": ("FAULT_LATENCY_MS", str(delay), f"takes {delay} ms longer for each request"),
        "crash": ("FAULT_START", "fail", "crashes when it starts"),
        "image": ("", "", "names an image that does not exist"),
    }[fault]
    sidecar = dice.one_of("sidecar", SIDECARS) if dice.number("containers", 1, 2) == 2 else ""
    return {
        "SEED": seed,
        "FAULT": fault,
        "FAULT_VARIABLE": variable,
        "FAULT_VALUE": value,
        "FAULT_WORDS": words,
        "NAMESPACE": f"{dice.one_of('namespace', NAMESPACES)}-{dice.number('suffix ' + fault, 0, 0xffff):04x}",
        "SERVICE": service,
        "NEIGHBOUR": dice.one_of("neighbour", [name for name in SERVICES if name != service]),
        "POLICY": f"{service}-heal",
        "PORT": dice.number("port", 3000, 8999),
        "NEIGHBOUR_PORT": dice.number("neighbour port", 3000, 8999),
        "METRICS_STYLE": dice.one_of("metrics", ["prometheus", "opentelemetry"]),
        "REPLICAS": dice.number("replicas", 2, 3),
        "SIDECAR": sidecar,
        "SIDECAR_PORT": dice.number("sidecar port", 9200, 9999),
        "RPS": dice.number("rps", 15, 40),
        "GOOD_VERSION": f"1.{dice.number('minor', 0, 20)}.0",
        "BAD_VERSION": f"1.{dice.number('minor', 0, 20)}.1",
    }


def main():
    seed = sys.argv[1]
    if not re.fullmatch("[A-Za-z0-9]([A-Za-z0-9_.-]{0,38}[A-Za-z0-9])?", seed):
        sys.exit(f"error: SEED must be 1 to 40 letters, digits, '-', '_' and '.', not \"{seed}\"")
    fault = os.environ.get("FAULT") or None
    if fault not in [None, *FAULTS]:
        sys.exit(f"error: FAULT must be one of {', '.join(FAULTS)}, not \"{fault}\"")
    for name, value in scenario(seed, fault).items():
        print(f"{name}={shlex.quote(str(value))}")


if __name__ == "__main__":
    main()
