#!/usr/bin/env python3
"""Fills a template of samples/ from the environment: @NAME@ becomes its value, #if NAME ... #end stays only where NAME has one."""
import os
import re
import sys


def render(text, values):
    kept, keep = [], True
    for line in text.splitlines(keepends=True):
        if line.startswith("#if "):
            keep = bool(values.get(line[4:].strip()))
        elif line.rstrip() == "#end":
            keep = True
        elif keep:
            kept.append(line)
    # Comments explain the placeholders and are not meant.
    return "".join(line if line.lstrip().startswith("#") else fill(line, values) for line in kept)


def fill(line, values):
    def value(match):
        if match[1] not in values:
            raise KeyError(f"@{match[1]}@ has no value: {line.strip()}")
        return values[match[1]]
    return re.sub(r"@([A-Z_]+)@", value, line)


if __name__ == "__main__":
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as template:
            try:
                print("---")
                sys.stdout.write(render(template.read(), os.environ))
            except KeyError as missing:
                sys.exit(f"error: {path}: {missing.args[0]}")
