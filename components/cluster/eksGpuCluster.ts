import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import { type RoleSettings, serviceRole } from "../aws/roles.js";
import { ADDONS, ManagedAddon } from "./addons.js";
import { SYSTEM_DISK_GIB } from "./nodes/disks.js";
import { existingNetwork } from "./network/existingNetwork.js";
import { type Credentials, withProfile } from "./kubeconfig.js";
import { type ClusterNetwork, Network } from "./network/network.js";
import { hasLocalStorage } from "./nodes/localStorage.js";
import { nodeConfig } from "./nodes/nodeConfig.js";
import { gpuNodesArgs, ManagedNodes, SYSTEM_NODE_LABELS } from "./nodes/nodeGroup.js";
import type { PresentCluster } from "./present.js";
import type { BuiltClusterConfig, BuiltNodeGroup } from "./schema.js";
import { notOfCluster, offeringAll, statedZones, type ZonedGroup, zonesFor } from "./network/zones.js";

/** Inputs of {@link EksGpuCluster}. */
export interface EksGpuClusterArgs {
  /** The cluster as the stack config describes it. Take it from `loadCluster`, which checks it: this class does not. */
  cluster: BuiltClusterConfig;
  /** Tags of every resource that takes tags. @default none */
  tags?: Record<string, string>;
  /** How the AWS provider gets its rights, where that is no matter of the environment: the kubeconfig asks likewise. @default none */
  credentials?: Credentials;
  /**
   * The cluster as it runs, by `readPresentCluster`, so that a change of a group's `min` or `max` is sent with the number of
   * nodes that there are. @default unknown: AWS refuses a `min` above the number of nodes last known
   */
  present?: PresentCluster;
  /** Pods that share each GPU of the groups with `sharing`. @default none */
  sharedGpuPods?: number;
  /** Folder for cached weights on the NVMe disks of GPU nodes. @default none */
  cacheFolder?: string;
}

/** Whether an endpoint is asked for. */
function isPublic(endpoint: BuiltClusterConfig["publicEndpoint"]): endpoint is { cidrs: string[] } {
  return endpoint !== undefined && endpoint !== false;
}

/** EKS access policies by their short names: docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html */
const ACCESS_POLICIES = {
  "cluster-admin": "AmazonEKSClusterAdminPolicy",
  admin: "AmazonEKSAdminPolicy",
  edit: "AmazonEKSEditPolicy",
  "admin-view": "AmazonEKSAdminViewPolicy",
  view: "AmazonEKSViewPolicy",
} as const;

const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/**
 * An EKS cluster with GPU nodes, from a VPC to schedulable GPUs.
 *
 * The API server is reachable inside the VPC, and from outside only from given ranges. Secrets are encrypted with their own
 * key. Permissions come from access entries and pod identities, never from static keys. GPU groups can be empty: tags of their
 * autoscaling groups describe a node.
 *
 * The control plane is made by `@pulumi/eks`; add-ons and node groups are resources of `@pulumi/aws`, since `@pulumi/eks` gives
 * add-ons no pod identities, and node groups neither an update strategy nor node repair.
 */
