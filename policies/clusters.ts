/** EKS clusters: AWS's own resource, and pulumi-eks' component around it. */
import { type Resource } from "./kinds";
import { type Fields, fields, isSet } from "./read";

export interface Cluster {
  props: Fields;
  /** pulumi-eks' names differ for some properties. */
  isComponent: boolean;
  /** What both keep of the API's endpoint, and the path to it in messages. */
  endpoint: () => Fields;
  path: string;
}

/** A component without inputs is one whose provider did not send them on: the cluster in it is judged. */
export function clusterOf({ type, props }: Resource): Cluster | undefined {
  if (type === "aws:eks/cluster:Cluster") {
    return { props, isComponent: false, endpoint: () => fields(props["vpcConfig"]), path: "vpcConfig." };
  }
  if (type === "eks:index:Cluster" && isSet(props)) {
    return { props, isComponent: true, endpoint: () => props, path: "" };
  }
  return undefined;
}
