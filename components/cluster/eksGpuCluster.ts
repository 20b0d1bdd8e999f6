import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ADDONS, ManagedAddon } from "./addons.js";
import { SYSTEM_DISK_GIB } from "./disks.js";
import { serviceRole } from "../aws/roles.js";
import { Network } from "./network.js";
import { gpuNodesArgs, hasLocalStorage, ManagedNodes, SYSTEM_NODE_LABELS } from "./nodeGroup.js";
import type { BuiltClusterConfig, BuiltNodeGroup } from "./schema.js";

/** Inputs of {@link EksGpuCluster}. */
export interface EksGpuClusterArgs {
  /** The cluster as the stack config describes it. Take it from `loadCluster`, which checks it: this class does not. */
  cluster: BuiltClusterConfig;
  /** Tags of every resource that takes tags. @default none */
  tags?: Record<string, string>;
}

/** EKS access policies by their short names: docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html */
const ACCESS_POLICIES = {
  "cluster-admin": "AmazonEKSClusterAdminPolicy",
  admin: "AmazonEKSAdminPolicy",
  edit: "AmazonEKSEditPolicy",
  view: "AmazonEKSViewPolicy",
} as const;

const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/**
 * An EKS cluster with GPU node groups, from a VPC to schedulable GPUs.
 *
 * The API server is reachable inside the VPC, and from outside only from given ranges. Secrets are encrypted with their own
 * key. Permissions come from access entries and pod identities, never from static keys. GPU groups can be empty: tags of their
 * autoscaling groups describe a node.
 */
export class EksGpuCluster extends pulumi.ComponentResource {
  readonly network: Network;
  readonly cluster: aws.eks.Cluster;
  /** A kubeconfig without credentials: it asks the `aws` command for a token. */
  readonly kubeconfig: pulumi.Output<string>;
  /** By group name, `system` included. */
  readonly nodeGroups: Record<string, ManagedNodes>;
  /** What system pods need: nodes, DNS, network, volumes. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: EksGpuClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:GpuCluster", name, {}, opts);
    const { cluster: config } = args;
    const child = { parent: this };
    const tags = args.tags ?? {};

    this.network = new Network(
      name,
      {
        cidr: config.network.cidr,
        zones: config.network.zones,
        natGateways: config.network.natGateways,
        interfaceEndpoints: config.network.interfaceEndpoints,
        clusterName: config.name,
        tags,
      },
      child,
    );
    this.cluster = this.createControlPlane(name, config, tags);
    this.createAccess(name, config, tags);

    const addon = (facts: (typeof ADDONS)[number], dependsOn: pulumi.Resource[]): ManagedAddon =>
      new ManagedAddon(
        `${name}-${facts.name}`,
        { facts, clusterName: this.cluster.name, kubernetesVersion: config.kubernetesVersion, tags },
        { ...child, dependsOn },
      );
    const early = ADDONS.filter(({ beforeNodes }) => beforeNodes).map((facts) => addon(facts, [this.cluster]));
    this.nodeGroups = this.createNodes(name, config, tags, [...early, ...this.network.routes]);
    const system = this.nodeGroups["system"]!;
    const late = ADDONS.filter(({ beforeNodes }) => !beforeNodes).map((facts) => addon(facts, [system]));
    this.ready = [system, ...early, ...late];

    this.kubeconfig = pulumi
      .all([
        this.cluster.name,
        this.cluster.endpoint,
        this.cluster.certificateAuthority,
        aws.getRegionOutput({}, child).region,
      ])
      .apply(([clusterName, server, authority, region]) => kubeconfigText(clusterName, server, authority.data, region));
    this.registerOutputs({ clusterName: this.cluster.name, kubeconfig: this.kubeconfig, vpcId: this.network.vpcId });
  }

  /**
   * Private subnets of a group: with a reservation, those of its zone; otherwise all, if at least one zone of the cluster offers
   * one of the instance types. Not only the zones that offer it: a group is replaced when its subnets change, and a zone that
   * starts to offer a type must not cause that.
   */
  private subnetsFor(name: string, { instanceTypes, reservation }: BuiltNodeGroup): pulumi.Output<string[]> {
    const { privateSubnetIds, zoneNames } = this.network;
    const { locations } = aws.ec2.getInstanceTypeOfferingsOutput(
      { locationType: "availability-zone", filters: [{ name: "instance-type", values: instanceTypes }] },
      { parent: this },
    );
    return pulumi
      .all([pulumi.all(zoneNames), pulumi.all(privateSubnetIds), locations])
      .apply(([zones, subnets, offering]) => {
        if (reservation !== undefined) {
          if (zones.includes(reservation.zone)) return subnets.filter((_, index) => zones[index] === reservation.zone);
          throw new Error(
            `gpuNodes.${name}.reservation.zone: "${reservation.zone}" is not one of the cluster's zones (${zones.join(", ")}): raise network.zones`,
          );
        }
        if (zones.some((zone) => offering.includes(zone))) return subnets;
        throw new Error(
          `gpuNodes.${name}.instanceTypes: none of the cluster's zones (${zones.join(", ")}) offers ${instanceTypes.join(" or ")}; ` +
            `${offering.join(", ") || "no zone of the region"} does: raise network.zones, or use other types`,
        );
      });
  }

