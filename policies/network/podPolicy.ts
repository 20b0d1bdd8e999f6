/** Network policies, whatever their kind: which pods they select, and what they let through. */
import type { Resource } from "../read/kinds.js";
import type { Selector } from "../read/selectors.js";

export interface PodPolicy {
  readonly resource: Resource;
  /** `undefined`: of every namespace. */
  readonly namespace: string | undefined;
  /** Of pods; beside their labels they have {@link NAMESPACE_LABELS}. */
  readonly selector: Selector;
  /** Whether it says who may call the pods, so that nobody else may. */
  readonly governsIngress: boolean;
  /** Whether a rule lets everyone call. */
  readonly admitsEveryone: boolean;
  /** Whether a rule lets the pods connect to everything. */
  readonly opensEgress: boolean;
}

/** Labels that stand for a pod's namespace in selectors of whole clusters: Kubernetes' and Cilium's. */
export const NAMESPACE_LABELS = {
  kubernetes: "kubernetes.io/metadata.name",
  cilium: "io.kubernetes.pod.namespace",
} as const;
