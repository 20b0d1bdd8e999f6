/** A day in the life of a stack: every alert that has a reason, in time, and none that has none. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { ALERTS } from "../../components/vocabulary/alerts.js";
import { needsPromtool } from "../promtool.js";
import { type Fired, runDay } from "./day/run.js";
import { BURST, MINUTES, NODE_LOST, SLOWER } from "./day/story.js";
import { DAY_FILE, dayText } from "./day/table.js";

/** Longest that an alert may go on after its cause: the windows of its condition. */
const AFTER_MINUTES = 35;

describe("a working day", function () {
  // Two minutes beside the other end-to-end tests.
  this.timeout(600_000);
  needsPromtool();
  let fired: Fired[];
  before(async () => {
    fired = await runDay();
  });

  const namesOf = (model: string, [from, to]: readonly [number, number]): string[] => [
    ...new Set(
      fired.filter((one) => one.model === model && one.from >= from && one.from < to).map(({ alert }) => alert),
    ),
  ];

  it("has no alert of a model to which nothing happens", () => {
    assert.deepEqual(
      fired.filter(({ model }) => model !== "chat" && model !== "code"),
      [],
    );
  });

  it("has no alert that begins while all is well: in the rise, after a gap in the scrapes, in the evening", () => {
    const events = [BURST, [SLOWER[0] - 4, SLOWER[1]], NODE_LOST] as const;
    const without = fired.filter(
      ({ alert, from }) =>
        // Judges three days, and is true for long after.
        alert !== "VllmSloBurnSteady" && !events.some(([begins, ends]) => from >= begins && from < ends + 10),
    );
    assert.deepEqual(without, []);
  });

  it("has alerts of a burst, a page among them, that end with it", () => {
    const names = namesOf("chat", [BURST[0], BURST[1] + 10]);
    for (const alert of [
      "VllmPreemptions",
      "VllmKvCacheFull",
      "VllmRequestsWaiting",
      "VllmRefusals",
      "VllmSloBurnFast",
    ])
      assert.ok(names.includes(alert), `${alert} among ${names.join()}`);
  });

  it("has alerts of a change that is slower, and of nothing else then", () => {
    assert.deepEqual(namesOf("chat", [SLOWER[0] - 4, SLOWER[1]]).sort(), [
      "VllmSloBurnFast",
      "VllmSloBurnSlow",
      "VllmTtftHigh",
    ]);
  });

  it("pages for the model whose only replica is lost, and not for the one that has others", () => {
    const pages = fired.filter(({ severity, from }) => severity === "page" && from >= NODE_LOST[0]);
    assert.deepEqual(
      pages.map(({ alert, model }) => [alert, model]),
      [["VllmNoReadyReplica", "code"]],
    );
    assert.ok(pages[0]!.from - NODE_LOST[0] <= 4, String(pages[0]!.from));
  });

  it("is over when its causes are", () => {
    const late = fired.filter(({ alert, from, to }) => {
      const cause = [BURST, SLOWER, [NODE_LOST[0], NODE_LOST[1] + 6] as const].find(([, ends]) => from < ends + 10)!;
      return alert !== "VllmSloBurnSteady" && to > cause[1] + AFTER_MINUTES;
    });
    assert.deepEqual(late, []);
    assert.ok(fired.every(({ alert, to }) => to <= MINUTES || alert === "VllmSloBurnSteady"));
  });

  it("gives each alert the severity of the table", () => {
    for (const { alert, severity } of fired)
      assert.equal(severity, ALERTS[alert as keyof typeof ALERTS].severity, alert);
  });

  it("is told by docs/alerts-day.md: npx tsx test/e2e/day/write.ts writes it", async () => {
    const options = await resolveConfig(DAY_FILE);
    assert.equal(readFileSync(DAY_FILE, "utf8"), await format(dayText(fired), { ...options, parser: "markdown" }));
  });
});
