"""HTTP with retries: whole answers, and downloads that go on at the byte they had reached."""

import http.client
import html
import random
import re
import ssl
import threading
import time
from typing import NamedTuple
from urllib.parse import urlsplit

from program import Failed, Wrong, say

TIMEOUT_SECONDS = 60
TRIES = 8
CHUNK = 1 << 20

# 409: S3's conflict of two conditional writes at once, to be repeated.
PASSING = (408, 409, 429, 500, 502, 503, 504)
BROKEN = (OSError, http.client.HTTPException)


class Answer(NamedTuple):
    """A whole answer; header names are in small letters."""

    status: int
    headers: dict
    body: bytes


def element(xml, name):
    """The text of the first element of that name, None without one: enough for the flat answers of AWS."""
    match = re.search(rf"<{name}>(.*?)</{name}>", xml, re.DOTALL)
    return html.unescape(match[1]) if match else None


def pause(attempt, retry_after=None):
    """Wait before the next try: twice as long each time, at most 20 s, by chance shorter so that pods spread."""
    if retry_after and retry_after.isdigit():
        time.sleep(min(int(retry_after), 300))
    else:
        time.sleep(random.uniform(0.5, 1) * min(20, 0.2 * 2**attempt))


class _Connections(threading.local):
    """Open connections of this thread, by scheme and host: a new TLS handshake for each request costs more than most requests."""

    def __init__(self):
        self.idle = {}
        self.context = None

    def take(self, parts):
        """An idle connection, else a new one, and whether it was used before."""
        idle = self.idle.pop((parts.scheme, parts.netloc), None)
        if idle is not None:
            return idle, True
        if parts.scheme == "https":
            self.context = self.context or ssl.create_default_context()
            return http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT_SECONDS, context=self.context), False
        return http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS), False

    def keep(self, parts, connection):
        old = self.idle.pop((parts.scheme, parts.netloc), None)
        if old is not None:
            old.close()
        self.idle[(parts.scheme, parts.netloc)] = connection


_connections = _Connections()


def _target(parts):
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def send(method, url, headers, body=None):
    """One try: `(connection, response)`, the body unread. A kept connection that the server has closed is replaced."""
    parts = urlsplit(url)
    while True:
        connection, used = _connections.take(parts)
        try:
            connection.request(method, _target(parts), body=body, headers=headers)
            return connection, connection.getresponse()
        except BROKEN:
            connection.close()
            if not used:
                raise


def read_whole(url, connection, response):
    """The whole answer; the connection is kept for the next request."""
    try:
        body = response.read()
    except BROKEN:
        connection.close()
        raise
    if response.will_close:
        connection.close()
    else:
        _connections.keep(urlsplit(url), connection)
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def without_query(url):
    """The URL as it may be printed: a presigned one has its signature in the query."""
    return url.partition("?")[0]


def request(method, url, headers=None, body=None, sign=None, passing=PASSING):
    """A whole answer, after retries; raises Failed when no try got one that is not `passing`.

    `sign()` gives the headers of each try anew: a signature is valid for minutes only.
    """
    problem = ""
    for attempt in range(TRIES):
        retry_after = None
        try:
            connection, response = send(method, url, sign() if sign else headers or {}, body)
            answer = read_whole(url, connection, response)
            if answer.status not in passing:
                return answer
            problem = f"HTTP {answer.status} {element(answer.body.decode('utf-8', 'replace'), 'Code') or ''}".strip()
            retry_after = answer.headers.get("retry-after")
        except BROKEN as failure:
            problem = f"{type(failure).__name__}: {failure}"
        if attempt < TRIES - 1:
            pause(attempt, retry_after)
    raise Failed(f"{method} {without_query(url)}: {TRIES} tries failed, the last with {problem}")


class _Piece:
    """One try of a download: yields what comes; `problem` says why it ended early, None at the file's end."""

    def __init__(self, url, headers, refused):
        self.url, self.headers, self.refused = url, headers, refused
        self.problem, self.etag = None, None

    def __iter__(self):
        try:
            connection, response = send("GET", self.url, self.headers)
            if response.status in (200, 206):
                yield from self._body(connection, response)
            else:
                self._refusal(read_whole(self.url, connection, response))
        except BROKEN as failure:
            self.problem = f"{type(failure).__name__}: {failure}"

    def _body(self, connection, response):
        whole = False
        try:
            if "Range" in self.headers and response.status != 206:
                raise Wrong(f"{without_query(self.url)}: the server takes no ranges, so no download can go on")
            self.etag = response.headers.get("ETag")
            left = response.length
            for chunk in iter(lambda: response.read(CHUNK), b""):
                left = None if left is None else left - len(chunk)
                yield chunk
            whole = not left
            self.problem = None if whole else "the connection ended early"
        finally:
            if whole and not response.will_close:
                _connections.keep(urlsplit(self.url), connection)
            else:
                connection.close()

    def _refusal(self, answer):
        if answer.status == 412 and "If-Match" in self.headers:
            raise Failed(f"{without_query(self.url)}: the file was replaced while it was read")
        if answer.status not in PASSING:
            self.refused(answer)
        self.problem = f"HTTP {answer.status}"


def download(url, sign, refused, start=0, end=None):
    """Yield the bytes from `start` to before `end` (None: to the end), going on where a connection broke.

    `sign(headers)` gives the headers of a try; `refused(answer)` raises for an answer that is no success. Fails when
    `TRIES` tries in a row bring no byte, and when the file changes meanwhile.
    """
    at, etag, attempt = start, None, 0
    while end is None or at < end:
        headers = {"Range": f"bytes={at}-{'' if end is None else end - 1}"} if at or end is not None else {}
        if etag:
            headers["If-Match"] = etag
        begun = at
        piece = _Piece(url, sign(headers), refused)
        for chunk in piece:
            at += len(chunk)
            yield chunk
        if piece.problem is None:
            return
        # A weak tag names no exact bytes: If-Match never holds with it.
        etag = etag or (piece.etag if piece.etag and not piece.etag.startswith("W/") else None)
        attempt = 0 if at > begun else attempt + 1
        if attempt == TRIES:
            raise Failed(f"GET {without_query(url)}: {TRIES} tries failed, the last with {piece.problem}")
        say(f"GET {without_query(url)} broke off and goes on: {piece.problem}", at=at)
        pause(attempt)
