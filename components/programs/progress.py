"""Progress lines of a fill, every ten seconds."""

import threading
import time

from program import gib, say

EVERY_SECONDS = 10


class Progress:
    """Says how far `done()` of `total` bytes has come; `begun_with` were there before."""

    def __init__(self, total, done):
        self.total, self._done = total, done
        self._start, self._begun_with = time.monotonic(), done()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    @property
    def seconds(self):
        """Since the start."""
        return time.monotonic() - self._start

    def line(self):
        """Print one line."""
        done = min(self._done(), self.total)
        rate = max(0, done - self._begun_with) / max(self.seconds, 0.001)
        left = f"{(self.total - done) / rate:.0f}" if rate else "unknown"
        say(f"{gib(done)} of {gib(self.total)}", bytes=done, bytesPerSecond=round(rate), secondsLeft=left)

    def _tell(self):
        while not self._ended.wait(EVERY_SECONDS):
            self.line()
