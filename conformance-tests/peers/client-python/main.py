"""exec by the official Python client, as its users write it; the command line is in ../README.md."""

import argparse
import json
import os
import sys
import time

from kubernetes import client, config
from kubernetes.stream import stream

GAVE_UP = 124
CHUNK_BYTES = 32 * 1024
RESIZE_CHANNEL = 4


def parse(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["exec"])
    parser.add_argument("--kubeconfig", required=True)
    parser.add_argument("-i", dest="stdin", action="store_true")
    parser.add_argument("-t", dest="tty", action="store_true")
    parser.add_argument("--resize", type=lambda size: [int(number) for number in size.split("x")])
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--text", action="store_true", help="the client's default mode: str, not bytes")
    parser.add_argument("pod")
    split = words.index("--")
    line = parser.parse_args(words[:split])
    line.command = words[split + 1 :]
    return line


def show(session, line):
    """Passes on what has come; with the first of it the window changes its size."""
    for read, target in ((session.read_stdout, sys.stdout), (session.read_stderr, sys.stderr)):
        some = read(timeout=0)
        if some:
            target.buffer.write(some.encode() if line.text else some)
            target.buffer.flush()
            if line.resize:
                columns, rows = line.resize
                line.resize = None
                session.write_channel(RESIZE_CHANNEL, json.dumps({"Width": columns, "Height": rows}).encode())


def exec_(line):
    config.load_kube_config(config_file=line.kubeconfig)
    session = stream(
        client.CoreV1Api().connect_get_namespaced_pod_exec,
        line.pod,
        "default",
        container="main",
        command=line.command,
        stdin=line.stdin,
        stdout=True,
        stderr=not line.tty,
        tty=line.tty,
        binary=not line.text,
        _preload_content=False,
    )
    give_up = time.monotonic() + line.timeout
    reading = line.stdin
    while session.is_open():
        session.update(timeout=0 if reading else 0.1)
        show(session, line)
        if reading:
            some = os.read(0, CHUNK_BYTES)
            if some:
                session.write_stdin(some.decode() if line.text else some)
            else:
                session.close_channel(0)
                reading = False
        if time.monotonic() > give_up:
            session.close()
            return GAVE_UP
    show(session, line)
    return session.returncode


try:
    sys.exit(exec_(parse(sys.argv[1:])))
except Exception as failed:
    sys.exit(f"error: {failed}")
