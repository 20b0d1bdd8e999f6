import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { GPU_TAINT, SPOT_TAINT, SYSTEM_NODES } from "../vocabulary/nodes.js";
import { type PodPolicies, podRole, type RoleSettings } from "../aws/roles.js";

/** An add-on that EKS installs and updates. */
export interface AddonFacts {
  name: string;
  /** Runs before any node: its configuration decides how nodes start. */
  beforeNodes: boolean;
  /** AWS permissions, for one service account. */
  identity?: PodPolicies & { serviceAccount: string };
  configuration?: object;
}

const GPU_NODE_TOLERATIONS = [GPU_TAINT, SPOT_TAINT].map((taint) => ({ operator: "Equal", ...taint }));
const ON_SYSTEM_NODES = { nodeSelector: SYSTEM_NODES };

/** Source: AWS' list of add-ons, docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html. */
export const ADDONS: readonly AddonFacts[] = [
  { name: "eks-pod-identity-agent", beforeNodes: true },
  {
    name: "vpc-cni",
    beforeNodes: true,
    identity: { serviceAccount: "aws-node", policies: ["AmazonEKS_CNI_Policy"] },
    // Sixteen addresses at once instead of one: nodes hold as many pods as they have room for.
    configuration: { env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" }, enableNetworkPolicy: "true" },
  },
  { name: "kube-proxy", beforeNodes: true },
  { name: "coredns", beforeNodes: false, configuration: ON_SYSTEM_NODES },
  {
    name: "aws-ebs-csi-driver",
    beforeNodes: false,
    // Of volumes that the driver itself has tagged, unlike the first version of this policy
    // (https://github.com/kubernetes-sigs/aws-ebs-csi-driver/issues/2918, 2026-04-15).
    identity: { serviceAccount: "ebs-csi-controller-sa", policies: ["AmazonEBSCSIDriverPolicyV2"] },
    configuration: { controller: ON_SYSTEM_NODES },
  },
  { name: "metrics-server", beforeNodes: false, configuration: ON_SYSTEM_NODES },
  {
    // Finds faults of GPUs, disks and kernel, which node repair then acts on: by itself EKS sees no more than `Ready`
    // (docs.aws.amazon.com/eks/latest/userguide/node-health.html).
    name: "eks-node-monitoring-agent",
    beforeNodes: false,
    // Its agent tolerates every taint, NVIDIA's host engine beside it none (charts/configuration.schema.json, v1.7.0 of 2026-08-04).
    configuration: { dcgmAgent: { tolerations: GPU_NODE_TOLERATIONS } },
  },
];

/** Inputs of {@link ManagedAddon}. */
export interface ManagedAddonArgs {
  facts: AddonFacts;
  clusterName: pulumi.Input<string>;
  kubernetesVersion: string;
  /** @default none */
  tags?: Record<string, string>;
  /** What every role of the account is to have. @default nothing */
  roles?: RoleSettings;
}

/**
 * One add-on at the version that EKS recommends for the cluster's Kubernetes version: an update of the cluster's version
 * moves it along, and a preview shows it.
 */
export class ManagedAddon extends pulumi.ComponentResource {
  readonly addon: aws.eks.Addon;

  constructor(name: string, args: ManagedAddonArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:ManagedAddon", name, {}, opts);
    const { facts } = args;
    // On the children, too: a component's own dependencies order its creation, not its deletion.
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const version = aws.eks.getAddonVersionOutput(
      { addonName: facts.name, kubernetesVersion: args.kubernetesVersion },
      { parent: this },
    ).version;
    const identity = facts.identity && podRole(name, facts.identity, child, { ...args.roles, tags: args.tags });
    this.addon = new aws.eks.Addon(
      name,
      {
        clusterName: args.clusterName,
        addonName: facts.name,
        addonVersion: version,
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
        ...(facts.configuration !== undefined && { configurationValues: JSON.stringify(facts.configuration) }),
        ...(identity !== undefined && {
          podIdentityAssociations: [{ serviceAccount: facts.identity!.serviceAccount, roleArn: identity.role.arn }],
        }),
        tags: args.tags,
      },
      pulumi.mergeOptions(child, { dependsOn: identity?.permissions ?? [] }),
    );
    this.registerOutputs({ version });
  }
}
