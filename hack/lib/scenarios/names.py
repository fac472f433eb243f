"""What the seed decides: names, ports, traffic, and the scenario's own choices; and how they get into its texts."""
import datetime
import re

from pick import NAMESPACES, SERVICES, Dice
from scenario import seconds

# The share of requests that fails though nothing is wrong.
NOISE = ["0", "0.001", "0.002"]
PLACE = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_]*)\}")
LATER = re.compile(r"\$\{now\+([0-9ms]+)\}")
NUMBER = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_]*)\|number\}")


def draw(scenario, seed, images):
    """The values of one run: the same for the same scenario and seed."""
    dice = Dice(f"{scenario.name}/{seed}")
    service = dice.one_of("service", SERVICES)
    values = {
        "seed": str(seed),
        "namespace": f"{dice.one_of('namespace', NAMESPACES)}-{dice.number('suffix', 0, 0xffff):04x}",
        "service": service,
        "neighbour": dice.one_of("neighbour", [name for name in SERVICES if name != service]),
        "policy": f"{service}-heal",
        "port": dice.number("port", 3000, 8999),
        "metrics": dice.one_of("metrics", ["prometheus", "opentelemetry"]),
        "replicas": dice.number("replicas", 2, 3),
        "rps": dice.number("rps", 15, 30),
        "noise": dice.one_of("noise", NOISE),
        "random": dice.number("random", 1, 0x7fffffff),
        "pause": dice.number("pause", 0, 7),
        **images,
    }
    for name, choices in scenario.values.items():
        values[name] = fill(dice.one_of(f"value {name}", choices), values, f"values.{name}")
    return values


def check(scenario):
    """Raises KeyError where a text names a value that there is none of."""
    values = draw(scenario, 1, dict.fromkeys(("demo_image", "missing_image", "monitoring", "run_label"), "x"))
    for step in scenario.setup + scenario.fault + scenario.cleanup:
        fill(step.arguments, values, step.where)
    fill(scenario.expect.workload, values, "expect.of")
    fill(scenario.expect.writes, values, "expect.writes")
    fill(scenario.expect.incident, values, "expect.incident")


def fill(content, values, where):
    """Puts the values into all texts: ${name} as text, what is nothing but ${name|number} as a number, and ${now+90s} as the time then, counted from when it is asked for."""
    if isinstance(content, dict):
        return {fill(key, values, where): fill(value, values, where) for key, value in content.items()}
    if isinstance(content, list):
        return [fill(item, values, where) for item in content]
    if not isinstance(content, str):
        return content
    if number := NUMBER.fullmatch(content):
        text = str(look_up(number[1], values, where))
        return float(text) if "." in text else int(text)
    content = LATER.sub(lambda match: later(match[1], where), content)
    return PLACE.sub(lambda match: str(look_up(match[1], values, where)), content)


def later(text, where):
    if (length := seconds(text)) is None:
        raise KeyError(f"{where}: ${{now+{text}}} must name a time such as 90s or 2m")
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=length)).strftime("%Y-%m-%dT%H:%M:%SZ")


def look_up(name, values, where):
    if name not in values:
        raise KeyError(f"{where}: ${{{name}}} has no value; there are {', '.join(sorted(values))}")
    return values[name]
