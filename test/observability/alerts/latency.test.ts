import { MODEL_LEVEL } from "../../../components/vocabulary/metrics/labels.js";
import { releaseLabels } from "../../../components/observability/rules/contracts.js";
import { CONTRACT } from "../../../components/vocabulary/metrics/recorded.js";
import { VLLM } from "../../../components/vocabulary/metrics/vllm.js";
import { type InputSeries, needsPromtool } from "../../promtool.js";
import { always, deployment, engine, growing, itAlerts, R1, SCOPE, scraped, series, WELL } from "./world.js";

const OF_RELEASE = releaseLabels(R1, SCOPE);

const OBJECTIVE = series(
  CONTRACT.objective,
  { ...Object.fromEntries(MODEL_LEVEL.map((label) => [label, OF_RELEASE[label]!])), slo: "ttft", le: "1.0" },
  always(0.99),
);

/** Requests of each 30 s: those whose first token came within a second, and all. */
function firstTokens(inTime: number, all: number): InputSeries[] {
  const labels = { ...scraped("a"), engine: "0", model_name: "chat" };
  const bucket = (le: string, count: number): InputSeries =>
    series(`${VLLM.timeToFirstToken.name}_bucket`, { ...labels, le }, growing(count));
  return [...engine("a", {}), bucket("0.5", 0), bucket("1.0", inTime), bucket("2.5", all), bucket("+Inf", all)];
}

describe("alerts on latency", () => {
  needsPromtool();

  itAlerts("VllmTtftHigh", {
    // 98 of 100 in time, where 99 have to be.
    fires: { series: [...firstTokens(98, 100), OBJECTIVE], labels: [OF_RELEASE] },
    near: {
      "as many are in time as have to be": { series: [...firstTokens(99, 100), OBJECTIVE] },
      "all of a handful of requests are late": { series: [...firstTokens(0, 2), OBJECTIVE] },
      "it has lasted less than ten minutes": { series: [...firstTokens(0, 100), OBJECTIVE], at: 9 },
    },
    silent: {
      "the model states no objective": { series: firstTokens(0, 100) },
      "there are no requests": { series: [...firstTokens(0, 0), OBJECTIVE] },
    },
  });

  const busy = (tokens: string) =>
    engine("a", { running: always(4), promptTokens: always(900), generationTokens: tokens });

  itAlerts("VllmEngineHung", {
    fires: {
      // The other replica works.
      series: [
        ...WELL,
        ...busy(always(5000)),
        ...engine("b", { running: always(4), promptTokens: growing(10), generationTokens: growing(100) }),
      ],
      labels: [{ ...OF_RELEASE, pod: "a", engine: "0" }],
    },
    near: {
      "a token now and then": { series: [...WELL, ...busy(growing(1))] },
      "only prompts are read, as of an embedding model": {
        series: engine("a", { running: always(4), promptTokens: growing(10), generationTokens: always(0) }),
      },
      "it has lasted for less than three minutes": { series: busy(always(5000)), at: 3 },
    },
    silent: {
      "nothing runs": {
        series: engine("a", { running: always(0), promptTokens: always(9), generationTokens: always(9) }),
      },
      "the model is at zero": { series: deployment({ wanted: always(0), ready: always(0) }) },
    },
  });
});
