import { each } from "../../read/unknown.js";
import { at, list, text } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import type { Scaler } from "../../scaling/scalers.js";

const WRONG = new Set(["cpu", "memory"]);

export const noCpuAutoscaling = stackRule(
  {
    name: "no-cpu-autoscaling",
    description: "A vLLM runtime is not scaled on CPU or memory.",
    why: "vLLM takes its memory at start and waits on the GPU with a busy CPU: neither follows the load, so replicas come and go without reason.",
    remediationSteps: "Scale on requests in flight, waiting requests or KV-cache use, with a KEDA prometheus trigger.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ workloads, scalers }, report) => {
    each(scalers, (scaler) => {
      if (!scaler.scalesRuntime(workloads)) return;
      for (const metric of metricsOf(scaler)) {
        if (!WRONG.has(metric)) continue;
        report(scaler.urn, `${scaler.where} scales a runtime on ${metric}: scale on vLLM's requests in flight instead`);
      }
    });
  },
);

/** KEDA's trigger types, or the resources that a HorizontalPodAutoscaler watches. */
function metricsOf(scaler: Scaler): string[] {
  if (scaler.isKeda) return scaler.triggers.flatMap((trigger) => text(at(trigger, "type")) ?? []);
  const metrics = list(scaler.spec["metrics"]);
  // Without metrics, a HorizontalPodAutoscaler takes 80% of CPU; autoscaling/v1 knows nothing else.
  if (metrics.length === 0) return ["cpu"];
  return metrics.flatMap(
    (metric) => text(at(metric, "resource", "name")) ?? text(at(metric, "containerResource", "name")) ?? [],
  );
}
