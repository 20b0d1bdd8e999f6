/**
 * The dashboards on a real Prometheus: it holds an hour of a simulated stack, on which the stack's own rules were evaluated, and gets
 * every query as Grafana would send it.
 */
import assert from "node:assert/strict";
import { dashboardsOf } from "../../components/observability/dashboards/dashboards.js";
import { BOARDS, type BoardName } from "../../components/observability/dashboards/names.js";
import { type DashboardJson, legendOf, show, type ShownDashboard } from "../../tools/dashboards/panels.js";
import { OwnPrometheus, type Range } from "../../tools/dashboards/prometheus.js";
import { STACK } from "../../tools/dashboards/world/stack.js";
import { rolloutTime, tell } from "../../tools/dashboards/world/story.js";
import { binaries } from "./world.js";

const MINUTE = 60;

describe("dashboards on a real Prometheus", function () {
  this.timeout(120_000);
  const end = Math.floor(Date.now() / 1000 / MINUTE) * MINUTE;
  const range: Range = { start: end - 60 * MINUTE, end, step: 30 };
  const shown = new Map<BoardName, ShownDashboard>();
  let prometheus: OwnPrometheus;

  before(async () => {
    prometheus = await OwnPrometheus.start(binaries().prometheus);
    await tell(prometheus, range);
    for (const { name, json } of dashboardsOf({ stack: STACK })) {
      // Rates need a few minutes first.
      const looked = { ...range, start: range.start + 10 * MINUTE };
      shown.set(name, await show(prometheus, JSON.parse(json) as DashboardJson, looked));
    }
  });
  after(async () => {
    await prometheus.stop();
  });

  for (const board of Object.keys(BOARDS) as BoardName[]) {
    it(`answers every query of ${board}`, () => {
      const silent = shown
        .get(board)!
        .panels.flatMap(({ title, shown: queries }) =>
          queries
            .filter(({ answers }) => !answers.some(({ samples }) => samples.some(([, value]) => !Number.isNaN(value))))
            .map(({ target, expr }) => `${title}, ${target.refId}: ${expr}`),
        );
      assert.deepEqual(silent, []);
    });

    it(`gives no two lines of a panel of ${board} the same name`, () => {
      for (const { title, panel, shown: queries } of shown.get(board)!.panels) {
        if (panel.type === "table") continue;
        const names = queries.flatMap(({ target, answers }) =>
          answers.map(({ metric }) => legendOf(target.legendFormat ?? "", metric)),
        );
        assert.deepEqual(names, [...new Set(names)], title);
      }
    });
  }

  it("opens the model with the release that its route names, beside the other one", () => {
    const { values } = shown.get("model")!;
    assert.deepEqual(values, { stack: STACK, namespace: "models", model: "chat", release: "r2", other: "r1" });
  });

  it("draws the one rollout there was, where the route moved", () => {
    const { rollouts } = shown.get("model")!;
    assert.deepEqual(rollouts, [
      { name: "Routes", colour: "purple", title: "Route names r2", time: rolloutTime(range) },
    ]);
  });

  it("draws objectives and the contract's numbers", () => {
    const lineOf = (title: string, legend: string): number | undefined => {
      const { shown: queries } = shown.get("model")!.panels.find((panel) => panel.title === title)!;
      const query = queries.find(({ target }) => target.legendFormat === legend)!;
      return query.answers[0]!.samples.at(-1)![1];
    };
    assert.deepEqual(
      [
        lineOf("Time to the first token", "objective"),
        lineOf("Time between tokens", "objective"),
        // Three ready replicas, each of which takes so many.
        lineOf("r1: requests in flight", "most"),
        lineOf("r2: requests in flight", "most"),
        lineOf("r2: KV cache", "aimed at"),
        lineOf("Length of prompts and answers, p95", "context"),
      ],
      [1, 0.1, 3 * 96, 3 * 72, 0.85, 32_768],
    );
  });
});
