import assert from "node:assert/strict";
import fc from "fast-check";
import { dashboardsOf } from "../../../components/observability/dashboards/dashboards.js";
import { BOARDS, type BoardName, dashboardUid } from "../../../components/observability/dashboards/names.js";
import { GATEWAY_LABELS } from "../../../components/vocabulary/gateway.js";
import { LABELS } from "../../../components/vocabulary/labels.js";
import { COLD_START } from "../../../components/vocabulary/metrics/coldStart.js";
import { GATEWAY_RATES } from "../../../components/vocabulary/metrics/gateway.js";
import { DCGM, KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, shownLabel } from "../../../components/vocabulary/metrics/labels.js";
import { CONTRACT, COST, RELEASE, SLO } from "../../../components/vocabulary/metrics/recorded.js";
import { VLLM } from "../../../components/vocabulary/metrics/vllm.js";
import type { DashboardJson, PanelJson } from "../../../tools/dashboards/panels.js";
import { labelsIn, seriesIn } from "./promqlNames.js";

const LINKS = { stack: "prod", runbooks: "https://example.com/runbooks" };
const COLUMNS = 24;
const NAMES = Object.keys(BOARDS) as BoardName[];

const FILES = dashboardsOf(LINKS);
const parsed = (name: BoardName): DashboardJson =>
  JSON.parse(FILES.find((file) => file.name === name)!.json) as DashboardJson;
const ALL = NAMES.map((name) => [name, parsed(name)] as const);
const isShown = ({ type }: PanelJson): boolean => type !== "row" && type !== "text";
const queriesOf = ({ panels, annotations }: DashboardJson): string[] => [
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...annotations.list.map(({ expr }) => expr),
];

const HISTOGRAM_PARTS = ["_bucket", "_sum", "_count"];
const KNOWN_SERIES = new Set<string>([
  ...Object.values(GATEWAY_RATES),
  "ALERTS",
  COLD_START,
  ...[...Object.values(KUBE), ...Object.values(DCGM)].map(({ name }) => name),
  ...Object.values(VLLM).flatMap(({ name, kind }) =>
    kind === "histogram" ? HISTOGRAM_PARTS.map((part) => name + part) : [name],
  ),
  ...[CONTRACT, RELEASE, COST].flatMap((table) => Object.values(table)),
  SLO.requests,
  SLO.good,
  SLO.budgetLeft,
  ...(["5m", "30m", "1h", "6h", "3d", "30d"] as const).map(SLO.errors),
]);
const KNOWN_LABELS = new Set<string>([
  ...Object.values(GATEWAY_LABELS),
  "limit",
  ...Object.values(METRIC_LABELS),
  ...Object.values({ ...KUBE, ...DCGM }).flatMap(({ labels }) => labels),
  ...Object.values(VLLM).flatMap(({ labels }) => labels),
  ...Object.values(LABELS).map(shownLabel),
  ..."le quantile slo target part phase image contract_hash deployment component alertname alertstate severity".split(
    " ",
  ),
]);

