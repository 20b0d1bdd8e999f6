"""Fill one revision of an artifact into a cache, once: resumed, verified, exclusive, and the marker last.

    {"artifact": {"id", "revision", "source": {"hub": {"endpoint"?}} | {"s3": {…}}, "patterns"?: […]},
     "cache": {"folder": …} | {"s3": {…}, "scratch": …},
     "staleSeconds"?: 120, "budgetBytes"?: …, "keep"?: ["weights/<org>--<name>/<revision>", …],
     "hold"?: true, "holdMinutes"?: 10}

`hold` is for a DaemonSet: the program stays, marks the revision as used, and fills it again should it be gone.
"""

import json
import os
import signal
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

import evict
import manifest
from caches import BucketCache, FolderCache
from hub import HubSource
from layout import MANIFEST, MARKER, USED, lock_name, problems_of, refuse, revision_folder
from lock import Lock, new_owner
from program import Failed, Wrong, gib, run, say
from progress import Progress
from revisions import read_marker
from sources import BucketSource

STALE_SECONDS = 120
HOLD_MINUTES = 10
# Downloads of a file whose hash is wrong before the source is taken to be.
VERIFY_TRIES = 3


def check(spec):
    """Raise all problems of the input."""
    artifact, cache = spec.get("artifact") or {}, spec.get("cache") or {}
    problems = problems_of(artifact, "artifact")
    source = artifact.get("source") or {}
    if set(source) not in ({"hub"}, {"s3"}):
        problems.append(f"artifact.source: one of `hub` and `s3` is wanted, got {', '.join(sorted(source)) or 'nothing'}")
    if set(cache) not in ({"folder"}, {"s3", "scratch"}):
        problems.append(f"cache: `folder`, or `s3` and `scratch` are wanted, got {', '.join(sorted(cache)) or 'nothing'}")
    refuse(problems)


