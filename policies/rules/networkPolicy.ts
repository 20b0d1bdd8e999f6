import { quote } from "../../components/config/problems.js";
import { isKind } from "../kinds.js";
import { at, isSet, list } from "../read.js";
import { stackRule } from "../rule.js";
import { isRuntime } from "../runtimes.js";
import { selectorOf } from "../selectors.js";
import { nameOf, namespaceOf } from "../workloads.js";

export const networkPolicy = stackRule(
  {
    name: "network-policy",
    description: "A NetworkPolicy says who may call a vLLM runtime.",
    why: "Every pod of the cluster can otherwise call it past the gateway's keys and quotas, on paths that vLLM's own key does not guard.",
    remediationSteps:
      "Add a NetworkPolicy of type Ingress that selects the pods and admits the gateway and Prometheus.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  ({ resources, workloads }, report) => {
    const policies = resources
      .filter((resource) => isKind(resource, "networking.k8s.io", "NetworkPolicy"))
      .filter((resource) => governsIngress(resource.props["spec"]))
      .map((policy) => ({
        policy,
        namespace: namespaceOf(policy),
        selects: selectorOf(() => at(policy.props, "spec", "podSelector") ?? {}),
      }));
    for (const workload of workloads.filter(isRuntime)) {
      const { namespace, podLabels } = workload;
      const selecting = policies.filter((policy) => policy.namespace === namespace && policy.selects(podLabels));
      if (selecting.length === 0) {
        report(
          workload.urn,
          `no NetworkPolicy of type Ingress in namespace "${namespace}" selects the pods of ` +
            `${workload.kind} "${workload.name}": add one that admits the gateway and Prometheus`,
        );
      }
      for (const { policy } of selecting) {
        // Policies add up: one rule without peers and ports opens the pods to everyone.
        if (list(at(policy.props, "spec", "ingress")).some((rule) => !isSet(rule))) {
          report(
            policy.urn,
            `NetworkPolicy ${quote(nameOf(policy))} has an empty ingress rule, which admits everyone: name the peers`,
          );
        }
      }
    }
  },
);

/** Ingress is governed unless `policyTypes` leaves it out. */
function governsIngress(spec: unknown): boolean {
  const types = list(at(spec, "policyTypes"));
  return types.length === 0 || types.includes("Ingress");
}
