import { nodePoolOf } from "../../nodes/karpenter.js";
import { at, isStated, isTrue, list, strings } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { state } from "../../read/show.js";

const UNDERUTILIZED = "Underutilized";
/** On a pool's template it is on all of its nodes: https://karpenter.sh/preview/concepts/disruption/#node-level-controls, read 2026-11-26. */
const DO_NOT_DISRUPT = "karpenter.sh/do-not-disrupt";

export const karpenterDisruption = resourceRule(
  {
    name: "karpenter-disruption",
    description: "Karpenter removes GPU nodes only when they are empty.",
    why: "To save cost Karpenter also drains nodes in use: their replicas are gone, and new ones need minutes to load the model.",
    remediationSteps:
      'Set spec.disruption.consolidationPolicy to "WhenEmpty", or add a budget of nodes "0" for the reason Underutilized.',
    equalForms:
      "`WhenEmpty`, `consolidateAfter` Never, a budget of no nodes without a schedule, and the annotation `karpenter.sh/do-not-disrupt` on the nodes are good; pools of a fixed size are left alone. Judged is NodePool of any version, for which nothing stated means that nodes in use are removed.",
    severity: "medium",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const pool = nodePoolOf(resource);
    if (!pool?.hasGpus || pool.isStatic) return;
    const disruption = pool.spec["disruption"];
    const policy = at(disruption, "consolidationPolicy");
    if (pool.isPart && policy === undefined) return;
    if (policy === "WhenEmpty" || at(disruption, "consolidateAfter") === "Never") return;
    if (list(at(disruption, "budgets")).some(keepsUsedNodes)) return;
    if (isTrue(at(pool.spec, "template", "metadata", "annotations", DO_NOT_DISRUPT))) return;
    report(
      `spec.disruption.consolidationPolicy ${state(policy)}, so Karpenter also removes nodes in use: ` +
        `set "WhenEmpty", or a budget {nodes: "0", reasons: ["${UNDERUTILIZED}"]}`,
    );
  },
);

/** Karpenter takes the smallest budget. One with a schedule holds for a time only; one without reasons is for all. */
function keepsUsedNodes(budget: unknown): boolean {
  const nodes = at(budget, "nodes");
  if ((nodes !== "0" && nodes !== "0%") || isStated(budget, "schedule")) return false;
  return !isStated(budget, "reasons") || strings(at(budget, "reasons")).includes(UNDERUTILIZED);
}
