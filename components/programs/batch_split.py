"""Checks the input of a batch and cuts it into shards: `python3 batch_split.py SPEC.json`.

    {"run"?, "input": {"file": path} | {"s3": {…}} | {"url": …}, with "sha256"? beside any of them,
     "output": place, "endpoint": one of ENDPOINTS, "models": [names that the batch serves],
     "badLines": "refuse" (default) | "report", "shardLines": requests of a shard, "scratch"?: folder (default /tmp)}

Exit code 2 and nothing cut: an empty file, no JSON Lines, a bad line where they are refused, not one good line, another
sha256, a run folder of another input. Every line is read before the first shard counts, and run.json is written last. A
run that is cut already is left as it is.
"""

import collections
import hashlib
import json
import os
import tempfile
import time

import batch_folder
from batch_folder import RunFolder, key_of
from batch_lines import ENDPOINTS, Bad, Requests, as_written, lines_of
from places import file_of
from program import Failed, Wrong, run, say

# A Job with more indexes must run with few at once, and its status grows large.
SHARDS = 100_000
SHOWN = 20
SAY_SECONDS = 10


def cut_of(spec):
    """What decides how an input is cut."""
    cut = {
        "endpoint": key_of(spec, "endpoint", str),
        "models": sorted(key_of(spec, "models", list)),
        "badLines": spec.get("badLines", "refuse"),
        "shardLines": key_of(spec, "shardLines", int),
    }
    if cut["endpoint"] not in ENDPOINTS:
        raise Wrong(f"spec.endpoint: {cut['endpoint']!r} is none that vllm run-batch answers: use {', '.join(ENDPOINTS)}")
    if cut["badLines"] not in ("refuse", "report"):
        raise Wrong(f"spec.badLines: got {cut['badLines']!r}: use refuse or report")
    if cut["shardLines"] < 1:
        raise Wrong(f"spec.shardLines: got {cut['shardLines']}: at least 1")
    return cut


class Input:
    """The one file of the requests, hashed as it is read."""

    def __init__(self, spec):
        spec = dict(key_of(spec, "input", dict))
        self._wanted = spec.pop("sha256", None)
        self._place, self._name = file_of(spec, "spec.input")
        self.shown = self._place.name(self._name)
        self.bytes = 0
        self._hash = hashlib.sha256()

    def chunks(self):
        for chunk in self._place.stream(self._name):
            self._hash.update(chunk)
            self.bytes += len(chunk)
            yield chunk

    def sha256(self):
        """That of all bytes, once they are read; refuses another than the spec's."""
        found = self._hash.hexdigest()
        if self._wanted and found != self._wanted.lower():
            raise Wrong(f"{self.shown}: its sha256 is {found}, the spec wants {self._wanted}")
        return found


class Problems:
    """Bad lines: counted by kind, the first ones kept for the message."""

    def __init__(self):
        self.kinds = collections.Counter()
        self._first = []

    def add(self, line, bad):
        self.kinds[bad.kind] += 1
        if len(self._first) < SHOWN:
            self._first.append(f"line {line.number}: {bad}")

    def text(self):
        more = self.kinds.total() - len(self._first)
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        return "\n".join([f"{self.kinds.total()} bad lines ({counts})", *self._first, *([f"and {more} more"] if more else [])])


class Cutter:
    """Writes requests into shards, each of which appears as it is full."""

    def __init__(self, folder, shard_lines, scratch):
        self._folder, self._shard_lines = folder, shard_lines
        self._path = os.path.join(scratch, "shard.jsonl")
        self._file = None
        self.requests = self.shards = 0

    def add(self, text):
        if self.requests % self._shard_lines == 0:
            self.close()
            if self.shards == SHARDS:
                raise Wrong(f"spec.shardLines: {self._shard_lines} makes more than {SHARDS} shards: raise it")
            self._file = open(self._path, "wb")
        self._file.write(as_written(text))
        self.requests += 1

    def close(self):
        if self._file:
            self._file.close()
            self._folder.upload(batch_folder.shard(self.shards), self._path)
            self.shards += 1
            self._file = None

    def remove(self):
        """Take away what was cut: the input is refused."""
        for number in range(self.shards):
            self._folder.delete(batch_folder.shard(number))


def split(spec):
    """Cut the input if that is not done; return what run.json has."""
    folder, cut, source = RunFolder(spec), cut_of(spec), Input(spec)
    before = folder.read_json(batch_folder.RUN_FILE)
    if before is not None:
        _check_same(folder, before, cut, source)
        say("the input is cut already", shards=before["shards"], requests=before["requests"])
        return before
    with tempfile.TemporaryDirectory(dir=spec.get("scratch", "/tmp")) as scratch:
        return _cut(folder, cut, source, scratch)


def _cut(folder, cut, source, scratch):
    started = said = time.time()
    requests, problems = Requests(cut["endpoint"], cut["models"]), Problems()
    cutter, records = Cutter(folder, cut["shardLines"], scratch), 0
    refusing, errors_path = cut["badLines"] == "refuse", os.path.join(scratch, "errors.jsonl")
    try:
        with open(errors_path, "w", encoding="utf-8") as errors:
            for line in lines_of(source.chunks()):
                try:
                    requests.check(line)
                    # Once it is sure that the input is refused, the rest is read for its problems alone.
                    if not (refusing and problems.kinds):
                        cutter.add(line.text)
                except Bad as bad:
                    problems.add(line, bad)
                    print(json.dumps(_error(line, records, bad)), file=errors)
                records += 1
                if time.time() - said > SAY_SECONDS:
                    said = time.time()
                    say("checking the input", lines=line.number, bad=problems.kinds.total(), bytes=source.bytes)
        sha256 = source.sha256()
        if not records:
            raise Wrong(f"{source.shown}: no line in it: one JSON object a line is wanted")
        if problems.kinds and (refusing or not cutter.requests):
            raise Wrong(f"{source.shown}: {problems.text()}")
        cutter.close()
    except Wrong:
        cutter.remove()
        raise
    if problems.kinds:
        say(f"{source.shown}: reported and left out: {problems.text()}")
        folder.upload(batch_folder.ERRORS, errors_path)
    result = {
        "input": source.shown, "sha256": sha256, "bytes": source.bytes, "cut": cut, "records": records,
        "requests": cutter.requests, "bad": records - cutter.requests, "shards": cutter.shards, "startedAt": int(started),
    }
    folder.write_json(batch_folder.RUN_FILE, result)
    say(
        "the input is cut", shards=cutter.shards, requests=cutter.requests, bad=result["bad"],
        seconds=round(time.time() - started, 1),
    )
    return result


def _error(line, record, bad):
    return {"line": line.number, "record": record, "kind": bad.kind, "custom_id": bad.custom_id, "message": str(bad)}


def _check_same(folder, before, cut, source):
    """Refuse a run folder that another input, or another cut of it, was put into."""
    where = folder.shown()
    if before["cut"] != cut:
        raise Wrong(f"{where}: its input was cut with {json.dumps(before['cut'])}, not {json.dumps(cut)}: choose another `run`")
    try:
        for _ in source.chunks():
            pass
    except (Wrong, Failed) as failure:
        # A presigned URL has run out, say: all that is needed of it lies in the shards.
        if before["input"] != source.shown:
            raise
        say(f"the input cannot be read again, the shards are complete and stay: {failure}")
        return
    if before["sha256"] != source.sha256():
        raise Wrong(f"{where}: it is the output of another input ({before['input']}, sha256 {before['sha256']}): choose another `run`")


if __name__ == "__main__":
    run(split)
