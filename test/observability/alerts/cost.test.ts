import { releaseLabels } from "../../../components/observability/rules/contracts.js";
import { DCGM } from "../../../components/vocabulary/metrics/kubernetes.js";
import { MODEL_LEVEL } from "../../../components/vocabulary/metrics/labels.js";
import { COST } from "../../../components/vocabulary/metrics/recorded.js";
import { type InputSeries, needsPromtool } from "../../promtool.js";
import { always, deployment, itAlerts, ofRelease, pod, R1, SCOPE, series, twoDays, WELL } from "./world.js";

const { namespace, stack } = SCOPE;
const AT_ZERO = deployment({ wanted: always(0), ready: always(0) });
const OF_STACK = { namespace, vllm_stack: stack };
const OF_RELEASE = releaseLabels(R1, SCOPE);
const OF_MODEL = Object.fromEntries(MODEL_LEVEL.map((label) => [label, OF_RELEASE[label]!]));
const BUDGET = { ...OF_STACK, vllm_model: "chat" };

describe("alerts on cost", () => {
  needsPromtool();

  const busy = (percent: number): InputSeries[] => [
    ...WELL,
    ...pod("a"),
    series(DCGM.utilization.name, { namespace, pod: "a", container: "vllm", gpu: "0", UUID: "GPU-1" }, always(percent)),
  ];

  itAlerts("VllmGpuIdle", {
    fires: { ...twoDays(busy(1)), labels: [ofRelease()] },
    near: {
      "a twentieth of the time": twoDays(busy(5)),
      "it is there for less than a day": { ...twoDays(busy(0)), at: 1400 },
    },
    silent: { "the model is at zero": twoDays(AT_ZERO) },
  });

  const spent = (usd: number) => [series(COST.day, OF_MODEL, always(usd)), series(COST.budget, BUDGET, always(100))];

  itAlerts("VllmBudgetSpent", {
    fires: { series: spent(101), labels: [OF_MODEL] },
    near: { "as much as there is": { series: spent(100) } },
    silent: {
      "there is no budget": { series: spent(1e6).slice(0, 1) },
      "nothing is spent": { series: spent(0) },
    },
  });

  describe("of the stack", () => {
    const ofStack = (usd: number) => [
      series(COST.stackDay, OF_STACK, always(usd)),
      series(COST.budget, OF_STACK, always(400)),
      ...spent(99),
    ];
    itAlerts("VllmBudgetSpent", {
      fires: { series: ofStack(401), labels: [OF_STACK] },
      near: { "as much as there is": { series: ofStack(400) } },
      silent: {},
    });
  });

  const budget = series(COST.budget, BUDGET, always(100));
  const { vllm_class: _, ...named } = OF_MODEL;

  itAlerts("VllmCostMissing", {
    fires: { series: [...WELL, budget], at: 90, labels: [named] },
    near: {
      "it is known": { series: [...WELL, ...spent(1)], at: 90 },
      "it has not been ready": { series: [...deployment({ wanted: always(1), ready: always(0) }), budget], at: 90 },
    },
    silent: { "the model is at zero": { series: [...AT_ZERO, budget], at: 90 } },
  });
});