export class EksGpuCluster extends pulumi.ComponentResource {
  readonly network: ClusterNetwork;
  readonly controlPlane: eks.Cluster;
  /** The cluster's name, known once there is a cluster. */
  readonly clusterName: pulumi.Output<string>;
  /** A kubeconfig without credentials: it asks the `aws` command for a token. */
  readonly kubeconfig: pulumi.Output<string>;
  /** By group name, `system` included; with Karpenter, `system` alone. */
  readonly nodeGroups: Record<string, ManagedNodes>;
  /** ARN of the role that nodes have. */
  readonly nodeRoleArn: pulumi.Output<string>;
  readonly nodeRoleName: pulumi.Output<string>;
  /** What system pods need: nodes, DNS, network, volumes. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: EksGpuClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:GpuCluster", name, {}, opts);
    const { cluster: config, credentials = {} } = args;
    const child = { parent: this };
    const tags = args.tags ?? {};
    const roles = { ...config.iam, tags };

    this.network = this.createNetwork(name, config, tags);
    this.controlPlane = this.createControlPlane(name, config, roles, credentials);
    this.clusterName = this.controlPlane.eksCluster.name;
    this.createAccess(name, config, tags);

    const addon = (facts: (typeof ADDONS)[number], dependsOn: pulumi.Resource[]): ManagedAddon =>
      new ManagedAddon(
        `${name}-${facts.name}`,
        { facts, clusterName: this.clusterName, kubernetesVersion: config.kubernetesVersion, tags, roles: config.iam },
        { ...child, dependsOn },
      );
    const early = ADDONS.filter(({ beforeNodes }) => beforeNodes).map((facts) => addon(facts, [this.controlPlane]));
    const nodeRole = serviceRole(
      `${name}-nodes`,
      "ec2.amazonaws.com",
      ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
      child,
      roles,
    );
    this.nodeRoleArn = nodeRole.role.arn;
    this.nodeRoleName = nodeRole.role.name;
    const beforeNodes = [...early, ...this.network.routes, ...nodeRole.permissions];
    this.nodeGroups = this.createNodes(name, args, { ...child, dependsOn: beforeNodes });
    const system = this.nodeGroups["system"]!;
    const late = ADDONS.filter(({ beforeNodes }) => !beforeNodes).map((facts) => addon(facts, [system]));
    this.ready = [system, ...early, ...late];

    this.kubeconfig = this.controlPlane.kubeconfigJson.apply((text) => withProfile(text, credentials.profile));
    this.registerOutputs({ clusterName: this.clusterName, kubeconfig: this.kubeconfig, vpcId: this.network.vpcId });
  }

  private createNetwork(
    name: string,
    { name: clusterName, network }: BuiltClusterConfig,
    tags: Record<string, string>,
  ) {
    const child = { parent: this };
    if (network.existing !== undefined) return existingNetwork(network.existing, child);
    const { cidr, zones, additionalZones, natGateways, interfaceEndpoints } = network;
    return new Network(
      name,
      { cidr, zones, additionalZones, natGateways, interfaceEndpoints, clusterName, tags },
      child,
    );
  }

  /**
   * Private subnets of a group: in the zones that are stated, else in those of the cluster that offer all of its instance types.
   * EKS refuses a group with a subnet in a zone that lacks one of them (eksctl-io/eksctl #6461).
   */
  private subnetsFor(path: string, group: ZonedGroup) {
    const { instanceTypes } = group;
    const { key, stated } = statedZones(group);
    const { privateSubnetIds, zoneNames } = this.network;
    const offers = aws.ec2.getInstanceTypeOfferingsOutput(
      { locationType: "availability-zone", filters: [{ name: "instance-type", values: instanceTypes }] },
      { parent: this },
    );
    return pulumi
      .all([pulumi.all(zoneNames), pulumi.all(privateSubnetIds), offers.instanceTypes, offers.locations])
      .apply(([zones, subnets, types, locations]) => {
        const strangers = stated?.filter((zone) => !zones.includes(zone)) ?? [];
        if (strangers.length > 0) throw new Error(`${path}.${key}: ${notOfCluster(strangers, zones)}`);
        const offering = offeringAll(instanceTypes, types, locations);
        const taken = zonesFor(stated, zones, offering);
        if (taken !== undefined) return subnets.filter((_, index) => taken.includes(zones[index]!));
        throw new Error(
          `${path}.instanceTypes: not all of ${instanceTypes.join(", ")} are offered in ${(stated ?? zones).join(", ")}; ` +
            `${offering.join(", ") || "no zone of the region"} offers all of them: ` +
            (stated === undefined
              ? "add that to network.additionalZones, or use other types"
              : "use those zones, or other types"),
        );
      });
  }

