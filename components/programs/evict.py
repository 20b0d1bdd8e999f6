"""Room for a revision in a cache with a budget: the revisions that were not used for longest go first."""

import lock
from layout import lock_name
from program import Failed, Wrong, gib, say
from revisions import remove, revisions


def make_room(place, folder, size, budget, keep, owner, stale_seconds):
    """Remove revisions until `folder` with `size` bytes fits into `budget`; never those of `keep`, or one that is filled now."""
    others = [revision for revision in revisions(place)[0] if revision.folder != folder]
    filled_now = {other.folder: lock.holder(place, lock_name(other.folder), stale_seconds) for other in others}
    # One that is filled now takes all that it will have in the end.
    taken = {
        other.folder: max(other.bytes, int((filled_now[other.folder] or {}).get("total", 0))) for other in others
    }
    kept = sum(taken[other.folder] for other in others if other.folder in keep)
    if kept + size > budget:
        raise Wrong(
            f"the budget is {gib(budget)}; this revision takes {gib(size)} and those that releases name {gib(kept)}: raise "
            f"`budgetGiB` by {gib(kept + size - budget)}"
        )
    removable = [
        other for other in others if other.folder not in keep and other.is_ours and not filled_now[other.folder]
    ]
    used = sum(taken.values())
    for revision in sorted(removable, key=lambda other: other.used):
        if used + size <= budget:
            return
        if remove(place, revision, owner, stale_seconds):
            used -= taken[revision.folder]
            say("removed the revision that was not used for longest", folder=revision.folder, bytes=revision.bytes)
    if used + size > budget:
        raise Failed(
            f"the budget is {gib(budget)}: {gib(used)} are taken by what may not be removed (kept, being filled, or not ours), "
            f"{gib(size)} are needed"
        )
