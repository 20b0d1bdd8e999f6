"""The run folder of a batch, `<output>/<run>/`: the one place where its programs meet. Shards have five digits.

    shards/00000.jsonl   requests of the input, in its order
    errors.jsonl         bad lines that are reported: {"line", "record", "kind", "custom_id", "message"}; `line` from 1 as
                         an editor counts, `record` from 0 without blank lines
    run.json             input, its sha256, the cut, counts; written last of these three: without it nothing is cut
    partial/00000.jsonl  answers so far of a shard that was interrupted, in any order
    partial/00000.json   {"starts", "seconds", "answered", "requests", "failure"?} of the shard's workers so far
    results/00000.jsonl  all answers of a shard, in its order
    results/00000.done   {"requests", "errors", "starts", "seconds"}; written last: without it the shard is not done
    input.jsonl          the input, where it was uploaded (batch_files.py)
    report.json          counts, errors by status, seconds, interruptions; bytes and sha256 of the output
    output.jsonl         every record of the input in its order, as OpenAI's batch output; written last of all

Every file appears whole or not at all (places.py), and each step may be repeated at any moment.
Spec keys of all programs: `output` (place), and `run`, else the variable BATCH_RUN, else JOB_NAME.
"""

import json
import os
import re

from places import place_of
from program import Wrong

RUN_FILE = "run.json"
ERRORS = "errors.jsonl"
REPORT = "report.json"
OUTPUT = "output.jsonl"

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DONE = re.compile(r"results/(\d{5})\.done")


def shard(number):
    return f"shards/{number:05}.jsonl"


def results(number):
    return f"results/{number:05}.jsonl"


def done(number):
    return f"results/{number:05}.done"


def partial(number):
    return f"partial/{number:05}.jsonl"


def state(number):
    return f"partial/{number:05}.json"


def key_of(spec, key, kind):
    """The value of a key of the spec, of the kind that it has to have."""
    value = spec.get(key)
    if not isinstance(value, kind) or value in ("", []):
        raise Wrong(f"spec.{key}: {kind.__name__} is wanted and not empty, got {json.dumps(value)}")
    return value


class RunFolder:
    """The files of one run, by the names above."""

    def __init__(self, spec):
        self.run_name = spec.get("run") or os.environ.get("BATCH_RUN") or os.environ.get("JOB_NAME") or ""
        if not _RUN.fullmatch(self.run_name):
            raise Wrong(f"run: {self.run_name!r} is no name of letters, digits, `.`, `_` and `-`: give `run` or BATCH_RUN")
        self.place = place_of(key_of(spec, "output", dict), "spec.output")

    def path(self, name):
        """The name of a file in the output's place."""
        return f"{self.run_name}/{name}"

    def shown(self, name=""):
        """As a message names it."""
        return self.place.name(self.path(name).rstrip("/"))

    def read_json(self, name):
        """The JSON document of a small file, None when there is none."""
        body = self.place.read(self.path(name))
        try:
            return None if body is None else json.loads(body)
        except ValueError as failure:
            raise Wrong(f"{self.shown(name)}: no JSON: {failure}") from None

    def write_json(self, name, value):
        self.place.write(self.path(name), json.dumps(value, indent=1).encode() + b"\n")

    def exists(self, name):
        return self.place.size(self.path(name)) is not None

    def stream(self, name):
        return self.place.stream(self.path(name))

    def lines(self, name):
        """Yield the lines of a file that one of these programs wrote."""
        rest = b""
        for chunk in self.stream(name):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines

    def upload(self, name, path):
        self.place.upload(self.path(name), path)

    def names(self, under):
        """Yield the names of the files under a folder of the run."""
        for item in self.place.list(self.path(under)):
            yield item.name.removeprefix(f"{self.run_name}/")

    def writing(self, name):
        """A file to write to in a `with`: it appears at the end, if nothing failed."""
        return self.place.writing(self.path(name))

    def delete(self, name):
        self.place.delete(self.path(name))

    def run(self):
        """run.json, which is there once the input is cut."""
        run = self.read_json(RUN_FILE)
        if run is None:
            raise Wrong(f"{self.shown(RUN_FILE)}: there is none, so the input is not cut: batch_split.py comes first")
        return run

    def finished(self):
        """Numbers of the shards that are done."""
        return {int(match[1]) for match in map(_DONE.fullmatch, self.names("results")) if match}

    def pending(self, run):
        """Numbers of the shards that are not done, in order."""
        finished = self.finished()
        return [number for number in range(run["shards"]) if number not in finished]


def ranges(numbers):
    """`0-2,5` for 0, 1, 2 and 5, as Kubernetes writes indexes."""
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def numbers(text):
    """The numbers of such a text."""
    found = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found
