"""Names in a cache: where a revision lies, and what is beside and in it.

    weights/<org>--<name>/<revision>/            files, each whole and verified from the moment it has its name
    weights/<org>--<name>/<revision>/.manifest.json, .complete (the marker, last of all), .used (its time: last use)
    weights/<org>--<name>/.<revision>.part/      downloads that are not finished, while a revision is filled
    weights/<org>--<name>/.<revision>.lock.<n>   who fills it
"""

import re

from program import Wrong

WEIGHTS = "weights"
MARKER = ".complete"
MANIFEST = ".manifest.json"
USED = ".used"
OWN_NAMES = (MARKER, MANIFEST, USED)

REVISION = re.compile(r"[0-9a-f]{40}")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")

_IN_CACHE = re.compile(rf"{WEIGHTS}/([^/]+)/(?:([0-9a-f]{{40}})(?:/(.*))?|\.([0-9a-f]{{40}})\.(part/.*|lock\..*))")


def problems_of(artifact, where):
    """What is wrong with an artifact's id and revision."""
    found = []
    if not ID.fullmatch(str(artifact.get("id"))):
        found.append(f"{where}.id: got {artifact.get('id')!r}, a model id such as Qwen/Qwen3-8B is wanted")
    if not REVISION.fullmatch(str(artifact.get("revision"))):
        found.append(
            f"{where}.revision: got {artifact.get('revision')!r}, 40 hex digits are wanted: a commit, or the first of a "
            "manifest's SHA-256"
        )
    return found


def refuse(problems):
    """Raise all problems at once, if there are any."""
    if problems:
        raise Wrong("; ".join(problems))


def revision_folder(artifact):
    """Where the files of an artifact lie."""
    return f"{WEIGHTS}/{artifact['id'].replace('/', '--')}/{artifact['revision']}"


def part_folder(folder):
    """Beside a revision's folder: its unfinished downloads."""
    return _beside(folder, "part")


def lock_name(folder):
    """Beside a revision's folder: its lock, without the number."""
    return _beside(folder, "lock")


def _beside(folder, what):
    parent, _, revision = folder.rpartition("/")
    return f"{parent}/.{revision}.{what}"


def revision_of(name):
    """`(folder, rest)` of the revision that a file of the cache belongs to, None for a file that is not of this layout.

    `rest` is the file's name in the folder; of parts and locks it begins with `part/` or `lock.`, and with a dot before it.
    """
    match = _IN_CACHE.fullmatch(name)
    if not match:
        return None
    model, revision, inside, beside, rest = match.groups()
    return f"{WEIGHTS}/{model}/{revision or beside}", inside if revision else f".{rest}"
