/**
 * Cilium's network policies, which govern the ingress of the pods that they select as soon as they have rules for it.
 * Source: https://docs.cilium.io/en/stable/security/policy/intro/#policy-enforcement-modes
 */
import { type Resource, isKind } from "./kinds.js";
import { selectorOf } from "./selectors.js";
import { at, list, text } from "./values.js";

export interface CiliumPolicy {
  /** Whether it says who may call the pods. */
  governs: (namespace: string, podLabels: ReadonlyMap<string, string>) => boolean;
}

export function ciliumPolicyOf(resource: Resource): CiliumPolicy | undefined {
  const isClusterwide = isKind(resource, "cilium.io", "CiliumClusterwideNetworkPolicy");
  if (!isClusterwide && !isKind(resource, "cilium.io", "CiliumNetworkPolicy")) return undefined;
  const { props } = resource;
  const rules = [props["spec"], ...list(props["specs"])].filter((rule) => list(at(rule, "ingress")).length > 0);
  const selectors = rules.map((rule) => selectorOf(() => at(rule, "endpointSelector")));
  const own = text(at(props, "metadata", "namespace")) ?? "default";
  return {
    governs: (namespace, podLabels) =>
      (isClusterwide || namespace === own) && selectors.some((selects) => selects(podLabels)),
  };
}
