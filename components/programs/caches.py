"""Where a revision is filled: a folder that many pods mount, or a prefix of S3. Both have the same operations.

A file has its name in the cache only once it is whole and verified, so one that has it is never fetched again.
"""

import fnmatch
import os
import shutil
import threading

import manifest
from layout import part_folder
from places import Folder, S3Prefix, place_of, sync_folder
from program import Failed, gib, say

# Downloads that ended with their process; what a killed or frozen one left has the name of its owner.
IDLE = "idle"

# What the hub's client leaves of a file when it is killed. It does not go on with it: each of its runs has names of its own
# (huggingface_hub/file_download.py, _download_to_tmp_and_move, 1.31 and 2.4).
OF_THE_HUB = "*.incomplete"


class _Count:
    """Bytes that several threads add to."""

    def __init__(self):
        self._lock = threading.Lock()
        self.count = 0

    def add(self, more):
        with self._lock:
            self.count += more


class FolderCache:
    """A folder. Downloads lie beside the revision's folder, and a file is renamed once it is verified."""

    workers = 4

    def __init__(self, spec, folder, owner):
        self.place = Folder(spec["folder"])
        self._folder, self._owner = folder, owner
        self._parts = self.place.name(part_folder(folder))
        self.downloads = os.path.join(self._parts, owner)
        self._taken = _Count()

    def begin(self):
        """Take over what earlier fills left: by a rename where they ended, else by a copy: a frozen one may wake up and write."""
        os.makedirs(self._parts, exist_ok=True)
        idle = os.path.join(self._parts, IDLE)
        if os.path.isdir(idle):
            os.rename(idle, self.downloads)
        os.makedirs(self.downloads, exist_ok=True)
        for folder, _, names in os.walk(self.downloads):
            for name in fnmatch.filter(names, OF_THE_HUB):
                os.unlink(os.path.join(folder, name))
        for left in os.listdir(self._parts):
            path = os.path.join(self._parts, left)
            if left == self._owner:
                continue
            say("goes on with the downloads of a fill that was interrupted", owner=left)
            try:
                shutil.copytree(path, self.downloads, dirs_exist_ok=True, ignore=shutil.ignore_patterns(OF_THE_HUB))
            except (shutil.Error, OSError) as failure:
                say(f"not all of them could be copied: {failure}")
            shutil.rmtree(path, ignore_errors=True)

    def leave(self):
        """After the last download has ended: the next fill goes on without a copy."""
        if os.path.isdir(self.downloads):
            os.rename(self.downloads, os.path.join(self._parts, IDLE))

    def sha256_of(self, file):
        """The SHA-256 of a file that the cache has already, None when it has not."""
        path = self._path(file)
        if self.place.size(f"{self._folder}/{file.path}") != file.size:
            return None
        return file.sha256 or manifest.hash_file(path).sha256

    def check_room(self, missing):
        """Fail before the first byte when the disk is too small."""
        have = self._bytes_in(self.downloads)
        check_free(self.place.root, sum(file.size for file in missing) - have)

    def done(self):
        """Bytes that this fill has brought, unfinished files among them."""
        return self._taken.count + self._bytes_in(self.downloads)

    def take(self, file, path, _hashes):
        """Give a verified download its name."""
        target = self._path(file)
        with open(path, "rb") as handle:
            os.fsync(handle.fileno())
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.replace(path, target)
        self._taken.add(file.size)

    def settle(self):
        """All files are here: bring their names to the disk, and remove what is left of their downloads."""
        for folder, _, names in os.walk(self.place.name(self._folder)):
            for name in names:
                if name.endswith(".new") and name.startswith("."):
                    os.unlink(os.path.join(folder, name))
            sync_folder(folder)
        shutil.rmtree(self._parts, ignore_errors=True)

    def _path(self, file):
        return self.place.name(f"{self._folder}/{file.path}")

    @staticmethod
    def _bytes_in(root):
        total = 0
        for folder, _, names in os.walk(root):
            for name in names:
                try:
                    total += os.stat(os.path.join(folder, name)).st_size
                except FileNotFoundError:
                    continue
        return total


class BucketCache:
    """A prefix of S3. Each file goes through a scratch folder: an object appears once it is verified."""

    workers = 3

    def __init__(self, spec, folder, owner):
        self.place: S3Prefix = place_of({"s3": spec["s3"]}, "cache")
        self._folder = folder
        self._started = f"{part_folder(folder)}/{owner}"
        self.downloads = os.path.join(spec["scratch"], owner)
        self._sent = _Count()

    def begin(self):
        """Say that the prefix is ours, and remove parts of uploads that nobody will finish."""
        os.makedirs(self.downloads, exist_ok=True)
        self.place.write(self._started, b"")
        self.place.s3.abort_uploads(self.place.key(self._folder + "/"))

    def leave(self):
        """The scratch folder goes with the pod."""
        shutil.rmtree(self.downloads, ignore_errors=True)

    def sha256_of(self, file):
        """The SHA-256 of an object that the cache has already, None when it has not."""
        head = self.place.s3.head(self._key(file))
        if head is None or head.size != file.size:
            return None
        sha256 = head.headers.get("x-amz-meta-sha256")
        if file.sha256:
            return sha256 if sha256 == file.sha256 else None
        return sha256 if head.headers.get("x-amz-meta-git-sha1") == file.git_sha1 else None

    def check_room(self, missing):
        """Fail before the first byte when the scratch folder is too small for the largest files at once."""
        largest = sorted((file.size for file in missing), reverse=True)[: self.workers]
        check_free(self.downloads, sum(largest))

    def done(self):
        """Bytes that this fill has brought."""
        return self._sent.count

    def take(self, file, path, hashes):
        """Bring a verified download up, its hashes beside it."""
        headers = {"x-amz-meta-sha256": hashes.sha256}
        if hashes.git_sha1:
            headers["x-amz-meta-git-sha1"] = hashes.git_sha1
        with open(path, "rb") as handle:
            self.place.s3.upload(self._key(file), handle, file.size, headers, self._sent.add)
        os.unlink(path)

    def settle(self):
        """All objects are here."""
        self.place.delete_all(part_folder(self._folder))
        self.leave()

    def _key(self, file):
        return self.place.key(f"{self._folder}/{file.path}")


def check_free(folder, needed):
    """Raise when a file system has less than `needed` bytes for this user."""
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < needed:
        raise Failed(
            f"{folder}: {gib(needed)} are needed and {gib(free)} are free: {gib(needed - free)} are missing. Make the volume "
            "larger, or remove revisions that no release names (prune)"
        )
