import { REPLICATED_KINDS } from "../../../components/vocabulary/workloads.js";
import { quote } from "../../../components/config/problems.js";
import { isKind } from "../../read/kinds.js";
import { each } from "../../read/unknown.js";
import { at, fields, type Fields, number } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";
import { labelSelector } from "../../read/selectors.js";
import { SelectorIndex } from "../../read/selectorIndex.js";
import { shownNameOf, type Workload } from "../../pods/workloads.js";
import { namespaceOf, namespaceText } from "../../read/namespaces.js";

/** With two or more replicas a budget can keep one of them running; a new one needs minutes to start. */
const DEFAULT_MIN_REPLICAS = 2;

export const disruptionBudget = stackRule(
  {
    name: "disruption-budget",
    description: "A vLLM runtime of several replicas has a PodDisruptionBudget.",
    why: "Node upgrades and consolidation may drain all its nodes at once; new replicas need minutes to load the model.",
    remediationSteps:
      "Add a policy/v1 PodDisruptionBudget with maxUnavailable: 1 whose selector matches the pods' labels.",
    equalForms:
      "Deployments, StatefulSets and other kinds whose replicas serve (Rollouts, CloneSets, LeaderWorkerSets, AIBrix' fleets) need a budget; jobs need none. Replicas are those stated, or an autoscaler's least if that is more; of a LeaderWorkerSet each group counts with its size. Any budget of the namespace whose selector selects the pods will do, `{}` and `policy/v1beta1` too. One that lets all pods go, or none, is refused, as number or share, which Kubernetes rounds up; so are two budgets for one pod.",
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
  ({ resources, workloads, targets }, report, settings) => {
    const threshold = number(settings["minReplicas"]) ?? DEFAULT_MIN_REPLICAS;
    const budgets = new SelectorIndex(
      resources.filter((resource) => isKind(resource, "policy", "PodDisruptionBudget")),
      { namespace: namespaceOf, selector: (budget) => labelSelector(at(budget.props, "spec", "selector")) },
    );
    each(workloads, (workload) => {
      if (!workload.isWhole || !REPLICATED_KINDS.includes(workload.kind) || !isRuntime(workload)) return;
      const { namespace, podLabels } = workload;
      const applying = [...budgets.of(namespace, podLabels)];
      const replicas = targets.leastReplicas(workload);
      if (replicas < threshold) return;
      for (const budget of applying) {
        const fault = faultOf(fields(budget.props["spec"]), replicas * podsOfReplica(workload));
        if (fault !== undefined) report(budget.urn, `PodDisruptionBudget ${quote(shownNameOf(budget))}: ${fault}`);
      }
      // A budget and its patch have one name.
      const names = new Set(applying.map((budget) => quote(shownNameOf(budget))));
      if (names.size > 1) {
        // 500 of https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/, read 2026-11-26
        report(
          workload.urn,
          `${workload.kind} "${workload.shownName}": PodDisruptionBudgets ${[...names].join(" and ")} select the same pods, ` +
            "and Kubernetes then evicts none, so that no node can be drained: leave one",
        );
      }
      if (names.size > 0) return;
      report(
        workload.urn,
        `${workload.kind} "${workload.shownName}" has ${replicas} replicas and no PodDisruptionBudget in ` +
          `${namespaceText(namespace)} selects its pods: add one with maxUnavailable: 1`,
      );
    });
  },
);

/** What makes a budget of so many replicas useless: it lets all go at once, or none ever. */
function faultOf(spec: Fields, replicas: number): string | undefined {
  const { maxUnavailable, minAvailable } = spec;
  if ([maxUnavailable, minAvailable].every((value) => value === undefined || value === null)) {
    // pkg/controller/disruption/disruption.go of kubernetes/kubernetes: no pod is expected then, and no disruption allowed.
    return "neither maxUnavailable nor minAvailable is set, so that no node can be drained: set maxUnavailable to 1";
  }
  const may = podsOf(maxUnavailable, replicas);
  if (may !== undefined && may >= replicas) {
    return `maxUnavailable ${quote(maxUnavailable)} lets all ${replicas} pods go at once: set it to 1`;
  }
  const kept = podsOf(minAvailable, replicas);
  if (kept !== undefined && kept <= 0) {
    return `minAvailable ${quote(minAvailable)} lets all pods go at once: set maxUnavailable to 1`;
  }
  if (may === 0 || (kept !== undefined && kept >= replicas)) {
    const got = may === 0 ? `maxUnavailable ${quote(maxUnavailable)}` : `minAvailable ${quote(minAvailable)}`;
    return `${got} of ${replicas} pods lets none go, so that no node can be drained: set maxUnavailable to 1`;
  }
  return undefined;
}

/** A replica of a LeaderWorkerSet is a group: https://lws.sigs.k8s.io/docs/concepts/ */
function podsOfReplica({ kind, spec }: Workload): number {
  return kind === "LeaderWorkerSet" ? (number(at(spec, "leaderWorkerTemplate", "size")) ?? 1) : 1;
}

/** Kubernetes rounds shares up: https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
function podsOf(value: unknown, replicas: number): number | undefined {
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? number(value) : Math.ceil((Number(percent) * replicas) / 100);
}
