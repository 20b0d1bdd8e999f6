"""A worker's shard: which of its requests are answered, kept in the run folder while the rest runs.

Spec keys of both workers: `run`, `output` (batch_folder.py), "scratch"?: folder (default /tmp), "keepSeconds"?: between
two copies of the partial result (default 60). The shard's number is JOB_COMPLETION_INDEX, or its place in BATCH_SHARDS.
"""

import collections
import json
import os
import signal
import time

import batch_folder
from batch_folder import RunFolder
from program import Failed, Wrong, say

SAY_SECONDS = 10


class Stop:
    """Whether the pod is to end: SIGTERM sets it. Without a handler, process 1 of a container does not get the signal."""

    def __init__(self):
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def _ask(self, _signal, _frame):
        self.asked = True


def shard_number(run):
    """The number of this pod's shard; refuses one that the run does not have."""
    index = os.environ.get("JOB_COMPLETION_INDEX", "")
    if not index.isdigit():
        raise Wrong(f"JOB_COMPLETION_INDEX: an index of an Indexed Job is wanted, got {index!r}")
    listed = batch_folder.numbers(os.environ.get("BATCH_SHARDS", ""))
    if listed and int(index) >= len(listed):
        raise Wrong(f"JOB_COMPLETION_INDEX: {index}, and BATCH_SHARDS names {len(listed)} shards")
    number = listed[int(index)] if listed else int(index)
    if number >= run["shards"]:
        raise Wrong(f"JOB_COMPLETION_INDEX: shard {number}, and the run has {run['shards']}")
    return number


def status_of(record):
    """The HTTP status that an output record stands for."""
    response = record.get("response")
    status = response.get("status_code") if isinstance(response, dict) else None
    return status if isinstance(status, int) else 200 if record.get("error") is None else 500


def is_error(record):
    return record.get("error") is not None or status_of(record) >= 400


def refusal(custom_id, message):
    """The record of a request that vLLM was not asked, in the form of its own ones."""
    error = {"message": message, "type": "BadRequestError", "param": None, "code": 400}
    response = {"status_code": 400, "request_id": f"not-sent-{custom_id}", "body": None}
    return {"id": f"batch-{custom_id}", "custom_id": custom_id, "response": response, "error": {"error": error}}


