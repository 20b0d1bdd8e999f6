import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BuiltNodeGroup } from "../schema.js";
import {
  DELETE_TIMEOUT,
  NODE_CLASS,
  NODE_POOL,
  type NodeClassContext,
  nodeClassSpec,
  nodePoolSpec,
} from "./nodePool.js";

/** Inputs of {@link KarpenterNodes}. */
export interface KarpenterNodesArgs extends NodeClassContext {
  clusterName: string;
  /** `gpuNodes` of the cluster as the stack config describes it. */
  gpuNodes: Readonly<Record<string, BuiltNodeGroup>>;
}

/**
 * GPU nodes by Karpenter: a NodePool and an EC2NodeClass for each group. Karpenter has to be there, with its CRDs, and the role
 * needs access to the cluster, which a managed group of the same role gives it.
 */
export class KarpenterNodes extends pulumi.ComponentResource {
  /** By group name. */
  readonly nodePools: Record<string, k8s.apiextensions.CustomResource>;

  constructor(name: string, args: KarpenterNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:KarpenterNodes", name, {}, opts);
    // Karpenter ends the nodes of what is deleted, and each waits for its pods.
    const child = { parent: this, dependsOn: opts?.dependsOn, customTimeouts: { delete: DELETE_TIMEOUT } };
    this.nodePools = Object.fromEntries(
      Object.entries(args.gpuNodes).map(([group, nodes]) => {
        const context = { ...args, tags: { ...args.tags, Name: `${args.clusterName}-${group}` } };
        const nodeClass = new k8s.apiextensions.CustomResource(
          `${name}-${group}-class`,
          { ...NODE_CLASS, metadata: { name: group }, spec: nodeClassSpec(nodes, context) },
          child,
        );
        const pool = new k8s.apiextensions.CustomResource(
          `${name}-${group}`,
          { ...NODE_POOL, metadata: { name: group }, spec: nodePoolSpec(group, nodes) },
          // The class goes last: Karpenter cannot end nodes whose class is gone.
          pulumi.mergeOptions(child, { dependsOn: [nodeClass] }),
        );
        return [group, pool];
      }),
    );
    this.registerOutputs({});
  }
}
