import { each } from "../../read/unknown.js";
import { at, isSet } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { state } from "../../read/show.js";

export const autoscalerFallback = stackRule(
  {
    name: "autoscaler-fallback",
    description: "An autoscaled vLLM runtime keeps its replicas when Prometheus does not answer.",
    why: "KEDA reads an empty result as 0 by default: lost metrics look like no load, and the runtime is scaled to its minimum in the middle of the day.",
    remediationSteps: 'Set ignoreNullValues: "false" on each prometheus trigger, and spec.fallback.',
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ workloads, scalers }, report) => {
    each(scalers, (scaler) => {
      const triggers = scaler.triggers.filter((trigger) => at(trigger, "type") === "prometheus");
      if (triggers.length === 0 || !scaler.scalesRuntime(workloads)) return;
      if (!isSet(scaler.spec["fallback"])) {
        report(scaler.urn, `${scaler.where}: no spec.fallback: say how many replicas to keep when metrics fail`);
      }
      for (const trigger of triggers) {
        const got = at(trigger, "metadata", "ignoreNullValues");
        if (got === false || got === "false") continue;
        report(scaler.urn, `${scaler.where}: ignoreNullValues ${state(got)}: set "false", so that no data is an error`);
      }
    });
  },
);
