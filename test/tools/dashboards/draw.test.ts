/** Pictures of whole dashboards, drawn of answers that a Prometheus might give. The real one's are those of docs/dashboards. */
import assert from "node:assert/strict";
import { dashboardsOf } from "../../../components/observability/dashboards/dashboards.js";
import { type DashboardJson, show, type ShownDashboard } from "../../../tools/dashboards/panels.js";
import type { Answer, OwnPrometheus, Range } from "../../../tools/dashboards/prometheus.js";
import { drawDashboard } from "../../../tools/dashboards/svg/dashboard.js";

const RANGE: Range = { start: 1_000_000, end: 1_003_600, step: 60 };
/** What somebody may have called a model. */
const HOSTILE = '<script>alert("x")</script>';

const LABELS = {
  ...{ namespace: "vllm", vllm_stack: "prod", vllm_model: HOSTILE, vllm_release: "r1", vllm_class: "interactive" },
  ...{ vllm_gpu: "l4", vllm_revision: "b968826d", alertname: "VllmRefusals", alertstate: "firing", le: "1.0" },
  ...{ pod: "chat-r1-1", node: "n1", image: "vllm:v1", target: "gpus", slo: "ttft", status: "5xx", severity: "page" },
};

const rising = (at: number): [number, number] => [at, (at - RANGE.start) / 600];

/** Answers every query with one series. */
function answering(labels: Record<string, string>): OwnPrometheus {
  const times = Array.from({ length: 61 }, (_, index) => RANGE.start + index * RANGE.step);
  const range: Answer[] = [{ metric: labels, samples: times.map(rising) }];
  const instant: Answer[] = [{ metric: labels, samples: [rising(RANGE.end)] }];
  const values = Object.values(labels).slice(0, 3);
  return {
    range: () => Promise.resolve(range),
    instant: () => Promise.resolve(instant),
    labelValues: () => Promise.resolve(values),
  } as unknown as OwnPrometheus;
}

const shownOf = (json: string, prometheus: OwnPrometheus): Promise<ShownDashboard> =>
  show(prometheus, JSON.parse(json) as DashboardJson, RANGE);

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

describe("a picture of a dashboard", () => {
  for (const { name, json } of dashboardsOf({ stack: "prod" })) {
    it(`has every panel of ${name}, and shows what labels say as text alone`, async () => {
      const shown = await shownOf(json, answering(LABELS));
      const svg = drawDashboard(shown, RANGE);
      assert.equal(count(svg, /<svg /g), 1);
      assert.equal(count(svg, /<g /g) >= shown.panels.length, true);
      assert.equal(count(svg, /<g[ >]/g), count(svg, /<\/g>/g));
      assert.doesNotMatch(svg, /<script|NaN|undefined/);
      assert.ok(svg.includes(shown.dashboard.title));
      const graphs = shown.panels.filter(({ panel }) => panel.type === "timeseries").length;
      assert.ok(count(svg, /<(path|polyline) /g) >= graphs, `${graphs} graphs`);
    });
  }

  it("needs a stack that Prometheus knows", async () => {
    const empty = { ...answering(LABELS), labelValues: () => Promise.resolve([]) } as unknown as OwnPrometheus;
    const [first] = dashboardsOf({ stack: "prod" });
    await assert.rejects(shownOf(first!.json, empty), /the variable stack has no values/);
  });
});
