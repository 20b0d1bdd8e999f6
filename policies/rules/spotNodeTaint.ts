import { SPOT_TAINT } from "../../components/vocabulary/nodes.js";
import { nodeGroupOf, type NodeTaint } from "../nodeGroups.js";
import { resourceRule } from "../rule.js";

export const spotNodeTaint = resourceRule(
  {
    name: "spot-node-taint",
    description: "A spot node group keeps pods off that did not choose spot.",
    why: "Spot nodes are taken away with two minutes' notice: without a taint, pods that were not meant for them land there and are cut off.",
    remediationSteps: "Add the taint node-lifecycle=spot with effect NO_SCHEDULE.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const group = nodeGroupOf(resource);
    if (group?.capacityType !== "SPOT" || group.taints.some(saysSpot)) return;
    const { key, value } = SPOT_TAINT;
    report(
      `capacityType is "SPOT" and no taint says so: add {key: "${key}", value: "${value}", effect: "NO_SCHEDULE"}`,
    );
  },
);

/** By our taint, or by another whose value is spot or whose key speaks of it, such as `spot=true`. */
function saysSpot({ key = "", value = "", effect }: NodeTaint): boolean {
  if (effect !== "NO_SCHEDULE") return false;
  return value.toLowerCase() === SPOT_TAINT.value || key.toLowerCase().includes("spot");
}
