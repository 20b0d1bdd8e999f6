/** Answers that come late, or not at all. */
import { MODEL_LEVEL, RELEASE_LEVEL } from "../../vocabulary/metrics/labels.js";
import { CONTRACT, OBJECTIVES, RELEASE } from "../../vocabulary/metrics/recorded.js";
import { VLLM } from "../../vocabulary/metrics/vllm.js";
import { list, ofStack } from "../promql.js";
import type { Alert } from "./alert.js";
import { RELEASE_NAME } from "./series.js";

const WINDOW = "2m";
/** Each replica by itself, and each engine of one: others that work hide none that hangs. */
const ENGINE = list(["namespace", "pod", "engine"]);

export const LATENCY: readonly Alert[] = [
  {
    name: "VllmTtftHigh",
    summary: `${RELEASE_NAME}: the first token comes later than the objective`,
    description:
      "{{ $value | humanizePercentage }} of the requests of the last 5 minutes waited longer for their first token than " +
      `the objective of {{ $labels.vllm_model }} states (namespace {{ $labels.namespace }}, GPU {{ $labels.vllm_gpu }}).`,
    condition:
      "share of a release's requests of 5 minutes with a first token later than `slo.ttft.seconds` is above `1 - slo.ttft.target`: " +
      "with 0.99 the p99 is above the objective",
    expr: (scope, threshold) => {
      const buckets = (le?: string): string => ofStack(RELEASE.timeToFirstToken, scope, le === undefined ? {} : { le });
      const objective = ofStack(CONTRACT.objective, scope, { slo: OBJECTIVES.ttft });
      const level = list(MODEL_LEVEL);
      const all = buckets("+Inf");
      const late = `(${all} - ignoring (le) (${buckets()} and on (${level}, le) ${objective})) / ignoring (le) ${all}`;
      return (
        `(${late})\n> on (${level}) group_left () max by (${level}) (1 - ${objective})\n` +
        `and on (${list(RELEASE_LEVEL)}) ${all} > ${threshold}`
      );
    },
    dashboard: "model",
  },
  {
    name: "VllmEngineHung",
    summary: `${RELEASE_NAME}: an engine runs requests and makes no tokens`,
    description:
      "Pod {{ $labels.pod }} of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}) has " +
      "{{ $value }} requests in its engine {{ $labels.engine }}, and that engine has read and written no token for minutes.",
    condition: `an engine ran requests all of the last 2 minutes, and no token was read or written in them`,
    expr: (scope) => {
      const busy = `min_over_time(${ofStack(VLLM.running.name, scope)}[${WINDOW}]) > 0`;
      const tokens = [VLLM.promptTokens, VLLM.generationTokens].map(
        ({ name }) => `sum by (${ENGINE}) (rate(${ofStack(name, scope)}[${WINDOW}]))`,
      );
      return `max by (${list(RELEASE_LEVEL)}, pod, engine) (${busy})\nand on (${ENGINE}) ${tokens.join(" + ")} == 0`;
    },
    dashboard: "model",
  },
];
