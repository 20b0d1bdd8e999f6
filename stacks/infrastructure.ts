import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { EksGpuCluster } from "../components/cluster/eksGpuCluster.js";
import { KarpenterNodes } from "../components/cluster/karpenter/karpenterNodes.js";
import type { PresentCluster } from "../components/cluster/present.js";
import { expanderPriorities } from "../components/cluster/nodes/priorities.js";
import { type BuiltClusterConfig, mostNodes } from "../components/cluster/schema.js";
import { cacheStorage, type FileSystem } from "../components/cluster/storage/cacheStorage.js";
import { S3Users } from "../components/cluster/storage/s3Users.js";
import { LABELS } from "../components/vocabulary/labels.js";
import { fleetRules } from "../components/vocabulary/metrics/rules.js";
import { Platform, type PlatformArgs } from "../components/platform/platform.js";
import { awsCredentials } from "./awsCredentials.js";
import type { StackConfig } from "./config.js";
import type { ClusterConfig } from "./clusterConfig.js";
import { NAMESPACE } from "./namespace.js";
import { s3Users } from "./s3Users.js";
import { namespaceName } from "./schema.js";

/** What models are deployed to. */
export interface Infrastructure {
  /** The cluster with its add-ons: what is made through it comes after them, and goes before them. */
  provider: k8s.Provider;
  /** Prometheus, where the stack installs it. */
  prometheusUrl: pulumi.Output<string> | undefined;
  /** File system for weights, where the stack makes one with its cluster. */
  cacheStorage?: FileSystem;
}

/** Name of the component that makes the cluster. */
export const CLUSTER = "cluster";

/**
 * Builds or finds the cluster, and installs the add-ons that are asked for. A cluster of the stack's own also has what its cache and
 * its batches need in AWS.
 *
 * @param present a cluster of the stack's own, as it runs
 */
export function infrastructure(config: StackConfig, stack: string, present?: PresentCluster): Infrastructure {
  const { cluster, platform, namespace } = config;
  const tags = tagsOf(config, stack);
  const sharedGpuPods = platform.addons.devicePlugin.timeSlicingReplicas;
  const cacheFolder = config.cache?.kind === "node" ? config.cache.path : undefined;
  const built =
    cluster.built &&
    new EksGpuCluster(CLUSTER, {
      cluster: cluster.built,
      tags,
      credentials: awsCredentials(),
      ...(present !== undefined && { present }),
      ...(sharedGpuPods !== undefined && { sharedGpuPods }),
      ...(cacheFolder !== undefined && { cacheFolder }),
    });
  const { ready: storageReady, ...storage } = storageOf(config, built, stack);
  const access = providerArgs(cluster, built);
  const isKarpenter = cluster.built?.nodes === "karpenter";
  const envoyGateway = envoyGatewayOf(config);
  const { envoyGateway: _, ...switched } = platform.addons;
  const installs =
    isKarpenter ||
    envoyGateway !== undefined ||
    Object.values(switched).some(({ install }) => install ?? built !== undefined);
  if (!installs) {
    return {
      provider: new k8s.Provider("cluster", access, { dependsOn: storageReady }),
      prometheusUrl: undefined,
      ...storage,
    };
  }

  const addonsProvider = new k8s.Provider("platform", access, { dependsOn: built?.ready ?? [] });
  const addons = new Platform(
    "platform",
    {
      clusterName: clusterName(cluster),
      addons: platform.addons,
      addonsPath: `${NAMESPACE}:platform.addons`,
      installByDefault: built !== undefined,
      monitoringNamespace: platform.prometheus.namespace,
      modelNamespaces: [namespaceName(namespace)],
      fleetRules: [fleetRules(stack)],
      shownLabels: Object.keys(config.labels),
      ...(envoyGateway !== undefined && { envoyGateway }),
      ...(config.gateway !== undefined && { gatewayNamespace: config.gateway.namespace }),
      ...(cluster.built !== undefined && built !== undefined && ofBuilt(cluster.built, built, config.labels)),
    },
    { provider: addonsProvider },
  );
  const ready = [...addons.ready, ...storageReady];
  if (cluster.built !== undefined && built !== undefined && isKarpenter) {
    const nodes = karpenterNodes(cluster.built, built, tags, cacheFolder, {
      provider: addonsProvider,
      dependsOn: addons.ready,
    });
    // Pods that wait for a node do so while there is what makes it.
    ready.push(nodes);
  }
  // A provider of its own for the models: a ScaledObject whose KEDA has gone first would wait for ever to be deleted.
  const provider = new k8s.Provider("cluster", access, { dependsOn: ready });
  return { provider, prometheusUrl: addons.prometheusUrl, ...storage };
}

