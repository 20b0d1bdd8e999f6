import { metricsIn, partsOf } from "../../read/promql.js";
import { each } from "../../read/unknown.js";
import { at, number, text } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { KedaScaler } from "../../scaling/keda.js";
import { isOfVllm } from "../../scaling/load.js";

export const wakesFromZero = stackRule(
  {
    name: "wakes-from-zero",
    description: "A vLLM runtime that is scaled to zero has a trigger that can wake it.",
    why: "Without a pod there are no metrics of vLLM, so that a runtime which is scaled by nothing else stays at zero while requests fail.",
    remediationSteps:
      "Add a trigger on what exists without a pod, such as the gateway's request rate or a schedule, or set minReplicaCount to 1.",
    equalForms:
      "KEDA's `minReplicaCount: 0`, which is also its default, and `idleReplicaCount: 0`. A trigger can wake the runtime unless it is on CPU or memory, or its " +
      "query names metrics of the engine alone. Metrics of routers that begin with `vllm:` too are told apart by name. Other autoscalers are not judged.",
    severity: "medium",
    enforcementLevel: "advisory",
  },
  ({ scalers, targets }, report) => {
    each(scalers, (scaler) => {
      if (!(scaler instanceof KedaScaler) || scaler.isIdle) return;
      const path = ["minReplicaCount", "idleReplicaCount"].find((key) => number(scaler.spec[key]) === 0);
      if (path === undefined && scaler.minReplicas > 0) return;
      if (scaler.triggers.length === 0 || scaler.triggers.some(canWake) || !targets.isOfRuntime(scaler)) return;
      const got = path === undefined ? "spec.minReplicaCount is not set, which means 0" : `spec.${path} is 0`;
      report(
        scaler.urn,
        `${scaler.where}: ${got}, and no trigger can wake the runtime: add one on the gateway's requests`,
      );
    });
  },
);

function canWake(trigger: unknown): boolean {
  const type = text(at(trigger, "type"));
  if (type === "cpu" || type === "memory") return false;
  if (type !== "prometheus") return true;
  const metrics = metricsIn(partsOf(text(at(trigger, "metadata", "query")) ?? ""));
  return !metrics.some((name) => isOfVllm({ text: name })) || metrics.some((name) => !isOfEngine(name));
}

/** `up` is beside what is scraped from the engine itself. */
function isOfEngine(name: string): boolean {
  return name === "up" || isOfVllm({ text: name });
}