class Shard:
    """The requests of one shard and the answers to them, both in the scratch folder; only places in them are in memory."""

    def __init__(self, folder, number, scratch, keep_seconds=60):
        self._folder, self.number = folder, number
        self._keep_seconds = keep_seconds
        self._started = self._kept = self._said = time.monotonic()
        # The last minute's progress: loading the model would spoil a rate since the start.
        self._samples = collections.deque(maxlen=60 // SAY_SECONDS)
        self._requests = open(os.path.join(scratch, "requests.jsonl"), "w+b")
        self._answers_path = os.path.join(scratch, "answers.jsonl")
        self._spans = self._read_requests()
        self._answers = {}
        self._file = open(self._answers_path, "w+b")
        self._state = folder.read_json(batch_folder.state(number)) or {"starts": 0, "seconds": 0}
        self._state["starts"] += 1
        self._state.pop("failure", None)
        self._read_partial()
        self._kept_count = len(self._answers)
        self._write_state()

    def _read_requests(self):
        """Where each request lies in the copy of the shard, by custom_id, in order."""
        spans = {}
        for line in self._folder.lines(batch_folder.shard(self.number)):
            spans[json.loads(line)["custom_id"]] = (self._requests.tell(), len(line) + 1)
            self._requests.write(line + b"\n")
        return spans

    def _read_partial(self):
        name = batch_folder.partial(self.number)
        if not self._folder.exists(name):
            return
        for line in self._folder.lines(name):
            record = self.record_of(line)
            if record:
                self.take(record, line)

    def record_of(self, line):
        """The record of a whole output line that answers an open request of this shard, else None."""
        try:
            record = json.loads(line)
        except ValueError:
            return None
        return record if isinstance(record, dict) and self.is_open(record.get("custom_id")) else None

    def is_open(self, custom_id):
        return isinstance(custom_id, str) and custom_id in self._spans and custom_id not in self._answers

    def take(self, record, line=None):
        """Keep an answer; `line` where the record's text is at hand."""
        line = json.dumps(record).encode() if line is None else line.strip()
        self._answers[record["custom_id"]] = (self._file.seek(0, os.SEEK_END), len(line), is_error(record))
        self._file.write(line + b"\n")

    @property
    def open_count(self):
        return len(self._spans) - len(self._answers)

    def open_ids(self):
        """custom_ids of the requests without an answer, in order."""
        return [custom_id for custom_id in self._spans if custom_id not in self._answers]

    def text(self, custom_id):
        """The line of a request."""
        at, length = self._spans[custom_id]
        self._requests.seek(at)
        return self._requests.read(length)

    def tick(self):
        """Say how far the shard is, and keep its partial result, each when its time has come."""
        now = time.monotonic()
        if now - self._said >= SAY_SECONDS:
            self._said = now
            self.say_progress("running")
        if now - self._kept >= self._keep_seconds:
            self.keep()

    def say_progress(self, text):
        now, answered, total = time.monotonic(), len(self._answers), len(self._spans)
        self._samples.append((now, answered))
        since, before = self._samples[0]
        rate = (answered - before) / max(now - since, 1e-9)
        left = f"{(total - answered) / rate:.0f}s" if rate else "unknown"
        say(text, shard=self.number, answered=f"{answered}/{total}", rate=f"{rate:.2f}/s", left=left)

    def keep(self, failure=None):
        """Bring the answers so far to the run folder, and why the worker ends, if it does."""
        if failure:
            self._state["failure"] = str(failure)
        if len(self._answers) > self._kept_count:
            self._file.flush()
            self._folder.upload(batch_folder.partial(self.number), self._answers_path)
            self._kept_count = len(self._answers)
        self._write_state()
        self._kept = time.monotonic()

    def _seconds(self):
        return self._state["seconds"] + round(time.monotonic() - self._started, 1)

    def _write_state(self):
        counts = {"seconds": self._seconds(), "answered": len(self._answers), "requests": len(self._spans)}
        self._folder.write_json(batch_folder.state(self.number), {**self._state, **counts})

    def finish(self):
        """Write all answers in the order of the shard, then that it is done."""
        if self._folder.exists(batch_folder.done(self.number)):
            say("another worker has finished the shard meanwhile", shard=self.number)
            return
        path = f"{self._answers_path}.sorted"
        with open(path, "wb") as ordered:
            for custom_id in self._spans:
                at, length, _ = self._answers[custom_id]
                self._file.seek(at)
                ordered.write(self._file.read(length) + b"\n")
        self._folder.upload(batch_folder.results(self.number), path)
        errors = sum(error for _, _, error in self._answers.values())
        counts = {"requests": len(self._spans), "errors": errors, "starts": self._state["starts"], "seconds": self._seconds()}
        self._folder.write_json(batch_folder.done(self.number), counts)
        self._folder.delete(batch_folder.partial(self.number))
        say("the shard is done", shard=self.number, **counts)


def work(spec, scratch, answer_all):
    """What both workers do around their own way to get answers, `answer_all(shard, stop)`."""
    stop, folder = Stop(), RunFolder(spec)
    number = shard_number(folder.run())
    if folder.exists(batch_folder.done(number)):
        say("the shard is done already", shard=number)
        return
    shard = Shard(folder, number, scratch, spec.get("keepSeconds", 60))
    shard.say_progress("starting")
    try:
        if shard.open_count:
            answer_all(shard, stop)
        if shard.open_count:
            raise Failed(f"shard {number}: interrupted with {shard.open_count} requests open: the next pod goes on with them")
    except (Failed, Wrong) as failure:
        shard.keep(failure)
        raise
    shard.finish()
