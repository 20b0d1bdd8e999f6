import { quote } from "../../../components/config/problems.js";
import { at } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";

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
    if (maxUnavailable === undefined || maxUnavailable === null) {
      report(`spec.strategy.rollingUpdate.maxUnavailable is not set, so 25%: set it to 0`);
    } else if (!isZero(maxUnavailable)) {
      report(`spec.strategy.rollingUpdate.maxUnavailable is ${quote(maxUnavailable)}: set it to 0`);
    }
    if (isZero(maxSurge)) {
      report(`spec.strategy.rollingUpdate.maxSurge is ${quote(maxSurge)}: allow at least 1 pod more`);
    }
  },
);

function isZero(value: unknown): boolean {
  return value === 0 || (typeof value === "string" && /^0+%?$/.test(value));
}
