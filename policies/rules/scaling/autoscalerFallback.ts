import { quote } from "../../../components/config/problems.js";
import { hidesMissing } from "../../read/promql.js";
import { each } from "../../read/unknown.js";
import { at, isSet, number, text } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { state } from "../../read/show.js";
import { KedaScaler } from "../../scaling/keda.js";

/** As Go's `strconv.ParseBool` reads it, with which KEDA does (pkg/scalers/scalersconfig/typed_config.go, 8b4f083). */
const FALSE = /^(0|f|F|false|FALSE|False)$/;
/** With these KEDA keeps at least what runs (`doFallback` in pkg/fallback/fallback.go, 8b4f083). */
const KEEPS_CURRENT: readonly unknown[] = ["currentReplicas", "currentReplicasIfHigher"];

export const autoscalerFallback = stackRule(
  {
    name: "autoscaler-fallback",
    description: "An autoscaled vLLM runtime keeps its replicas when Prometheus does not answer.",
    why: "KEDA reads an empty result as 0 by default: lost metrics look like no load, and the runtime is scaled to its minimum in the middle of the day.",
    remediationSteps: 'Set ignoreNullValues: "false" on each prometheus trigger, and spec.fallback.',
    equalForms:
      "`fallback.replicas` of 0 or below the minimum protect nothing, unless `behavior` keeps the current replicas. `… or vector(0)`, `… or on() vector(0)` " +
      "and any other constant after `or` hide lost metrics as null values do; they are accepted with `minReplicaCount: 0`, where no pod and no series is " +
      "a usual state. `ignoreNullValues` counts in each of KEDA's spellings of false. Triggers of other types and other autoscalers are not judged: " +
      "a HorizontalPodAutoscaler keeps its replicas by itself when a metric fails.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ scalers, targets }, report) => {
    each(scalers, (scaler) => {
      if (!(scaler instanceof KedaScaler)) return;
      const triggers = scaler.triggers.filter((trigger) => at(trigger, "type") === "prometheus");
      if (triggers.length === 0 || !targets.isOfRuntime(scaler)) return;
      const refuse = (message: string): void => report(scaler.urn, `${scaler.where}: ${message}`);
      const fault = fallbackFault(scaler);
      if (fault !== undefined) refuse(fault);
      each(triggers, (trigger) => {
        const ignored = at(trigger, "metadata", "ignoreNullValues");
        if (!FALSE.test(String(typeof ignored === "boolean" ? ignored : (text(ignored) ?? "")))) {
          refuse(`ignoreNullValues ${state(ignored)}: set "false", so that no data is an error`);
        }
        const query = text(at(trigger, "metadata", "query")) ?? "";
        if (scaler.minReplicas > 0 && hidesMissing(query)) {
          refuse(`query ${quote(query)} gives a number where metrics are missing: leave the last operand of "or" out`);
        }
      });
    });
  },
);

/** What makes the fallback none. */
function fallbackFault({ spec, minReplicas }: KedaScaler): string | undefined {
  const fallback = spec["fallback"];
  if (!isSet(fallback)) return "no spec.fallback: say how many replicas to keep when metrics fail";
  const replicas = number(at(fallback, "replicas")) ?? 0;
  if (replicas >= Math.max(1, minReplicas) || KEEPS_CURRENT.includes(at(fallback, "behavior"))) return undefined;
  const least = minReplicas > 1 ? `the minimum, ${minReplicas}` : "1";
  return `spec.fallback.replicas is ${replicas}: keep at least ${least}, or set behavior to currentReplicasIfHigher`;
}
