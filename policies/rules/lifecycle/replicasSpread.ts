import { REPLICATED_KINDS } from "../../../components/vocabulary/workloads.js";
import { isRuntime } from "../../engine/runtimes.js";
import { gpusOf } from "../../pods/gpus.js";
import { isSpread } from "../../pods/spread.js";
import { each } from "../../read/unknown.js";
import { stackRule } from "../../rule.js";

export const replicasSpread = stackRule(
  {
    name: "replicas-spread",
    description: "Replicas of a vLLM runtime are spread over nodes or zones.",
    why: "On a machine with several GPUs all replicas may land together: one node that fails or is drained then takes all of them, and new ones need minutes to load the model.",
    remediationSteps:
      "Add topologySpreadConstraints by topology.kubernetes.io/zone or kubernetes.io/hostname (whenUnsatisfiable: ScheduleAnyway costs no capacity), with the pods' own labels.",
    equalForms:
      "A topologySpreadConstraint or podAntiAffinity, required or preferred, by any topology key, will do where its selector selects the pods themselves. So will eight GPUs a pod, and a host port, with which no two share a node. From two replicas on, stated or an autoscaler's least, of the kinds that disruption-budget judges. Defaults of the cluster's scheduler are not seen.",
    severity: "low",
    enforcementLevel: "advisory",
  },
  ({ workloads, targets }, report) => {
    each(workloads, (workload) => {
      if (!workload.isWhole || !REPLICATED_KINDS.includes(workload.kind) || !isRuntime(workload)) return;
      const replicas = targets.leastReplicas(workload);
      if (replicas < 2) return;
      const gpus = workload.containers.reduce((sum, container) => sum + (gpusOf(container) ?? 0), 0);
      if (isSpread(workload, gpus)) return;
      report(
        workload.urn,
        `${workload.where}${workload.kind} "${workload.shownName}" has ${replicas} replicas that one node may hold: ` +
          "add topologySpreadConstraints with the pods' own labels",
      );
    });
  },
);
