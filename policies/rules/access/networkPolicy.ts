import { quote } from "../../../components/config/problems.js";
import { isKind } from "../../read/kinds.js";
import { each } from "../../read/unknown.js";
import { at, isSet, list, text } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { ciliumPolicyOf } from "../../read/cilium.js";
import { isRuntime } from "../../engine/runtimes.js";
import { selectorOf } from "../../read/selectors.js";
import { nameOf, namespaceOf } from "../../pods/workloads.js";

export const networkPolicy = stackRule(
  {
    name: "network-policy",
    description: "A NetworkPolicy says who may call a vLLM runtime, and none lets it connect to everything.",
    why:
      "Every pod of the cluster can otherwise call it past the gateway's keys and quotas, on paths that vLLM's own key does not guard; " +
      "an engine that may connect to everything can send prompts anywhere, and read its node's credentials.",
    remediationSteps:
      "Add a NetworkPolicy of type Ingress that selects the pods and admits the gateway and Prometheus.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  ({ resources, workloads }, report) => {
    const all = resources
      .filter((resource) => isKind(resource, "networking.k8s.io", "NetworkPolicy"))
      .map((policy) => ({
        policy,
        namespace: namespaceOf(policy),
        selects: selectorOf(() => at(policy.props, "spec", "podSelector") ?? {}),
      }));
    const cilium = resources.flatMap((resource) => ciliumPolicyOf(resource) ?? []);
    each(workloads, (workload) => {
      if (!workload.isWhole || workload.isShared || !isRuntime(workload)) return;
      const { namespace, podLabels } = workload;
      const applying = all.filter((policy) => policy.namespace === namespace && policy.selects(podLabels));
      for (const { policy } of applying) {
        if (!list(at(policy.props, "spec", "egress")).some(opensEverything)) continue;
        report(
          policy.urn,
          `NetworkPolicy ${quote(nameOf(policy))} has an egress rule to every address by every port: name peers and ports`,
        );
      }
      const selecting = applying.filter(({ policy }) => governsIngress(policy.props["spec"]));
      const isGovernedByCilium = cilium.some((policy) => policy.governs(namespace, podLabels));
      if (selecting.length === 0 && !isGovernedByCilium) {
        report(
          workload.urn,
          `no NetworkPolicy of type Ingress in namespace "${namespace}" selects the pods of ` +
            `${workload.kind} "${workload.name}": add one that admits the gateway and Prometheus`,
        );
      }
      for (const { policy } of selecting) {
        // Policies add up: one rule that admits everyone opens the pods, whatever the others say.
        if (list(at(policy.props, "spec", "ingress")).some(admitsEveryone)) {
          report(
            policy.urn,
            `NetworkPolicy ${quote(nameOf(policy))} has an ingress rule that admits everyone: name the peers`,
          );
        }
      }
    });
  },
);

/** A rule without peers, or with one that is every namespace or every address. Ports narrow what is open, not for whom. */
function admitsEveryone(rule: unknown): boolean {
  const peers = list(at(rule, "from"));
  return peers.length === 0 || peers.some((peer) => isEveryAddress(peer) || isEveryPod(peer));
}

/** A selector of namespaces that selects all, with no or such a selector of pods. */
function isEveryPod(peer: unknown): boolean {
  const namespaces = at(peer, "namespaceSelector");
  const isAll = typeof namespaces === "object" && namespaces !== null && !isSet(namespaces);
  return isAll && !isSet(at(peer, "podSelector"));
}

/** A rule of no ports that has no peers, or all addresses of a family without exception. */
function opensEverything(rule: unknown): boolean {
  if (list(at(rule, "ports")).length > 0) return false;
  const peers = list(at(rule, "to"));
  return peers.length === 0 || peers.some(isEveryAddress);
}

function isEveryAddress(peer: unknown): boolean {
  return /\/0+$/.test(text(at(peer, "ipBlock", "cidr")) ?? "") && list(at(peer, "ipBlock", "except")).length === 0;
}

/** Ingress is governed unless `policyTypes` leaves it out. */
function governsIngress(spec: unknown): boolean {
  const types = list(at(spec, "policyTypes"));
  return types.length === 0 || types.includes("Ingress");
}
