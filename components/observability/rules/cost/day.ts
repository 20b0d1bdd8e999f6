/** Sums of the last 24 hours. */
import { METRIC_LABELS, MODEL_LEVEL } from "../../../vocabulary/metrics/labels.js";
import { COST } from "../../../vocabulary/metrics/recorded.js";
import { list, type RecordingRule, type Scope, selector } from "../../promql.js";
import { million } from "./tokens.js";

const LEVEL = list(MODEL_LEVEL);

/** Evaluations of the cost rules in an hour: each sample stands for its minute. What was not evaluated is not counted. */
const SAMPLES_AN_HOUR = 60;

/** The rules, in the order in which they are evaluated: each reads those before it. */
export function dayRules({ namespace, stack }: Scope, outputTokenWeight: number): RecordingRule[] {
  const scope = { namespace, [METRIC_LABELS.stack]: stack };
  const day = (series: string, ...labels: string[]): string =>
    `sum by (${list([...MODEL_LEVEL, ...labels])}) (sum_over_time(${series}${selector(scope)}[1d])) / ${SAMPLES_AN_HOUR}`;
  return [
    { record: COST.day, expr: day(COST.hourly) },
    { record: COST.stackDay, expr: `sum by (namespace, ${METRIC_LABELS.stack}) (${COST.day}${selector(scope)})` },
    { record: COST.gpuHoursDay, expr: day(COST.gpus) },
    { record: COST.idleDay, expr: day(COST.idle) },
    { record: COST.tokensDay, expr: day(COST.tokens, "phase") },
    {
      record: COST.perMillionTokensDay,
      expr: million(`sum by (${LEVEL}) (${COST.day}${selector(scope)})`, {
        level: LEVEL,
        weight: outputTokenWeight,
        tokens: (phase) => `${COST.tokensDay}${selector({ ...scope, phase })}`,
      }),
    },
  ];
}
