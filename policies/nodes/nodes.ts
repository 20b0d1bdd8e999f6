/** Nodes with the same labels and taints, whoever makes them. */
import { at, list, text } from "../read/values.js";

export interface NodeTaint {
  key: string | undefined;
  value: string | undefined;
  /** In the resource's own words: EKS writes `NO_SCHEDULE`, Kubernetes `NoSchedule`. */
  effect: string | undefined;
}

/** What makes spot nodes of them, as a message says it. */
export interface SpotCause {
  is: string;
  /** A fix besides the taint. */
  otherFix?: string;
}

export interface Nodes {
  /** Begins a message: empty, or the part of the resource that it is about. */
  readonly where: string;
  /** NVIDIA's. */
  readonly hasGpus: boolean;
  readonly spot: SpotCause | undefined;
  readonly taints: readonly NodeTaint[];
  /** The effect that keeps pods off, in the resource's own words. */
  readonly noSchedule: string;
  /** The effect that also drives pods away. */
  readonly noExecute: string;
  /** The taint as this resource writes it, and where it belongs. */
  written(taint: { key: string; value: string }): string;
}

/** The taints of a list, as EKS and Kubernetes write them. */
export function taintsIn(taints: unknown): NodeTaint[] {
  return list(taints).map((taint) => ({
    key: text(at(taint, "key")),
    value: text(at(taint, "value")),
    effect: text(at(taint, "effect")),
  }));
}
