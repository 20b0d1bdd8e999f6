"""Joins the results of all shards in the order of the input: `python3 batch_join.py SPEC.json`.

    {the keys of batch_folder.py}

Exit code 1, with what is missing: a shard that is not done. Writes report.json, and output.jsonl last; a run that has it
is left as it is. Every request of a shard is held against its result, so each custom_id is there once; a bad line of the
input has an error record in its place.
"""

import collections
import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor

import batch_folder
from batch_folder import RunFolder, ranges
from batch_shard import is_error, status_of
from program import Failed, run, say

SAY_SECONDS = 10
BLOCK = 1 << 20
READS_AT_ONCE = 16


def bad_record(bad):
    """The output record of a line that was no request, in OpenAI's form."""
    message = f"line {bad['line']}: {bad['message']}"
    error = {"code": f"invalid_{bad['kind']}", "message": message}
    return {"id": f"bad-line-{bad['line']}", "custom_id": bad["custom_id"], "response": None, "error": error}


class Joined:
    """The records in order, counted as they pass."""

    def __init__(self, folder, info):
        self._folder, self._info = folder, info
        self.records = self.answered = 0
        self.errors = collections.Counter()

    def lines(self):
        """Yield each record as a line."""
        bad = self._bad_lines()
        following = next(bad, None)
        for answer in self._answers():
            while following and following["record"] == self.records:
                yield self._bad_line(following)
                following = next(bad, None)
            self.records += 1
            yield answer
        while following:
            yield self._bad_line(following)
            following = next(bad, None)

    def _bad_lines(self):
        if self._info["bad"]:
            for line in self._folder.lines(batch_folder.ERRORS):
                yield json.loads(line)

    def _bad_line(self, bad):
        self.records += 1
        self.errors["bad line"] += 1
        return json.dumps(bad_record(bad)).encode()

    def _answers(self):
        for number in range(self._info["shards"]):
            requests = self._folder.lines(batch_folder.shard(number))
            answers = self._folder.lines(batch_folder.results(number))
            for place, request in enumerate(requests, 1):
                answer = next(answers, None)
                wanted = json.loads(request)["custom_id"]
                record = json.loads(answer) if answer else {}
                if record.get("custom_id") != wanted:
                    where = self._folder.shown(batch_folder.results(number))
                    raise Failed(f"{where}: line {place} does not answer {json.dumps(wanted)}: remove the shard's .done and run it again")
                self._count(record)
                yield answer

    def _count(self, record):
        if is_error(record):
            self.errors[str(status_of(record))] += 1
        else:
            self.answered += 1


def _blocks(lines, started):
    """Lines put together into larger pieces of a file."""
    piece, size, said = [], 0, started
    for count, line in enumerate(lines, 1):
        piece.append(line)
        size += len(line) + 1
        if size >= BLOCK:
            yield b"\n".join(piece) + b"\n"
            piece, size = [], 0
            if time.monotonic() - said > SAY_SECONDS:
                said = time.monotonic()
                say("joining", records=count)
    if piece:
        yield b"\n".join(piece) + b"\n"


def _report(info, joined, folder, output):
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        shards = list(pool.map(lambda number: folder.read_json(batch_folder.done(number)), range(info["shards"])))
    return {
        "run": folder.run_name,
        "input": info["input"],
        "records": joined.records,
        "answered": joined.answered,
        "errors": dict(sorted(joined.errors.items())),
        "shards": info["shards"],
        "seconds": int(time.time()) - info["startedAt"],
        "workerSeconds": round(sum(shard["seconds"] for shard in shards)),
        "interruptions": sum(shard["starts"] - 1 for shard in shards),
        # What a download is checked by.
        "output": output,
    }


def join(spec):
    """Write the output, if it is not there."""
    folder = RunFolder(spec)
    if folder.exists(batch_folder.OUTPUT):
        say(f"the output is there: {folder.shown(batch_folder.OUTPUT)}")
        return
    info, started = folder.run(), time.monotonic()
    pending = folder.pending(info)
    if pending:
        raise Failed(f"{folder.shown()}: {len(pending)} of {info['shards']} shards are not done: {ranges(pending)}")
    joined, sha256, size = Joined(folder, info), hashlib.sha256(), 0
    with folder.writing(batch_folder.OUTPUT) as output:
        for block in _blocks(joined.lines(), started):
            output.write(block)
            sha256.update(block)
            size += len(block)
        if joined.records != info["records"]:
            raise Failed(f"{folder.shown()}: {joined.records} records joined of {info['records']}")
        report = _report(info, joined, folder, {"bytes": size, "sha256": sha256.hexdigest()})
        folder.write_json(batch_folder.REPORT, report)
    say(
        f"joined: {folder.shown(batch_folder.OUTPUT)}", records=report["records"], answered=report["answered"],
        errors=sum(report["errors"].values()), interruptions=report["interruptions"], seconds=report["seconds"],
    )


if __name__ == "__main__":
    run(join)
