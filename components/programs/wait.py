"""Wait until the revisions of a release are filled; runs before its server.

    {"artifacts": [{"id", "revision", "path", "manifest"?: true}, …], "timeoutSeconds": …, "compiled"?: path}

`manifest`: a claim of one's own, whose `manifest.json` gives the revision and is checked in place of a marker. `compiled`: a
folder that is made, for a compile cache.
"""

import os
import time

import lock
import manifest
from layout import MARKER, USED, problems_of, refuse
from places import Folder
from program import Failed, Wrong, gib, run, say
from revisions import read_marker

TELL_SECONDS = 10
ASK_SECONDS = 2


def check(spec):
    """Raise all problems of the input."""
    artifacts = spec.get("artifacts")
    problems = [] if isinstance(artifacts, list) else ["artifacts: a list is wanted"]
    for at, artifact in enumerate(artifacts or []):
        problems += problems_of(artifact, f"artifacts[{at}]")
        if not str(artifact.get("path", "")).startswith("/"):
            problems.append(f"artifacts[{at}].path: got {artifact.get('path')!r}, an absolute path is wanted")
    if not isinstance(spec.get("timeoutSeconds"), (int, float)):
        problems.append(f"timeoutSeconds: got {spec.get('timeoutSeconds')!r}, seconds are wanted")
    refuse(problems)


def is_filled(artifact):
    """Whether the marker of the revision is there."""
    parent, revision = os.path.split(artifact["path"])
    marker = read_marker(Folder(parent), revision)
    if marker is not None and marker.get("revision") != artifact["revision"]:
        raise Wrong(f"{artifact['path']}: its marker is of revision {marker.get('revision')}, not {artifact['revision']}")
    return marker is not None


def check_manifest(artifact):
    """Raise unless a folder is what its revision says: the manifest by its hash, the files by their sizes."""
    place = Folder(artifact["path"])
    where = place.name(manifest.FILE_NAME)
    body = place.read(manifest.FILE_NAME)
    if body is None:
        raise Wrong(f"{where}: there is no manifest: make it with `python3 manifest.py {artifact['path']}`")
    got = manifest.revision_of(body)
    if got != artifact["revision"]:
        raise Wrong(f"{where}: its hash begins with {got}, the revision is {artifact['revision']}: state the one that was reviewed")
    problems = [
        f"{place.name(file.path)}: {place.size(file.path)} bytes, the manifest says {file.size}"
        for file in manifest.parse(body, where)
        if place.size(file.path) != file.size
    ]
    refuse(problems)
    say("has the files of its manifest", id=artifact["id"], revision=artifact["revision"])


def touch(artifact):
    """Mark the revision as used, where the cache can be written: nodes evict by it."""
    try:
        Folder(artifact["path"]).write(USED, b"")
    except OSError:
        # Mounted read-only: nothing evicts by last use there.
        pass


def _who_fills(artifact):
    parent, revision = os.path.split(artifact["path"])
    try:
        held = lock.newest_body(Folder(parent), f".{revision}.lock")
    except OSError:
        held = None
    if held is None:
        return "nobody fills it now"
    return f"{gib(held.get('done', 0))} of {gib(held.get('total', 0))} by {held.get('owner', 'unknown')}"


def main(spec):
    check(spec)
    start, told = time.monotonic(), 0.0
    if spec.get("compiled"):
        os.makedirs(spec["compiled"], exist_ok=True)
    for artifact in spec["artifacts"]:
        if artifact.get("manifest"):
            check_manifest(artifact)
            continue
        while not is_filled(artifact):
            waited = time.monotonic() - start
            if waited > spec["timeoutSeconds"]:
                raise Failed(
                    f"{artifact['id']} at {artifact['revision']}: no {MARKER} in {artifact['path']} after {waited:.0f} s: see the "
                    "fill's log"
                )
            if time.monotonic() - told >= TELL_SECONDS:
                told = time.monotonic()
                say(
                    f"waits for the fill of {artifact['id']} at {artifact['revision']}: no {MARKER} in {artifact['path']}, "
                    f"{_who_fills(artifact)}",
                    waitedSeconds=round(waited),
                )
            time.sleep(ASK_SECONDS)
        touch(artifact)
        say("is filled", id=artifact["id"], revision=artifact["revision"])


if __name__ == "__main__":
    run(main)
