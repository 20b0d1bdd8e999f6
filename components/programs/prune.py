"""List the revisions of a cache, and with `apply` remove those that no release names.

    {"cache": {"folder": …} | {"s3": {…}}, "keep": ["weights/<org>--<name>/<revision>", …], "apply"?: true, "staleSeconds"?: 120}

The last line is JSON: {"revisions": […], "others": […], "bytes", "freedBytes"}. Never removed: what is in `keep`, what is being
filled, and what no fill made.
"""

import json
import time

import lock
from layout import lock_name
from lock import new_owner
from places import place_of
from program import Wrong, gib, run, say
from revisions import remove, revisions

STALE_SECONDS = 120


def _stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds else None


def _why_kept(revision, keep, held):
    if revision.folder in keep:
        return "a release names it"
    if held:
        return f"{held['owner']} fills it"
    return None if revision.is_ours else "no fill made it"


def main(spec):
    if not isinstance(spec.get("keep"), list):
        raise Wrong("keep: the folders that releases name are wanted, as a list; an empty one keeps nothing")
    place = place_of(spec.get("cache") or {}, "cache")
    stale_seconds = spec.get("staleSeconds", STALE_SECONDS)
    found, others = revisions(place)
    rows, freed = [], 0
    for revision in found:
        why = _why_kept(revision, spec["keep"], lock.holder(place, lock_name(revision.folder), stale_seconds))
        removed = False
        if why is None and spec.get("apply"):
            removed = remove(place, revision, new_owner(), stale_seconds)
            why = None if removed else "somebody began to fill it"
        freed += revision.bytes if removed else 0
        rows.append(
            {
                "folder": revision.folder,
                "bytes": revision.bytes,
                "complete": revision.is_complete,
                "filledAt": _stamp(revision.filled),
                "usedAt": _stamp(revision.used),
                "kept": why,
                "removed": removed,
            }
        )
        state = "removed" if removed else f"kept: {why}" if why else "would be removed"
        say(f"{revision.folder} {gib(revision.bytes)} {'complete' if revision.is_complete else 'incomplete'}, {state}")
    for name in others:
        say(f"{place.name(name)} is not of a cache's layout: left alone")
    total = sum(revision.bytes for revision in found)
    print(json.dumps({"revisions": rows, "others": others, "bytes": total, "freedBytes": freed}), flush=True)


if __name__ == "__main__":
    run(main)