  private createControlPlane(name: string, config: BuiltClusterConfig, tags: Record<string, string>): aws.eks.Cluster {
    const child = { parent: this };
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
    const role = serviceRole(`${name}-control-plane`, "eks.amazonaws.com", ["AmazonEKSClusterPolicy"], child, tags);
    return new aws.eks.Cluster(
      name,
      {
        name: config.name,
        version: config.kubernetesVersion,
        roleArn: role.role.arn,
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
        // The managed add-ons replace them.
        bootstrapSelfManagedAddons: false,
        enabledClusterLogTypes: LOG_TYPES,
        encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
        kubernetesNetworkConfig: { serviceIpv4Cidr: config.network.serviceCidr },
        upgradePolicy: { supportType: "STANDARD" },
        vpcConfig: {
          subnetIds: this.network.privateSubnetIds,
          endpointPrivateAccess: true,
          endpointPublicAccess: config.publicEndpoint !== undefined,
          publicAccessCidrs: config.publicEndpoint?.cidrs,
        },
        tags,
      },
      { ...child, dependsOn: [logs, ...role.permissions] },
    );
  }

  private createAccess(name: string, config: BuiltClusterConfig, tags: Record<string, string>): void {
    const child = { parent: this };
    const partition = aws.getPartitionOutput({}, child).partition;
    for (const [entry, { principalArn, policy, namespaces }] of Object.entries(config.access)) {
      const access = new aws.eks.AccessEntry(
        `${name}-${entry}`,
        { clusterName: this.cluster.name, principalArn, type: "STANDARD", tags },
        child,
      );
      new aws.eks.AccessPolicyAssociation(
        `${name}-${entry}`,
        {
          clusterName: this.cluster.name,
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
    config: BuiltClusterConfig,
    tags: Record<string, string>,
    dependsOn: pulumi.Resource[],
  ): Record<string, ManagedNodes> {
    const nodeRole = serviceRole(
      `${name}-nodes`,
      "ec2.amazonaws.com",
      ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
      { parent: this },
      tags,
    );
    const common = {
      clusterName: this.cluster.name,
      kubernetesVersion: config.kubernetesVersion,
      nodeRoleArn: nodeRole.role.arn,
    };
    const subnetIds = this.network.privateSubnetIds;
    const opts = { parent: this, dependsOn: [...dependsOn, ...nodeRole.permissions] };
    const template = (group: string) => ({ tags: { ...tags, Name: `${config.name}-${group}` } });
    const gpuNodes = (group: string, nodes: BuiltNodeGroup): ManagedNodes =>
      new ManagedNodes(
        `${name}-${group}`,
        {
          ...common,
          ...gpuNodesArgs(nodes),
          subnetIds: this.subnetsFor(group, nodes),
          template: {
            ...template(group),
            diskGiB: nodes.diskGiB,
            localStorage: hasLocalStorage(nodes.instanceTypes),
            reservation: nodes.reservation,
            ...(nodes.reservation?.type === "capacity-block" && { instanceType: nodes.instanceTypes[0]! }),
          },
        },
        opts,
      );
    const { instanceTypes, min, max } = config.systemNodes;
    return {
      system: new ManagedNodes(
        `${name}-system`,
        {
          ...common,
          instanceTypes,
          min,
          max,
          gpus: 0,
          taints: [],
          subnetIds,
          amiType: "AL2023_x86_64_STANDARD",
          capacityType: "ON_DEMAND",
          labels: SYSTEM_NODE_LABELS,
          template: { ...template("system"), diskGiB: SYSTEM_DISK_GIB, localStorage: false },
        },
        opts,
      ),
      ...Object.fromEntries(Object.entries(config.gpuNodes).map(([group, nodes]) => [group, gpuNodes(group, nodes)])),
    };
  }
}

function kubeconfigText(clusterName: string, server: string, authority: string, region: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: clusterName, cluster: { server, "certificate-authority-data": authority } }],
    users: [
      {
        name: clusterName,
        user: {
          exec: {
            // The version that `aws eks get-token` answers with unless told otherwise.
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["--region", region, "eks", "get-token", "--cluster-name", clusterName, "--output", "json"],
            interactiveMode: "Never",
          },
        },
      },
    ],
    contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
    "current-context": clusterName,
  });
}
