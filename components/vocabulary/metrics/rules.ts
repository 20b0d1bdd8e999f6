/** Names of objects with rules. */
import { labelValue } from "../labels.js";

/** A stack's name as Kubernetes takes names. With a dot behind it, it is the name of no runtime. */
export function stackObject(stack: string): string {
  return labelValue(stack).toLowerCase().replace(/[._]/g, "-");
}

/**
 * The one PrometheusRule of a stack that reads series of the whole cluster, such as labels of nodes. Prometheus must not enforce the
 * namespace on it; on all others it may.
 */
export function fleetRules(stack: string): string {
  return `${stackObject(stack)}.fleet`;
}
