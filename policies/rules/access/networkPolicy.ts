import { quote } from "../../../components/config/problems.js";
import { isRuntime } from "../../engine/runtimes.js";
import { podPoliciesOf } from "../../network/policies.js";
import { NAMESPACE_LABELS, type PodPolicy } from "../../network/podPolicy.js";
import { shownNameOf } from "../../pods/workloads.js";
import { kindOf } from "../../read/kinds.js";
import { namespaceText } from "../../read/namespaces.js";
import { SelectorIndex } from "../../read/selectorIndex.js";
import { ANY_VALUE } from "../../read/selectors.js";
import { all, each, isPlaceholder, some } from "../../read/unknown.js";
import { stackRule } from "../../rule.js";

export const networkPolicy = stackRule(
  {
    name: "network-policy",
    description: "A NetworkPolicy says who may call a vLLM runtime, and none lets it connect to everything.",
    why:
      "Every pod of the cluster can otherwise call it past the gateway's keys and quotas, on paths that vLLM's own key does not guard; " +
      "an engine that may connect to everything can send prompts anywhere, and read its node's credentials.",
    remediationSteps:
      "Add a NetworkPolicy of type Ingress that selects the pods and admits the gateway and Prometheus.",
    equalForms:
      "Policies of Kubernetes, Cilium, Calico and administrators (AdminNetworkPolicy and its relatives) count alike, in every namespace that they select. " +
      "A rule admits everyone without peers, by a selector of all namespaces or of all but some, by a name such as Cilium's `cluster`, and by ranges " +
      "that together are half of all addresses or more, with holes or not; ports do not narrow whom it admits. Egress is open by such ranges and no " +
      "port, unless private or link-local addresses are left out. Pods of the own namespace, `podSelector: {}`, are accepted. Policies of a mesh, which " +
      "rules by identity, are not looked at.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  ({ resources, workloads }, report) => {
    const policies = new SelectorIndex(resources.flatMap(podPoliciesOf), {
      namespace: (policy) => policy.namespace,
      selector: (policy) => policy.selector,
    });
    const judged = new Set<PodPolicy>();
    each(workloads, (workload) => {
      if (!workload.isWhole || workload.isShared || !isRuntime(workload)) return;
      const { namespace } = workload;
      const names = Object.values(NAMESPACE_LABELS).map(
        (label) => [label, isPlaceholder(namespace) ? ANY_VALUE : namespace] as const,
      );
      const applying = (): Iterable<PodPolicy> => policies.of(namespace, new Map([...workload.podLabels, ...names]));
      all(
        () =>
          each(applying(), (policy) => {
            if (judged.has(policy)) return;
            judged.add(policy);
            judgePolicy(policy, report);
          }),
        () => {
          if (some(applying(), (policy) => policy.governsIngress)) return;
          report(
            workload.urn,
            `no NetworkPolicy of type Ingress in ${namespaceText(namespace)} selects the pods of ` +
              `${workload.kind} "${workload.shownName}": add one that admits the gateway and Prometheus`,
          );
        },
      );
    });
  },
);

/** Of one that selects a runtime. */
function judgePolicy(policy: PodPolicy, report: (urn: string, message: string) => void): void {
  const { urn, type } = policy.resource;
  const where = `${kindOf(type)?.kind} ${quote(shownNameOf(policy.resource))}`;
  all(
    () => {
      if (policy.admitsEveryone) report(urn, `${where} has an ingress rule that admits everyone: name the peers`);
    },
    () => {
      if (!policy.opensEgress) return;
      report(urn, `${where} has an egress rule to every address by every port: name peers and ports`);
    },
  );
}