class Fill:
    """One fill of one revision."""

    def __init__(self, spec):
        self._spec, self._artifact = spec, spec["artifact"]
        self._folder = revision_folder(self._artifact)
        self._owner = new_owner()
        self._stale_seconds = spec.get("staleSeconds", STALE_SECONDS)
        kind = FolderCache if "folder" in spec["cache"] else BucketCache
        self._cache = kind(spec["cache"], self._folder, self._owner)
        self._place = self._cache.place
        self._source = (HubSource if "hub" in self._artifact["source"] else BucketSource)(self._artifact, "artifact.source")
        self._sha256 = {}
        self._total, self._known = 0, 0
        self._stopping = threading.Event()
        self._lock = Lock(self._place, lock_name(self._folder), self._owner, self._stale_seconds, self._about)

    def is_complete(self):
        """Whether the marker is there, of a fill of the same files."""
        marker = read_marker(self._place, self._folder)
        return marker is not None and marker.get("patterns") == self._artifact.get("patterns")

    def run(self):
        """Fill it, or wait for the one who does."""
        if self.is_complete() or not self._lock.acquire(pointless=self.is_complete):
            say("is filled already", folder=self._place.name(self._folder))
            return
        try:
            if not self.is_complete():
                self._fill(time.monotonic())
        finally:
            self._lock.release()

    def give_up(self):
        """Let another fill go on at once: the process ends now."""
        self._lock.release()

    def _fill(self, start):
        files = self._source.files()
        self._total = sum(file.size for file in files)
        say(f"fills {self._artifact['id']} from {self._source.text}", files=len(files), bytes=self._total)
        if self._spec.get("budgetBytes"):
            self._make_room()
        try:
            self._cache.begin()
            missing = self._missing(files)
            self._cache.check_room(missing)
            with Progress(self._total, self._done) as progress:
                self._fetch_all(missing)
                progress.line()
        except BaseException:
            self._cache.leave()
            raise
        self._finish(files, start)

    def _make_room(self):
        # One at a time: two could both think that they fit.
        guard = Lock(self._place, ".budget.lock", self._owner, self._stale_seconds)
        guard.acquire()
        try:
            budget, keep = self._spec["budgetBytes"], self._spec.get("keep", [])
            evict.make_room(self._place, self._folder, self._total, budget, keep, self._owner, self._stale_seconds)
        finally:
            guard.release()

    def _missing(self, files):
        missing = []
        for file in files:
            sha256 = self._cache.sha256_of(file)
            if sha256 is None:
                missing.append(file)
            else:
                self._sha256[file.path] = sha256
                self._known += file.size
        if len(missing) < len(files):
            say("are there already", files=len(files) - len(missing), bytes=self._known)
        return missing

    def _fetch_all(self, missing):
        # The largest first: they take longest.
        queue = sorted(missing, key=lambda file: -file.size)
        with ThreadPoolExecutor(self._cache.workers) as pool:
            running = [pool.submit(self._fetch, file) for file in queue]
            done, _ = wait(running, return_when=FIRST_EXCEPTION)
            self._stopping.set()
            for future in done:
                future.result()

    def _fetch(self, file):
        for attempt in range(VERIFY_TRIES):
            if self._stopping.is_set():
                return
            path = self._source.fetch(file, self._cache.downloads)
            hashes = manifest.hash_file(path, with_git=file.git_sha1 is not None)
            if hashes.size == file.size and file.sha256 in (None, hashes.sha256) and file.git_sha1 == hashes.git_sha1:
                self._cache.take(file, path, hashes)
                self._sha256[file.path] = hashes.sha256
                return
            os.unlink(path)
            say("a download is not what was promised: fetches it anew", file=file.path, bytes=hashes.size, attempt=attempt + 1)
        raise Wrong(
            f"{self._source.text}/{file.path}: its hash is {hashes.sha256}, {file.sha256 or file.git_sha1} is promised, "
            f"{VERIFY_TRIES} times"
        )

    def _finish(self, files, start):
        verified = [file._replace(sha256=self._sha256[file.path]) for file in files]
        self._place.write(f"{self._folder}/{MANIFEST}", manifest.dump(self._with_earlier(verified)))
        self._cache.settle()
        marker = {
            "id": self._artifact["id"],
            "revision": self._artifact["revision"],
            "source": self._source.text,
            "bytes": self._total,
            "files": len(files),
            "seconds": round(time.monotonic() - start, 1),
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            **({"patterns": self._artifact["patterns"]} if self._artifact.get("patterns") else {}),
        }
        self._place.write(f"{self._folder}/{MARKER}", json.dumps(marker).encode())
        say(f"filled {gib(self._total)}", seconds=marker["seconds"], folder=self._place.name(self._folder))
        self.touch()

    def _with_earlier(self, files):
        """The files, with those that a fill of other `patterns` brought."""
        paths = {file.path for file in files}
        body = self._place.read(f"{self._folder}/{MANIFEST}")
        earlier = manifest.parse(body, MANIFEST) if body else []
        return files + [file for file in earlier if file.path not in paths]

    def touch(self):
        """Mark the revision as used now."""
        self._place.write(f"{self._folder}/{USED}", b"")

    def _about(self):
        return {"total": self._total, "done": self._done()}

    def _done(self):
        return self._known + self._cache.done()


def main(spec):
    check(spec)
    holding = threading.Event()
    fill = Fill(spec)

    def stop(*_):
        if holding.is_set():
            say("ends: it was told to")
            os._exit(0)
        say("failed, may be retried: was told to end")
        fill.give_up()
        # Threads of the hub's client cannot be stopped.
        os._exit(1)

    signal.signal(signal.SIGTERM, stop)
    fill.run()
    while spec.get("hold"):
        holding.set()
        time.sleep(60 * spec.get("holdMinutes", HOLD_MINUTES))
        holding.clear()
        try:
            fill = Fill(spec)
            fill.run()
            fill.touch()
        except Failed as failure:
            # Pods that run now have their files: a DaemonSet's pod that restarts would say no more.
            say(f"could not be checked, tries again: {failure}")


if __name__ == "__main__":
    run(main)
