/** What `npm run cache` prints. */
import { counted } from "../../components/config/problems.js";
import { plainTable } from "../preview/table.js";
import type { Listing, Revision } from "./pruneRun.js";
import type { Users } from "./users.js";

const GIB = 2 ** 30;

export function listingText(
  listing: Listing,
  users: Users,
  { apply, asksForApply }: { apply: boolean; asksForApply: boolean },
): string {
  const { revisions, others, bytes, freedBytes } = listing;
  if (revisions.length === 0) return "The cache is empty.";
  const rows = revisions.map((revision) => [
    revision.folder.replace(/^weights\//, "").replace(/\/([0-9a-f]{8})[0-9a-f]{32}$/, "@$1"),
    gib(revision.bytes),
    revision.complete ? dayOf(revision.filledAt) : "incomplete",
    dayOf(revision.usedAt),
    stateOf(revision, users, apply),
  ]);
  const unused = revisions.filter(({ kept, removed }) => kept === null && !removed);
  const unusedBytes = unused.reduce((sum, revision) => sum + revision.bytes, 0);
  return [
    plainTable(["REVISION", "GIB", "FILLED", "LAST USED", apply ? "" : "KEPT BY"], rows, [1]),
    "",
    `${counted(revisions.length, "revision")}, ${gib(bytes)} GiB${apply ? `; ${gib(freedBytes)} GiB freed` : ""}`,
    ...(asksForApply && unused.length > 0
      ? [`${unused.length} that nobody names take ${gib(unusedBytes)} GiB: npm run cache -- prune --apply removes them`]
      : []),
    ...(others.length > 0
      ? [`${counted(others.length, "file")} not of a cache's layout, left alone, such as ${others[0]}`]
      : []),
  ].join("\n");
}

function stateOf({ folder, kept, removed }: Revision, users: Users, apply: boolean): string {
  if (removed) return "removed";
  const names = users.get(folder);
  if (names !== undefined) return names.join(", ");
  return kept ?? (apply ? "nobody, and not removed" : "nobody");
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}

function dayOf(stamp: string | null): string {
  return stamp === null ? "never" : stamp.slice(0, 10);
}
