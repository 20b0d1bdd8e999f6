"""A lock that lies beside what it guards, in a folder or in S3, and outlives its holder for `stale_seconds` only.

The holder is whoever made the file with the highest number, `<name>.<n>`, and that file is made only where none is: two
never make the same one. The holder writes it anew several times before it is stale; one whose lock was taken over meanwhile
(its node was frozen) ends at once. Ages are by the file system's or S3's own clock, so nodes' clocks need not agree.
"""

import json
import os
import re
import secrets
import socket
import threading
import time

from program import Failed, say

# Six beats before a lock is stale: NFS may show other nodes a file that is 60 s old.
BEATS = 6
WAIT_SECONDS = 2
TOLD_EVERY_SECONDS = 30


def new_owner():
    """A name for this run: pod or host, process, and a random part."""
    return f"{os.environ.get('POD_NAME') or socket.gethostname()}.{os.getpid()}.{secrets.token_hex(4)}"


def _newest(place, name):
    """`(number, item)` of the newest lock, `(0, None)` without one."""
    found = [(int(match[1]), item) for item in place.beginning(name + ".") if (match := re.search(r"\.(\d+)$", item.name))]
    return max(found, default=(0, None), key=lambda pair: pair[0])


def _body(place, item):
    try:
        return json.loads(place.read(item.name) or b"{}")
    except ValueError:
        return {}


def newest_body(place, name):
    """What the newest lock says, stale or not; None without one."""
    _, item = _newest(place, name)
    return None if item is None else _body(place, item)


def holder(place, name, stale_seconds):
    """What the holder of a living lock wrote into it, None when nobody holds it."""
    _, item = _newest(place, name)
    if item is None or place.now() - item.modified > stale_seconds:
        return None
    return {"owner": "unknown", **_body(place, item)}


class Lock:
    """One lock; `about()` gives what else the file says of the holder's work."""

    def __init__(self, place, name, owner, stale_seconds, about=dict):
        self._place, self._name, self._owner, self._about = place, name, owner, about
        self._stale_seconds = stale_seconds
        self._number = 0
        self._ended = threading.Event()
        self._beating = None

    def acquire(self, pointless=lambda: False, wait=True):
        """Hold the lock; False when it became pointless while another held it, or when another holds it and `wait` is false."""
        told = 0.0
        while True:
            number, item = _newest(self._place, self._name)
            age = 0 if item is None else self._place.now() - item.modified
            if item is None or age > self._stale_seconds:
                if self._make(number + 1):
                    if item is not None:
                        say(f"took over a lock that was not renewed for {age:.0f} s", lock=self._place.name(self._name))
                    return True
                continue
            if pointless() or not wait:
                return False
            if time.monotonic() - told > TOLD_EVERY_SECONDS:
                told = time.monotonic()
                say("another holds the lock: waits", **{"owner": "unknown", **_body(self._place, item)})
            time.sleep(min(WAIT_SECONDS, self._stale_seconds))

    def release(self):
        """Let others have it."""
        self._ended.set()
        if self._beating is not None and self._beating is not threading.current_thread():
            self._beating.join()
        if self._number:
            self._place.delete(self._file(self._number))
            self._number = 0

    def _file(self, number):
        return f"{self._name}.{number}"

    def _text(self):
        return json.dumps({"owner": self._owner, **self._about()}).encode()

    def _make(self, number):
        if not self._place.create(self._file(number), self._text()) and not self._is_mine(number):
            return False
        self._number = number
        for item in list(self._place.beginning(self._name + ".")):
            if item.name.rpartition(".")[2].isdigit() and int(item.name.rpartition(".")[2]) < number:
                self._place.delete(item.name)
        self._beating = threading.Thread(target=self._beat, daemon=True)
        self._beating.start()
        return True

    def _is_mine(self, number):
        """S3 refuses the second try of a write whose answer was lost, though the first one succeeded."""
        body = self._place.read(self._file(number))
        return body is not None and json.loads(body or b"{}").get("owner") == self._owner

    def _beat(self):
        written = time.monotonic()
        while not self._ended.wait(self._stale_seconds / BEATS):
            try:
                if _newest(self._place, self._name)[0] != self._number:
                    _end("the lock was taken over by another")
                self._place.write(self._file(self._number), self._text())
                written = time.monotonic()
            except (OSError, Failed) as failure:
                say(f"the lock could not be renewed: {failure}")
                if time.monotonic() - written > self._stale_seconds:
                    _end("the lock could not be renewed in time")


def _end(reason):
    say(f"failed, may be retried: {reason}")
    # Not an exception: nothing that this process still does may happen.
    os._exit(1)
