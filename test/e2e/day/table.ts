/** The day as docs/alerts-day.md tells it. */
import { join } from "node:path";
import { PROJECT } from "../../tools/folders.js";
import type { Fired } from "./run.js";
import { BURST, MINUTES, NODE_LOST, SLOWER, STEP_SECONDS, UNSEEN } from "./story.js";

export const DAY_FILE = join(PROJECT, "docs", "alerts-day.md");

/** A minute of the day as the time of day. */
export function clock(minute: number): string {
  const [hours, minutes] = [8 + Math.floor(minute / 60), minute % 60];
  return [hours, minutes].map((part) => String(part).padStart(2, "0")).join(":");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map(row).join("\n");
}

const STORY: readonly (readonly [from: number, what: string])[] = [
  [60, "`chat` is asked for more: from 4 requests a second to 9 within an hour; a third replica comes at 09:15"],
  [
    BURST[0],
    "a burst on `chat`: all places are taken, 3 requests a second are refused, the KV cache is full; a fourth replica comes",
  ],
  [BURST[1], "the burst is over"],
  [
    SLOWER[0] - 4,
    "a change of `chat` is rolled out that makes its first token come after 1.6 s in the median, with an objective of 1 s",
  ],
  [SLOWER[1] - 12, "the change is rolled back, one replica after the other"],
  [NODE_LOST[0], "a node is lost, with one of three replicas of `chat` and the only one of `code`"],
  [NODE_LOST[1], "the node's successor is there; replicas are ready 6 minutes later"],
  [UNSEEN[0], `nothing is scraped for ${UNSEEN[1] - UNSEEN[0]} minutes`],
  [560, "`chat` is asked for less, and one replica goes"],
];

/** The whole file. */
export function dayText(fired: readonly Fired[]): string {
  const rows = fired.map(({ alert, severity, model, from, to }) => [
    clock(from),
    to > MINUTES ? "after 18:00" : clock(to),
    `\`${alert}\``,
    severity,
    model === "" ? "the stack" : `\`${model}\``,
  ]);
  return `# A day of alerts

What a working day makes of the [alerts](alerts.md): which fires when, and when it is over. The day is simulated, and everything that judges it
is real: all rules of a stack with three models, as \`pulumi up\` makes them, run by Prometheus' own engine for tests of rules (\`promtool test
rules\`), which has a clock of its own. Durations and windows are those of a cluster; nothing is scaled. Targets are scraped and rules evaluated
every ${STEP_SECONDS} s. \`test/e2e/day.e2e.ts\` runs the day and holds this page to it.

## What happens

${table(
  ["time", "event"],
  STORY.map(([from, what]) => [clock(from), what]),
)}

A third model, \`quiet\`, has an ordinary day.

## What fires

${table(["fires at", "over at", "alert", "severity", "model"], rows)}

## What to read from it

- Nothing fires in calm hours, at the rise, while a fourth replica starts, at rollouts themselves, or after the minutes without a scrape. \`quiet\` has no
  alert all day.
- The burst is seen after a minute by \`VllmPreemptions\`, and paged once it has lasted: a burst of two minutes wakes nobody.
- \`VllmSloBurnFast\` ends soon after its cause. \`VllmSloBurnSteady\` stays: what the day has spent of the budget of 30 days is spent. Its window of three
  days holds only this day, so it fires earlier than it would after calm days.
- \`code\` has one replica. Nothing answers while its node is gone, so no request is counted and its service level shows nothing:
  \`VllmNoReadyReplica\` is what pages.
- The table has all that fires. Alertmanager sends fewer messages: alerts of one model and one cause are one, and a ticket is kept back while a page of the same alert fires.

The series follow phases with constant rates, without the noise of real traffic: the day shows which alerts belong to which event, and how late
they are. It does not show that thresholds suit your traffic.
`;
}
