#!/usr/bin/env python3
"""Packs folders as an image in a docker-archive, without a registry or an engine.

Each folder becomes one layer. The same content gives the same bytes: sorted names, no times, owner root."""
import argparse
import hashlib
import io
import json
import os
import tarfile

EPOCH = "1970-01-01T00:00:00Z"
SEARCH_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="repository:tag")
    parser.add_argument("archive", help="file to write")
    parser.add_argument("layers", nargs="+", help="folders, the lowest layer first")
    for option in ("entrypoint", "cmd", "env", "port", "volume", "label"):
        parser.add_argument("--" + option, action="append", default=[])
    parser.add_argument("--user", default="")
    parser.add_argument("--workdir", default="/")
    return parser.parse_args()


def anonymous(entry):
    entry.mtime = entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def layer(folder):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for root, folders, files in os.walk(folder):
            folders.sort()
            for name in sorted(folders + files):
                path = os.path.join(root, name)
                tar.add(path, os.path.relpath(path, folder), recursive=False, filter=anonymous)
    return buffer.getvalue()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def configuration(options, layers):
    return json.dumps({
        "architecture": "amd64", "os": "linux", "created": EPOCH,
        "config": {
            "Env": [SEARCH_PATH] + options.env,
            "Entrypoint": options.entrypoint or None,
            "Cmd": options.cmd or None,
            "User": options.user,
            "WorkingDir": options.workdir,
            "ExposedPorts": {port + "/tcp": {} for port in options.port} or None,
            "Volumes": {volume: {} for volume in options.volume} or None,
            "Labels": dict(label.split("=", 1) for label in options.label) or None,
        },
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(data) for data in layers]},
        "history": [{"created": EPOCH, "created_by": "mkimage"} for _ in layers],
    }, sort_keys=True).encode()


def write(path, entries):
    partial = path + ".partial"
    with tarfile.open(partial, "w") as tar:
        for name, data in entries:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))
    os.replace(partial, path)


def main():
    options = arguments()
    layers = [layer(folder) for folder in options.layers]
    config = configuration(options, layers)
    manifest = json.dumps([{
        "Config": digest(config) + ".json",
        "RepoTags": [options.name],
        "Layers": [digest(data) + "/layer.tar" for data in layers],
    }]).encode()
    entries = {digest(config) + ".json": config, "manifest.json": manifest}
    entries.update((digest(data) + "/layer.tar", data) for data in layers)
    write(options.archive, sorted(entries.items()))


main()
