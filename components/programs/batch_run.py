"""Runs one shard through `vllm run-batch`, in a pod of an Indexed Job: `python3 batch_run.py SPEC.json`.

    {the keys of batch_shard.py, "runner": {"args": [arguments of vllm run-batch but -i and -o],
     "tries"?: runs of a request that ends in a 500 or 503 (default 2), "stopSeconds"?: for vLLM to end at SIGTERM (default 20)}}

Requests that the partial result answers do not run again. vLLM 0.33 writes answers as they come, so an interruption costs
those in flight; 0.29 to 0.32 write all of them at the end, so it costs the pod's whole work. Exit code 1: vLLM or the
engine failed, or the pod was stopped; 2: arguments that vLLM refuses, or no such shard.
"""

import collections
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from batch_check import NO_PARSER
from batch_folder import key_of
from batch_shard import refusal, status_of, work
from program import Failed, Wrong, run, say

POLL_SECONDS = 0.5
# What vLLM's create_error_response gives for a failure of its own that may pass; 501 says that it cannot do it at all.
PASSING = (500, 503)
# What 0.29 to 0.32 answer each request with once the engine is dead, before they end with code 0: EngineDeadError in
# vllm/v1/engine/exceptions.py through create_error_response (read 2026-11-26). 0.33 ends with another code instead.
ENGINE_DEAD = "EngineCore encountered an issue"
# argparse's code for arguments that it refuses.
USAGE = 2


class Tail:
    """The whole lines of a file that another process writes."""

    def __init__(self, path):
        self._path, self._at, self._rest = path, 0, b""

    def lines(self):
        try:
            with open(self._path, "rb") as file:
                file.seek(self._at)
                text = file.read()
        except FileNotFoundError:
            return []
        self._at += len(text)
        *lines, self._rest = (self._rest + text).split(b"\n")
        return lines


class Runner:
    """Answers the open requests of a shard with vLLM."""

    def __init__(self, spec, scratch):
        runner = key_of(spec, "runner", dict)
        self._args = key_of(runner, "args", list)
        self._tries, self._stop_seconds = runner.get("tries", 2), runner.get("stopSeconds", 20)
        self._input, self._output = os.path.join(scratch, "open.jsonl"), os.path.join(scratch, "output.jsonl")
        self._refused = os.path.join(scratch, "refused.jsonl")
        self._failed = collections.Counter()
        self._engine_died = False

    def answer_all(self, shard, stop):
        self._leave_out_refused(shard, stop)
        while shard.open_count and not stop.asked:
            self._write_open(shard)
            command = ["vllm", "run-batch", "-i", self._input, "-o", self._output, *self._args]
            open_before = shard.open_count, self._failed.total()
            code = self._process(command, shard, stop)
            if stop.asked:
                return
            if code == USAGE:
                raise Wrong(f"shard {shard.number}: vllm run-batch refuses its arguments, see above: {' '.join(self._args)}")
            if code or self._engine_died:
                raise Failed(f"shard {shard.number}: {self._death(code)} with {shard.open_count} requests open")
            if (shard.open_count, self._failed.total()) == open_before:
                raise Failed(f"shard {shard.number}: vllm run-batch left {shard.open_count} requests without a record")

    def _death(self, code):
        return "the engine died" if self._engine_died else f"vllm run-batch ended with code {code}"

    def _write_open(self, shard):
        # Without an old output: its lines were taken.
        if os.path.exists(self._output):
            os.unlink(self._output)
        with open(self._input, "wb") as file:
            for custom_id in shard.open_ids():
                file.write(shard.text(custom_id))

    def _leave_out_refused(self, shard, stop):
        """Answer the requests that vLLM's parser refuses with its message: each would end the run of all others."""
        self._write_open(shard)
        check = os.path.join(os.path.dirname(os.path.abspath(__file__)), "batch_check.py")
        code = self._process([sys.executable, check, self._input, self._refused], shard, stop)
        if stop.asked:
            return
        if code == NO_PARSER:
            say("requests are not checked beforehand: one that vLLM refuses ends the shard", shard=shard.number)
            return
        if code:
            raise Failed(f"shard {shard.number}: the check of its requests ended with code {code}")
        custom_ids = shard.open_ids()
        with open(self._refused, encoding="utf-8") as refused:
            for line in refused:
                bad = json.loads(line)
                shard.take(refusal(custom_ids[bad["line"]], bad["message"]))

    def _process(self, command, shard, stop):
        """Run a command to its end, taking the answers that it writes; its exit code."""
        # In a session of its own: vLLM's engine processes end with it, whatever becomes of the parent.
        process = subprocess.Popen(command, start_new_session=True)
        tail = Tail(self._output)
        try:
            while process.poll() is None and not stop.asked:
                time.sleep(POLL_SECONDS)
                self._take(tail.lines(), shard)
                shard.tick()
            if stop.asked:
                say("stopping, then keeping what is answered", shard=shard.number)
                process.terminate()
                process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            say(f"vLLM did not end within {self._stop_seconds} s", shard=shard.number)
        finally:
            end_session(process)
        self._take(tail.lines(), shard)
        return process.returncode

    def _take(self, lines, shard):
        for line in lines:
            record = shard.record_of(line)
            if record is None:
                continue
            if status_of(record) in PASSING:
                if ENGINE_DEAD in json.dumps(record.get("error")):
                    self._engine_died = True
                    continue
                self._failed[record["custom_id"]] += 1
                if self._failed[record["custom_id"]] < self._tries:
                    continue
            shard.take(record, line)


def end_session(process):
    """End whatever is left of a process and its children, and wait for it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def main(spec):
    with tempfile.TemporaryDirectory(dir=spec.get("scratch", "/tmp")) as scratch:
        work(spec, scratch, Runner(spec, scratch).answer_all)


if __name__ == "__main__":
    run(main)
