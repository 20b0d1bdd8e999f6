/** Dollars, GPUs and tokens of each release. */
import { COMPONENTS } from "../../../vocabulary/labels.js";
import { DCGM } from "../../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, RELEASE_LEVEL } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT, COST, PHASES, RELEASE, TARGETS } from "../../../vocabulary/metrics/recorded.js";
import { VLLM } from "../../../vocabulary/metrics/vllm.js";
import { list, type RecordingRule, type Scope, selector } from "../../promql.js";
import { OF_RELEASE } from "./pods.js";
import { selecting } from "./select.js";
import { million } from "./tokens.js";

const LEVEL = list(RELEASE_LEVEL);
const BY_COMPONENT = list([...RELEASE_LEVEL, "component"]);
const OF_POD = list(["namespace", "pod"]);

/** Longer than a usual scrape interval of a minute, so that a busy pod has a sample in it. */
const BUSY = "2m";

/** The rules, in the order in which they are evaluated: each reads those before it. */
export function releaseRules({ namespace, stack }: Scope, outputTokenWeight: number): RecordingRule[] {
  const scope = { namespace, [METRIC_LABELS.stack]: stack };
  const own = selector(scope);
  return [
    { record: COST.hourly, expr: hourly(scope) },
    { record: COST.gpus, expr: `sum by (${BY_COMPONENT}) (${COST.podGpus}${own})` },
    {
      record: COST.unpriced,
      expr: `sum by (${BY_COMPONENT}) (${COST.podGpus}${own} unless on (${OF_POD}) ${COST.pod}${own})`,
    },
    { record: COST.idle, expr: idle(namespace, scope) },
    { record: COST.tokens, expr: tokens(scope) },
    {
      record: COST.perMillionTokens,
      expr: million(`sum by (${LEVEL}) (${COST.hourly}${own})`, {
        level: LEVEL,
        weight: outputTokenWeight,
        tokens: (phase) => `${COST.tokens}${selector({ ...scope, phase })}`,
      }),
    },
  ];
}

/** Of the pods; where nothing tells of pods, of those that are scraped, by the config's cheapest machine. */
function hourly(scope: Record<string, string>): string {
  const replica = `max by (${OF_RELEASE}) (${CONTRACT.target}${selector({ ...scope, target: TARGETS.hourlyUsd })})`;
  const scraped = `sum by (${LEVEL}) (${RELEASE.scraped}${selector(scope)}) * on (${OF_RELEASE}) group_left () ${replica}`;
  return `sum by (${BY_COMPONENT}) (${COST.pod}${selector(scope)})
or on (${OF_RELEASE})
label_replace(${scraped}, "component", "${COMPONENTS.runtime}", "", "")`;
}

/**
 * Of pods that hold GPUs and compute nothing: a runtime without a running request, also one that loads; a spare; of others, such as
 * batches, which have no metrics, what DCGM says. Where it says nothing, they are left out.
 */
function idle(namespace: string, scope: Record<string, string>): string {
  const pods = (compare: "=~" | "!~"): string =>
    COST.pod + selecting(scope, `component${compare}"${COMPONENTS.runtime}|${COMPONENTS.spare}"`);
  const most = (series: string): string => `max by (${OF_POD}) (max_over_time(${series}[${BUSY}]))`;
  const running = most(`${VLLM.running.name}${selector(scope)}`);
  const used = most(`${DCGM.utilization.name}${selector({ namespace })}`);
  return `sum by (${BY_COMPONENT}) (
  (${pods("=~")} unless on (${OF_POD}) (${running} > 0))
  or (${pods("!~")} and on (${OF_POD}) (${used} == 0))
)
or 0 * sum by (${BY_COMPONENT}) (
  ${pods("=~")}
  or (${pods("!~")} and on (${OF_POD}) ${used})
)`;
}

function tokens(scope: Record<string, string>): string {
  const hour = (series: string, phase: string): string =>
    `label_replace(3600 * sum by (${LEVEL}) (${series}${selector(scope)}), "phase", "${phase}", "", "")`;
  return `${hour(RELEASE.promptTokens, PHASES.input)}
or ${hour(RELEASE.generationTokens, PHASES.output)}`;
}
