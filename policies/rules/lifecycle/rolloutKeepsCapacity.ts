import { quote } from "../../../components/config/problems.js";
import { at, number } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment */
const DEFAULT_SHARE = 0.25;

export const rolloutKeepsCapacity = wholePodRule(
  {
    name: "rollout-keeps-capacity",
    description: "A rollout of a vLLM Deployment starts new pods before it stops old ones.",
    why: "A new pod needs minutes to load its model: capacity that is removed first is missing until then, and for good if the new release is broken.",
    remediationSteps:
      "Set strategy.rollingUpdate to maxUnavailable: 0 and maxSurge: 1, and leave room for one more pod.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    if (workload.kind !== "Deployment" || !isRuntime(workload)) return;
    const strategy = workload.spec["strategy"];
    if (at(strategy, "type") === "Recreate") {
      return report(`spec.strategy.type "Recreate" stops every pod first: use RollingUpdate with maxUnavailable 0`);
    }
    const maxUnavailable = at(strategy, "rollingUpdate", "maxUnavailable");
    const maxSurge = at(strategy, "rollingUpdate", "maxSurge");
    const isUnset = maxUnavailable === undefined || maxUnavailable === null;
    // Kubernetes rounds the share down: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable
    if (isUnset && Math.floor(workload.replicas * DEFAULT_SHARE) > 0) {
      report(`spec.strategy.rollingUpdate.maxUnavailable is not set, so 25%: set it to 0`);
    } else if (!isUnset && !isZero(maxUnavailable, workload.replicas)) {
      report(`spec.strategy.rollingUpdate.maxUnavailable is ${quote(maxUnavailable)}: set it to 0`);
    }
    // That of the surge is rounded up, so that any but 0 is a pod.
    if (isZero(maxSurge)) {
      report(`spec.strategy.rollingUpdate.maxSurge is ${quote(maxSurge)}: allow at least 1 pod more`);
    }
  },
);

/** @param replicas of which a share is rounded down */
function isZero(value: unknown, replicas = 100): boolean {
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? number(value) === 0 : Math.floor((Number(percent) * replicas) / 100) === 0;
}
