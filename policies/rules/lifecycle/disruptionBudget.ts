import { REPLICATED_KINDS } from "../../../components/vocabulary/workloads.js";
import { isKind } from "../../read/kinds.js";
import { each } from "../../read/unknown.js";
import { at, number } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";
import { selectorOf } from "../../read/selectors.js";
import { namespaceOf } from "../../pods/workloads.js";

/** With two or more replicas a budget can keep one of them running; a new one needs minutes to start. */
const DEFAULT_MIN_REPLICAS = 2;

export const disruptionBudget = stackRule(
  {
    name: "disruption-budget",
    description: "A vLLM runtime of several replicas has a PodDisruptionBudget.",
    why: "Node upgrades and consolidation may drain all its nodes at once; new replicas need minutes to load the model.",
    remediationSteps:
      "Add a policy/v1 PodDisruptionBudget with maxUnavailable: 1 whose selector matches the pods' labels.",
    severity: "medium",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        minReplicas: {
          type: "integer",
          minimum: 1,
          default: DEFAULT_MIN_REPLICAS,
          description: "From how many replicas on a runtime needs a budget.",
        },
      },
    },
  },
  ({ resources, workloads, scalers }, report, settings) => {
    const threshold = number(settings["minReplicas"]) ?? DEFAULT_MIN_REPLICAS;
    const budgets = resources
      .filter((resource) => isKind(resource, "policy", "PodDisruptionBudget"))
      .map((budget) => ({
        namespace: namespaceOf(budget),
        selects: selectorOf(() => at(budget.props, "spec", "selector")),
      }));
    each(workloads, (workload) => {
      if (!workload.isWhole || !REPLICATED_KINDS.includes(workload.kind) || !isRuntime(workload)) return;
      const { namespace, podLabels } = workload;
      if (budgets.some((budget) => budget.namespace === namespace && budget.selects(podLabels))) return;
      const minimums = scalers.filter((scaler) => scaler.targets(workload)).map((scaler) => scaler.minReplicas);
      const replicas = Math.max(workload.replicas, ...minimums);
      if (replicas < threshold) return;
      report(
        workload.urn,
        `${workload.kind} "${workload.name}" has ${replicas} replicas and no PodDisruptionBudget in namespace ` +
          `"${namespace}" selects its pods: add one with maxUnavailable: 1`,
      );
    });
  },
);