/** What Envoy Gateway is installed with; `undefined` where the cluster has it, or needs none. */
function envoyGatewayOf({ gateway }: StackConfig): PlatformArgs["envoyGateway"] {
  if (gateway?.install !== true) return undefined;
  const { redisUrl, redisImage } = gateway.rateLimits;
  return {
    namespace: gateway.namespace,
    ...(redisUrl !== undefined && { redisUrl }),
    ...(redisImage !== undefined && { redisImage }),
  };
}

/** Tags of everything in AWS. */
function tagsOf({ labels }: StackConfig, stack: string): Record<string, string> {
  return { ...labels, [LABELS.partOf]: stack };
}

/** What weights and files of batches need of a cluster of the stack's own: file systems, drivers, permissions. */
function storageOf(
  config: StackConfig,
  built: EksGpuCluster | undefined,
  stack: string,
): Pick<Infrastructure, "cacheStorage"> & { ready: pulumi.Resource[] } {
  if (config.cluster.built === undefined || built === undefined) return { ready: [] };
  const { kubernetesVersion, iam } = config.cluster.built;
  const { clusterName, network, controlPlane } = built;
  const tags = tagsOf(config, stack);
  const users = s3Users(config, stack);
  const args = { clusterName, namespace: namespaceName(config.namespace), users, roles: { ...iam, tags } };
  const permissions = Object.keys(users).length === 0 ? [] : new S3Users("s3", args).ready;
  if (config.cache === undefined) return { ready: permissions };
  const { fileSystem, ready } = cacheStorage(
    "cache",
    config.cache,
    { clusterName, kubernetesVersion, network, securityGroupId: controlPlane.clusterSecurityGroupId, tags, roles: iam },
    `${NAMESPACE}:cache`,
    // A driver's pods need nodes.
    { dependsOn: built.ready },
  );
  return { ready: [...permissions, ...ready], ...(fileSystem !== undefined && { cacheStorage: fileSystem }) };
}

function karpenterNodes(
  config: BuiltClusterConfig,
  built: EksGpuCluster,
  tags: Record<string, string>,
  cacheFolder: string | undefined,
  opts: pulumi.ComponentResourceOptions,
): KarpenterNodes {
  return new KarpenterNodes(
    "nodes",
    {
      clusterName: config.name,
      gpuNodes: config.gpuNodes,
      roleName: built.nodeRoleName,
      subnetIds: built.network.privateSubnetIds,
      securityGroupId: built.controlPlane.clusterSecurityGroupId,
      // The checks ask for one where Karpenter makes nodes.
      amiRelease: config.amiRelease!,
      tags,
      cacheFolder,
    },
    opts,
  );
}

/** What add-ons need to know of a cluster of the stack's own. */
function ofBuilt(
  config: BuiltClusterConfig,
  built: EksGpuCluster,
  labels: StackConfig["labels"],
): Partial<PlatformArgs> {
  // Roles of add-ons had no tags before there were labels.
  const roles = Object.keys(labels).length === 0 ? config.iam : { ...config.iam, tags: labels };
  return {
    aws: {
      region: aws.getRegionOutput().region,
      accountId: aws.getCallerIdentityOutput().accountId,
      partition: aws.getPartitionOutput().partition,
      vpcId: built.network.vpcId,
      roles,
    },
    kubernetesVersion: config.kubernetesVersion,
    nodes: mostNodes(config),
    ...(config.nodes === "karpenter"
      ? { karpenter: { nodeRoleArn: built.nodeRoleArn } }
      : { priorities: expanderPriorities(config, CLUSTER) }),
  };
}

function clusterName({ existing, built }: ClusterConfig): string {
  return existing === undefined ? built.name : existing.name;
}

function providerArgs(cluster: ClusterConfig, built: EksGpuCluster | undefined): k8s.ProviderArgs {
  const { existing } = cluster;
  return {
    // Without it a renewed kubeconfig would look like another cluster, and replace everything.
    clusterIdentifier: clusterName(cluster),
    kubeconfig:
      built?.kubeconfig ?? (existing?.kubeconfig === undefined ? undefined : pulumi.secret(existing.kubeconfig)),
    context: existing?.context,
  };
}