  private createControlPlane(
    name: string,
    config: BuiltClusterConfig,
    roles: RoleSettings,
    { profile, roleArn }: Credentials,
  ): eks.Cluster {
    const child = { parent: this };
    const tags = roles.tags ?? {};
    const key = new aws.kms.Key(
      name,
      { description: `Secrets of the cluster ${config.name}`, enableKeyRotation: true, deletionWindowInDays: 30, tags },
      child,
    );
    // Created here, because EKS would create it without a retention.
    const logs = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/eks/${config.name}/cluster`, retentionInDays: config.logRetentionDays, tags },
      child,
    );
    const { role, permissions } = serviceRole(
      `${name}-control-plane`,
      "eks.amazonaws.com",
      ["AmazonEKSClusterPolicy"],
      child,
      roles,
    );
    const credentials = {
      ...(profile !== undefined && { profileName: profile }),
      ...(roleArn !== undefined && { roleArn }),
    };
    return new eks.Cluster(
      name,
      {
        name: config.name,
        version: config.kubernetesVersion,
        // The cluster's own inputs depend on the role's permissions and on its logs, so that these go after it.
        serviceRole: pulumi.all([permissions.map(({ id }) => id), logs.id]).apply(() => role),
        authenticationMode: eks.AuthenticationMode.Api,
        bootstrapSelfManagedAddons: false,
        // The managed add-ons are made beside it, with identities and configuration of their own.
        kubeProxyAddonOptions: { enabled: false },
        corednsAddonOptions: { enabled: false },
        useDefaultVpcCni: true,
        skipDefaultNodeGroup: true,
        createInstanceRole: false,
        // EKS' own security group lets control plane and nodes talk to each other, and nobody else in.
        skipDefaultSecurityGroups: true,
        enabledClusterLogTypes: LOG_TYPES,
        encryptionConfigKeyArn: key.arn,
        kubernetesServiceIpAddressRange: config.network.serviceCidr,
        upgradePolicy: { supportType: "STANDARD" },
        deletionProtection: config.deletionProtection,
        vpcId: this.network.vpcId,
        subnetIds: this.network.controlPlaneSubnetIds,
        endpointPrivateAccess: true,
        endpointPublicAccess: isPublic(config.publicEndpoint),
        ...(isPublic(config.publicEndpoint) && { publicAccessCidrs: config.publicEndpoint.cidrs }),
        ...(Object.keys(credentials).length > 0 && { providerCredentialOpts: credentials }),
        tags,
      },
      // EKS refuses at the end of a destroy, with everything else gone; the preview of a destroy refuses before anything is.
      { ...child, dependsOn: [logs, ...permissions], protect: config.deletionProtection },
    );
  }

  private createAccess(name: string, config: BuiltClusterConfig, tags: Record<string, string>): void {
    const child = { parent: this };
    const partition = aws.getPartitionOutput({}, child).partition;
    for (const [entry, { principalArn, policy, namespaces }] of Object.entries(config.access)) {
      const access = new aws.eks.AccessEntry(
        `${name}-${entry}`,
        { clusterName: this.clusterName, principalArn, type: "STANDARD", tags },
        child,
      );
      new aws.eks.AccessPolicyAssociation(
        `${name}-${entry}`,
        {
          clusterName: this.clusterName,
          principalArn,
          policyArn: pulumi.interpolate`arn:${partition}:eks::aws:cluster-access-policy/${ACCESS_POLICIES[policy]}`,
          accessScope: namespaces === undefined ? { type: "cluster" } : { type: "namespace", namespaces },
        },
        { ...child, dependsOn: [access] },
      );
    }
  }

  private createNodes(
    name: string,
    { cluster: config, tags = {}, present, sharedGpuPods, cacheFolder }: EksGpuClusterArgs,
    opts: pulumi.ComponentResourceOptions,
  ): Record<string, ManagedNodes> {
    const common = {
      clusterName: this.clusterName,
      kubernetesVersion: config.kubernetesVersion,
      ...(config.amiRelease !== undefined && { amiRelease: config.amiRelease }),
      nodeRoleArn: this.nodeRoleArn,
    };
    const sizeOf = (group: string) => {
      const size = present?.nodeGroups[group];
      return size === undefined ? {} : { present: size };
    };
    const template = (group: string) => ({ tags: { ...tags, Name: `${config.name}-${group}` } });
    const gpuNodes = (group: string, nodes: BuiltNodeGroup): ManagedNodes =>
      new ManagedNodes(
        `${name}-${group}`,
        {
          ...common,
          ...gpuNodesArgs(nodes, sharedGpuPods),
          ...sizeOf(group),
          subnetIds: this.subnetsFor(`gpuNodes.${group}`, nodes),
          subnetsStated: nodes.zones !== undefined || nodes.reservation !== undefined,
          template: {
            ...template(group),
            diskGiB: nodes.diskGiB,
            userData: nodeConfig({ localStorage: hasLocalStorage(nodes.instanceTypes), cacheFolder }),
            reservation: nodes.reservation,
            ...(nodes.reservation?.type === "capacity-block" && { instanceType: nodes.instanceTypes[0]! }),
          },
        },
        opts,
      );
    const { instanceTypes, min, max } = config.systemNodes;
    const managed = config.nodes === "managed" ? config.gpuNodes : {};
    return {
      system: new ManagedNodes(
        `${name}-system`,
        {
          ...common,
          ...sizeOf("system"),
          instanceTypes,
          min,
          max,
          taints: [],
          resources: {},
          reserved: false,
          subnetIds: this.subnetsFor("systemNodes", { instanceTypes }),
          subnetsStated: false,
          amiType: "AL2023_x86_64_STANDARD",
          capacityType: "ON_DEMAND",
          labels: SYSTEM_NODE_LABELS,
          template: { ...template("system"), diskGiB: SYSTEM_DISK_GIB },
        },
        opts,
      ),
      ...Object.fromEntries(Object.entries(managed).map(([group, nodes]) => [group, gpuNodes(group, nodes)])),
    };
  }
}
