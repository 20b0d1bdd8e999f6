"""A manifest: the files of an artifact with sizes and SHA-256. The first 40 hex digits of its own SHA-256 are a revision.

    python3 manifest.py FOLDER      write FOLDER/manifest.json and print the revision that it gives
"""

import hashlib
import json
import os
import re
import sys
from typing import NamedTuple

from layout import OWN_NAMES
from program import Wrong

FILE_NAME = "manifest.json"
READ_BYTES = 8 << 20
SHA256 = re.compile(r"[0-9a-f]{64}")


class File(NamedTuple):
    """A file of an artifact; the hub gives files of git a blob id in place of a SHA-256."""

    path: str
    size: int
    sha256: str | None = None
    git_sha1: str | None = None


class Hashes(NamedTuple):
    """What a file's content is; git's name of it only where it was asked for."""

    size: int
    sha256: str
    git_sha1: str | None


def hash_file(path, with_git=False):
    """Read a file once for its hashes."""
    size = os.stat(path).st_size
    sha256 = hashlib.sha256()
    git = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False) if with_git else None
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(READ_BYTES):
            sha256.update(chunk)
            if git:
                git.update(chunk)
    return Hashes(size, sha256.hexdigest(), git and git.hexdigest())


def dump(files):
    """The text of a manifest, as bytes: always the same for the same files."""
    rows = [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in sorted(files)]
    return json.dumps({"files": rows}, sort_keys=True, separators=(",", ":")).encode()


def revision_of(body):
    """The revision that a manifest's bytes give."""
    return hashlib.sha256(body).hexdigest()[:40]


def parse(body, where):
    """The files of a manifest; raises Wrong with every problem."""
    try:
        rows = json.loads(body)["files"]
        if not isinstance(rows, list):
            raise TypeError("`files` is no list")
    except (ValueError, TypeError, KeyError) as failure:
        raise Wrong(f'{where}: no manifest ({failure!r}): {{"files":[{{"path":…,"size":…,"sha256":…}}]}} is wanted') from None
    problems = [problem for at, row in enumerate(rows) for problem in _problems_of(row, f"{where}: files[{at}]")]
    paths = [row.get("path") for row in rows if isinstance(row, dict)]
    problems += [f"{where}: {path!r} is there twice" for path in {path for path in paths if paths.count(path) > 1}]
    if not rows:
        problems.append(f"{where}: it names no file")
    if problems:
        raise Wrong("; ".join(problems))
    return [File(row["path"], row["size"], row["sha256"]) for row in rows]


def is_safe(path):
    """Whether a path stays in its folder and takes none of the names that a cache has for itself."""
    parts = path.split("/")
    return path not in OWN_NAMES and all(part not in ("", ".", "..") for part in parts) and "\\" not in path and "\0" not in path


def _problems_of(row, where):
    if not isinstance(row, dict):
        return [f"{where}: no object"]
    found = []
    path, size = row.get("path"), row.get("size")
    if not isinstance(path, str) or not is_safe(path):
        found.append(f"{where}.path: got {path!r}, a relative path without `..` is wanted")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        found.append(f"{where}.size: got {size!r}, bytes are wanted")
    if not SHA256.fullmatch(str(row.get("sha256"))):
        found.append(f"{where}.sha256: got {row.get('sha256')!r}, 64 hex digits are wanted")
    return found


def of_folder(root):
    """The files of a folder, a manifest at its top left out."""
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, root)
            if relative not in (FILE_NAME, *OWN_NAMES):
                hashes = hash_file(path)
                found.append(File(relative, hashes.size, hashes.sha256))
    return found


if __name__ == "__main__":
    text = dump(of_folder(sys.argv[1]))
    with open(os.path.join(sys.argv[1], FILE_NAME), "wb") as manifest:
        manifest.write(text)
    print(revision_of(text))
