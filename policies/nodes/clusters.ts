/** EKS clusters: AWS's own resource, and pulumi-eks' component around it. */
import type { Resource } from "../read/kinds.js";
import { type Fields, isSet } from "../read/values.js";

export interface Cluster {
  props: Fields;
  /** pulumi-eks names or nests some properties differently. */
  isComponent: boolean;
}

/** A component without inputs: its provider did not pass them on, so the cluster in it is judged. */
export function clusterOf({ type, props }: Resource): Cluster | undefined {
  if (type === "aws:eks/cluster:Cluster") return { props, isComponent: false };
  return type === "eks:index:Cluster" && isSet(props) ? { props, isComponent: true } : undefined;
}
