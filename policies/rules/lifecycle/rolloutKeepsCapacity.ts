import { quote } from "../../../components/config/problems.js";
import { at, number } from "../../read/values.js";
import { workloadRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";
import type { Workload } from "../../pods/workloads.js";

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment */
const DEFAULT_SHARE = 0.25;

/**
 * Where kinds keep the two numbers of a rolling update. Argo's Rollouts have them, with the same defaults, for canaries without traffic
 * routing; blue and green keep all pods: https://argo-rollouts.readthedocs.io/en/stable/features/specification/
 */
const PLACES: ReadonlyMap<string, readonly string[]> = new Map([
  ["Deployment", ["strategy", "rollingUpdate"]],
  ["Rollout", ["strategy", "canary"]],
]);

export const rolloutKeepsCapacity = workloadRule(
  {
    name: "rollout-keeps-capacity",
    description: "A rollout of a vLLM Deployment starts new pods before it stops old ones.",
    why: "A new pod needs minutes to load its model: capacity that is removed first is missing until then, and for good if the new release is broken.",
    remediationSteps:
      "Set strategy.rollingUpdate to maxUnavailable: 0 and maxSurge: 1, and leave room for one more pod.",
    equalForms:
      "Deployments, patches of them and canaries of Argo's Rollouts are judged. Shares are counted as Kubernetes does: of maxUnavailable rounded down, so that `25%`, the default, is 0 up to three replicas; of maxSurge up. StatefulSets, LeaderWorkerSets and DaemonSets replace pods in their places, without a surge, and are not judged; neither are replicas that an autoscaler adds.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    const place = PLACES.get(workload.kind);
    if (place === undefined || !isRuntime(workload)) return;
    const { spec } = workload;
    const path = ["spec", ...place].join(".");
    if (at(spec, "strategy", "type") === "Recreate") {
      return report(`spec.strategy.type "Recreate" stops every pod first: use RollingUpdate with maxUnavailable 0`);
    }
    // Blue and green, and the rest of a patch.
    const isStrategyGiven = at(spec, ...place) !== undefined || workload.kind === "Deployment";
    if (!isStrategyGiven) return;
    const maxUnavailable = at(spec, ...place, "maxUnavailable");
    const maxSurge = at(spec, ...place, "maxSurge");
    const isUnset = maxUnavailable === undefined || maxUnavailable === null;
    // Kubernetes rounds the share down: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable
    if (isUnset && workload.isWhole && Math.floor(workload.replicas * DEFAULT_SHARE) > 0) {
      report(`${path}.maxUnavailable is not set, so 25%: set it to 0`);
    } else if (!isUnset && !isZero(maxUnavailable, replicasOf(workload))) {
      report(`${path}.maxUnavailable is ${quote(maxUnavailable)}: set it to 0`);
    }
    // That of the surge is rounded up, so that any but 0 is a pod.
    if (isZero(maxSurge)) {
      report(`${path}.maxSurge is ${quote(maxSurge)}: allow at least 1 pod more`);
    }
  },
);

/** A patch without the number leaves it to others: a share may be any number of pods. */
function replicasOf(workload: Workload): number {
  return workload.isWhole || workload.spec["replicas"] !== undefined ? workload.replicas : 100;
}

/** @param replicas of which a share is rounded down */
function isZero(value: unknown, replicas = 100): boolean {
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? number(value) === 0 : Math.floor((Number(percent) * replicas) / 100) === 0;
}
