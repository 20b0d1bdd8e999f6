"""The revisions of a cache: what they take, when they were used, and how they are removed."""

import json
from typing import NamedTuple

import lock
from layout import MANIFEST, MARKER, USED, WEIGHTS, lock_name, part_folder, revision_of


class Revision(NamedTuple):
    """A revision as it lies in a cache; times in seconds since 1970, 0 for never."""

    folder: str
    bytes: int
    is_complete: bool
    is_ours: bool
    filled: float
    used: float


def revisions(place):
    """`(revisions, others)`: all of the cache, and the files that are not of its layout."""
    files, others = {}, []
    for item in place.list(WEIGHTS):
        found = revision_of(item.name)
        if found is None:
            others.append(item.name)
        else:
            files.setdefault(found[0], {})[found[1]] = item
    return [_revision(folder, items) for folder, items in sorted(files.items())], others


def _revision(folder, items):
    marker, used = items.get(MARKER), items.get(USED)
    filled = marker.modified if marker else 0
    return Revision(
        folder,
        sum(item.size for item in items.values()),
        marker is not None,
        # A fill makes its part folder first and removes it last.
        marker is not None or MANIFEST in items or any(name.startswith(".part/") for name in items),
        filled,
        used.modified if used else filled,
    )


def remove(place, revision, owner, stale_seconds):
    """Remove a revision unless somebody fills it: whether it has gone."""
    guard = lock.Lock(place, lock_name(revision.folder), owner, stale_seconds)
    if not guard.acquire(wait=False):
        return False
    try:
        # The marker first: half a revision is never taken for a whole one. The manifest last: it says that the rest is ours.
        place.delete(f"{revision.folder}/{MARKER}")
        for item in list(place.list(revision.folder)):
            if not item.name.endswith(f"/{MANIFEST}"):
                place.delete(item.name)
        place.delete_all(revision.folder)
        place.delete_all(part_folder(revision.folder))
    finally:
        guard.release()
    return True


def read_marker(place, folder):
    """What the marker of a filled revision says, None without one."""
    body = place.read(f"{folder}/{MARKER}")
    try:
        return None if body is None else json.loads(body)
    except ValueError:
        return None
