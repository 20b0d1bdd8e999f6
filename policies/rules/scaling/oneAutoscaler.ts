import { each } from "../../read/unknown.js";
import { nameOf } from "../../pods/workloads.js";
import { stackRule } from "../../rule.js";
import { KedaScaler } from "../../scaling/keda.js";
import { unfitIn } from "../../scaling/load.js";
import type { Scaler } from "../../scaling/scaler.js";

export const oneAutoscaler = stackRule(
  {
    name: "one-autoscaler",
    description: "One autoscaler scales a vLLM runtime.",
    why: "Each of two sets the replicas that it finds right: they come and go by turns, and each time a model is loaded.",
    remediationSteps:
      "Put all metrics into one ScaledObject or HorizontalPodAutoscaler, which takes the highest, and remove the others.",
    equalForms:
      "HorizontalPodAutoscalers, ScaledObjects, HTTPScaledObjects, AIBrix' PodAutoscalers, and KServe's own beside one for the Deployment that KServe makes, " +
      "in any pair. A VerticalPodAutoscaler is a second one only beside one on the same resource. Paused ones do not count, nor does a " +
      "HorizontalPodAutoscaler whose name a ScaledObject takes over.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ scalers, targets }, report) => {
    const first = new Map<string, Scaler[]>();
    each(scalers, (scaler) => {
      if (scaler.isIdle || !targets.isOfRuntime(scaler)) return;
      each(scaler.targetKeys, (key) => {
        const others = first.get(key) ?? [];
        const rival = others.find((other) => isRival(other, scaler));
        first.set(key, [...others, scaler]);
        if (rival === undefined) return;
        report(scaler.urn, `${scaler.where} scales what ${rival.where} scales: keep one of them, with all metrics`);
      });
    });
  },
);

function isRival(one: Scaler, other: Scaler): boolean {
  if (one.where === other.where && one.namespace === other.namespace) return false;
  if (takesOver(one, other) || takesOver(other, one)) return false;
  if (one.scalesOut && other.scalesOut) return true;
  if (!one.scalesOut && !other.scalesOut) return true;
  const resources = [...one.measures].flatMap((measure) => unfitIn(measure) ?? []);
  return [...other.measures].some((measure) => resources.some((resource) => resource === unfitIn(measure)));
}

function takesOver(keda: Scaler, other: Scaler): boolean {
  return keda instanceof KedaScaler && keda.ownAutoscaler === nameOf(other.resource);
}