describe("dashboards", () => {
  it("are the six, in order", () => {
    assert.deepEqual(
      FILES.map(({ name, uid }) => [name, uid]),
      [
        ["fleet", "vllm-fleet-prod"],
        ["model", "vllm-model-prod"],
        ["gpu", "vllm-gpu-prod"],
        ["batch", "vllm-batch-prod"],
        ["cost", "vllm-cost-prod"],
        ["tenants", "vllm-tenants-prod"],
      ],
    );
  });

  it("are the same each time they are made", () => {
    assert.deepEqual(dashboardsOf(LINKS), FILES);
  });

  for (const [name, dashboard] of ALL) {
    describe(name, () => {
      it("opens on the last hours in UTC, refreshes, and cannot be changed in the browser", () => {
        assert.deepEqual(
          ["timezone", "refresh", "editable", "schemaVersion", "time"].map(
            (key) => (dashboard as unknown as Record<string, unknown>)[key],
          ),
          ["utc", "30s", false, 42, { from: "now-3h", to: "now" }],
        );
      });

      it("gives each panel an id of its own", () => {
        const ids = dashboard.panels.map(({ id }) => id);
        assert.deepEqual(
          ids,
          ids.map((_, index) => index + 1),
        );
      });

      it("lets no panel cover another, or reach over the edge", () => {
        const taken = new Map<string, string>();
        for (const { title, gridPos } of dashboard.panels) {
          assert.ok(gridPos.x >= 0 && gridPos.x + gridPos.w <= COLUMNS, title);
          for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
            for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
              assert.equal(taken.get(`${x},${y}`), undefined, `${title} at ${x},${y}`);
              taken.set(`${x},${y}`, title);
            }
          }
        }
      });

      it("says of each panel what it shows and what to do, in which unit", () => {
        for (const { title, description = "", fieldConfig } of dashboard.panels.filter(isShown)) {
          assert.ok(description.length >= 30 && description.endsWith("."), `${title}: ${description}`);
          assert.equal(typeof fieldConfig?.defaults.unit, "string", title);
        }
      });

      it("asks for series and labels of the vocabulary alone", () => {
        for (const query of queriesOf(dashboard)) {
          assert.deepEqual(
            seriesIn(query).filter((series) => !KNOWN_SERIES.has(series)),
            [],
            query,
          );
          assert.deepEqual(
            labelsIn(query).filter((label) => !KNOWN_LABELS.has(label)),
            [],
            query,
          );
        }
      });

      it("uses no variable that it does not have", () => {
        const own = ["__rate_interval", ...dashboard.templating.list.map((variable) => variable.name)];
        for (const query of queriesOf(dashboard)) {
          const used = [...query.matchAll(/\$\{?(\w+)/g)].map(([, variable]) => variable!);
          assert.deepEqual(
            // "$1" is of label_replace.
            used.filter((variable) => !own.includes(variable)),
            [],
            query,
          );
        }
      });

      it("asks the stack's own series in every query of a recorded one", () => {
        const recorded = /(?:release|model|stack):vllm_[\w:]+|vllm_(?:contract|route|slo|pod|budget)\w+/g;
        for (const query of queriesOf(dashboard)) {
          for (const match of query.matchAll(recorded)) {
            // A label of the same beginning stands within braces.
            const rest = query.slice(match.index + match[0].length);
            if (!rest.startsWith("{")) continue;
            assert.ok(rest.startsWith(`{${METRIC_LABELS.stack}="$stack"`), `${match[0]} in ${query}`);
          }
        }
      });

      it("is small", () => {
        assert.ok(Buffer.byteLength(JSON.stringify(dashboard)) < 100_000);
      });

      it("leads to every other dashboard of its stack, and to the runbooks", () => {
        const { links } = dashboard as unknown as { links: { url: string }[] };
        assert.deepEqual(
          links.map(({ url }) => url),
          [...NAMES.filter((other) => other !== name).map((other) => `/d/vllm-${other}-prod`), LINKS.runbooks],
        );
      });
    });
  }

  it("open with the stack that made them", () => {
    for (const [, { templating }] of ALL) {
      const stack = templating.list.find(({ name }) => name === "stack");
      assert.deepEqual(stack?.current?.value, "prod");
    }
  });

  it("draw rollouts over every dashboard that has graphs", () => {
    for (const [name, { annotations }] of ALL) {
      assert.deepEqual(
        annotations.list.map((annotation) => annotation.name),
        ["Routes", "Contracts"],
        name,
      );
    }
  });

  it("says that there are no tenants without a gateway", () => {
    const panel = parsed("tenants").panels.find(({ title }) => title === "Where there is no gateway");
    assert.match(String(panel!.options?.["content"]), /Empty in a stack without `vllm:gateway`/);
  });
});

describe("a dashboard's uid", () => {
  it("is one that Grafana takes, and another for each stack", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zA-Z0-9._-]{1,63}$/),
        fc.stringMatching(/^[a-zA-Z0-9._-]{1,63}$/),
        fc.constantFrom(...NAMES),
        (one, two, board) => {
          assert.match(dashboardUid(board, one), /^[a-z0-9-]{0,39}[a-z0-9]$/);
          assert.equal(dashboardUid(board, one) === dashboardUid(board, two), one === two);
        },
      ),
    );
  });
});
