"""The lines of a batch's input: cutting a stream into them, and what makes one of them a request."""

import json
from array import array
from typing import NamedTuple

# The URLs that `vllm run-batch` answers, the same from 0.29.0 to 0.33.0: check_type_for_url and the endpoint registry of
# vllm/entrypoints/launchers/run_batch.py (read 2026-11-26). It takes any URL that ends in /score or /rerank: these are
# the ones that `vllm serve` has too. /v1/completions is no part of it.
ENDPOINTS = (
    "/v1/chat/completions",
    "/v1/embeddings",
    "/score",
    "/v1/score",
    "/rerank",
    "/v1/rerank",
    "/v2/rerank",
    "/v1/audio/transcriptions",
    "/v1/audio/translations",
)

# Longer than any request with images or audio in it; the bound on what one line may cost in memory.
LINE_BYTES = 32 << 20


class Line(NamedTuple):
    """A line that is not blank; `text` is None where it is longer than LINE_BYTES."""

    number: int
    text: bytes | None


class Bad(Exception):
    """What is wrong with a line: a kind to count by, and words. `custom_id` where the line has a usable one."""

    def __init__(self, kind, message, custom_id=None):
        super().__init__(message)
        self.kind = kind
        self.custom_id = custom_id


def lines_of(chunks):
    """Yield each Line of a stream of bytes, cut at "\\n" alone: "\\r" is white space in JSON."""
    number, rest, skipping = 0, b"", False
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for text in whole:
            number += 1
            if skipping or len(text) > LINE_BYTES:
                skipping = False
                yield Line(number, None)
            elif text := _without_mark(text, number).strip():
                yield Line(number, text)
        if len(rest) > LINE_BYTES:
            rest, skipping = b"", True
    if skipping:
        yield Line(number + 1, None)
    elif text := _without_mark(rest, number + 1).strip():
        yield Line(number + 1, text)


def _without_mark(text, number):
    """Windows' programs begin a UTF-8 file with a byte order mark."""
    return text.removeprefix(b"\xef\xbb\xbf") if number == 1 else text


def as_written(text):
    """The line as a shard has it: vLLM up to 0.32 takes a "\\r" between two tokens for the line's end."""
    return text.replace(b"\r", b" ") + b"\n"


class Seen:
    """The custom_ids so far, and the line of each: a table of 64-bit hashes that takes at most 36 bytes for each of them.

    Python keys its hash of strings anew in every process, so no input can aim at a collision; by chance, one in ten
    million lines has the probability 3e-6 and is reported as a duplicate.
    """

    def __init__(self):
        self._count = 0
        self._make(1 << 12)

    def _make(self, size):
        self._mask = size - 1
        self._hashes = array("q", bytes(8 * size))
        self._lines = array("I", bytes(4 * size))

    def _slot(self, value):
        hashes, mask = self._hashes, self._mask
        slot = value & mask
        while (there := hashes[slot]) and there != value:
            slot = (slot + 1) & mask
        return slot

    def add(self, custom_id, line):
        """The line that had this custom_id before, or None and it is kept."""
        value = hash(custom_id) or 1
        slot = self._slot(value)
        if self._hashes[slot]:
            return self._lines[slot]
        self._hashes[slot], self._lines[slot] = value, line
        self._count += 1
        if self._count * 3 > (self._mask + 1) * 2:
            self._grow()
        return None

    def _grow(self):
        hashes, lines = self._hashes, self._lines
        self._make(2 * (self._mask + 1))
        for value, line in zip(hashes, lines):
            if value:
                slot = self._slot(value)
                self._hashes[slot], self._lines[slot] = value, line


def _no_constant(name):
    raise ValueError(f"{name} is no JSON")


class Requests:
    """Checks lines one after another: each is a request of this endpoint and these models, under a custom_id of its own."""

    def __init__(self, endpoint, models):
        self._endpoint = endpoint
        self._models = frozenset(models)
        self._seen = Seen()
        self._parse = json.JSONDecoder(parse_constant=_no_constant).raw_decode

    def check(self, line):
        """Return the custom_id of a good line; raise Bad for another."""
        value = self._parsed(line)
        custom_id = value.get("custom_id")
        if not isinstance(custom_id, str) or not custom_id:
            raise Bad("custom_id", f"custom_id is {_shown(custom_id)}: give a text that is not empty")
        before = self._seen.add(custom_id, line.number)
        if before is not None:
            raise Bad("duplicate", f"custom_id {_shown(custom_id)} is that of line {before}: give each line its own")
        if value.get("method") != "POST":
            raise Bad("method", f"method is {_shown(value.get('method'))}: POST is wanted", custom_id)
        if value.get("url") != self._endpoint:
            raise Bad("url", f"url is {_shown(value.get('url'))}: this batch is for {self._endpoint}", custom_id)
        body = value.get("body")
        if not isinstance(body, dict):
            raise Bad("body", f"body is {_shown(body)}: an object is wanted", custom_id)
        model = body.get("model")
        if not isinstance(model, str) or model not in self._models:
            served = ", ".join(sorted(self._models))
            raise Bad("model", f"body.model is {_shown(model)}: this batch serves {served}", custom_id)
        return custom_id

    def _parsed(self, line):
        if line.text is None:
            raise Bad("long", f"longer than {LINE_BYTES >> 20} MiB: is the file JSON Lines, one request a line?")
        try:
            text = line.text.decode()
            value, end = self._parse(text)
            if end < len(text):
                raise ValueError(f"more text after column {end}")
        except RecursionError:
            raise Bad("json", "nested too deeply") from None
        except UnicodeDecodeError as failure:
            raise Bad("json", f"no UTF-8: {failure.reason} at byte {failure.start}") from None
        except ValueError as failure:
            raise Bad("json", f"no JSON: {failure}") from None
        if not isinstance(value, dict):
            raise Bad("json", f"{_shown(value)} in place of a JSON object")
        # Surrogates can be in a file of UTF-8 as escapes alone.
        if b"\\ud" in line.text or b"\\uD" in line.text:
            _check_text(value)
        return value


def _check_text(value):
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Bad("json", r"half of a surrogate pair (\ud800 to \udfff): vLLM's parser refuses it") from None


def _shown(value):
    """A value as a message may have it: short, in ASCII, and nothing of an object or a list, which may be the prompt."""
    if value is None:
        return "missing or null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:76]}..."
