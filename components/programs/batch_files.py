"""Moves a run's files between its folder and the command line, through the standard streams: `SPEC={…} batch_files.py`.

    {the keys of batch_folder.py, "task":
     "hold": keeps a pod for the other tasks, and ends once none of them has been at work for "idleSeconds" (default 120)
     "state": one JSON line on stdout: {"run": run.json or null, "done": shards that are done, "report": report.json or null,
              "sizes": bytes of each of FILES, null where there is none}
     "upload": "bytes" of stdin, of "sha256", become input.jsonl of the run folder
     "download": "name" of one of the run's files from byte "start" on goes to stdout}

The pod has the places' credentials and network, so that whoever submits a run needs neither. Log lines go to stderr, for
stdout carries the file. A pod's log never has the content of a file: these tasks are executed in it, beside its log.
"""

import hashlib
import json
import os
import signal
import sys
import tempfile
import time

import batch_folder
from batch_folder import RunFolder, key_of
from program import Failed, Wrong, run, say

INPUT = "input.jsonl"
FILES = (INPUT, batch_folder.OUTPUT, batch_folder.ERRORS, batch_folder.REPORT)
BLOCK = 1 << 20
POLL_SECONDS = 1
# Touched by every task while it is at work.
IN_USE = os.path.join(tempfile.gettempdir(), "batch-files-in-use")


def touch():
    with open(IN_USE, "wb"):
        pass


def hold(spec):
    # Process 1 of a container does not get SIGTERM without a handler.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    idle_seconds = spec.get("idleSeconds", 120)
    touch()
    say("waiting for a client to move files", idleSeconds=idle_seconds)
    while time.time() - os.stat(IN_USE).st_mtime < idle_seconds:
        time.sleep(POLL_SECONDS)
    say("no client for a while: ending")


def state(spec, out):
    folder = RunFolder(spec)
    found = {
        "run": folder.read_json(batch_folder.RUN_FILE),
        "done": len(folder.finished()),
        "report": folder.read_json(batch_folder.REPORT),
        "sizes": {name: folder.place.size(folder.path(name)) for name in FILES},
    }
    out.write(json.dumps(found).encode() + b"\n")


def upload(spec, source):
    """The stream has no end that could be told from a broken connection, so its length and hash are known before."""
    folder, size, sha256 = RunFolder(spec), key_of(spec, "bytes", int), key_of(spec, "sha256", str)
    found, left = hashlib.sha256(), size
    with folder.writing(INPUT) as file:
        while left:
            block = source.read(min(BLOCK, left))
            if not block:
                raise Failed(f"the connection ended {left} bytes before the end of the file: nothing was kept")
            touch()
            file.write(block)
            found.update(block)
            left -= len(block)
        if found.hexdigest() != sha256:
            raise Failed(f"sha256 {found.hexdigest()} arrived in place of {sha256}: nothing was kept")
    say(f"written: {folder.shown(INPUT)}", bytes=size)


def download(spec, out):
    folder, name, start = RunFolder(spec), key_of(spec, "name", str), spec.get("start", 0)
    if name not in FILES:
        raise Wrong(f"spec.name: got {name!r}: use {', '.join(FILES)}")
    for chunk in folder.place.stream(folder.path(name), start):
        touch()
        out.write(chunk)


def main(spec, out):
    task = spec.get("task")
    touch()
    if task == "hold":
        hold(spec)
    elif task == "state":
        state(spec, out)
    elif task == "upload":
        upload(spec, sys.stdin.buffer)
    elif task == "download":
        download(spec, out)
    else:
        raise Wrong(f"spec.task: got {task!r}: use hold, state, upload or download")
    out.flush()


if __name__ == "__main__":
    # The file has stdout for itself: log lines, which program.py writes to descriptor 1, go to stderr.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        run(lambda spec: main(spec, out))
