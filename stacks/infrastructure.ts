import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { EksGpuCluster } from "../components/cluster/eksGpuCluster.js";
import { LABELS } from "../components/vocabulary/labels.js";
import { Platform } from "../components/platform/platform.js";
import type { StackConfig } from "./config.js";
import type { ClusterConfig } from "./clusterConfig.js";

/** What models are deployed to. */
export interface Infrastructure {
  /** The cluster with its add-ons: what is made through it comes after them, and goes before them. */
  provider: k8s.Provider;
  /** Prometheus, where the stack installs it. */
  prometheusUrl: pulumi.Output<string> | undefined;
}

/** Builds or finds the cluster, and installs the add-ons that are asked for. */
export function infrastructure({ cluster, platform, namespace }: StackConfig, stack: string): Infrastructure {
  const built =
    cluster.built && new EksGpuCluster("cluster", { cluster: cluster.built, tags: { [LABELS.partOf]: stack } });
  const access = providerArgs(cluster, built);
  const installs = Object.values(platform.addons).some(({ install }) => install ?? built !== undefined);
  if (!installs) return { provider: new k8s.Provider("cluster", access), prometheusUrl: undefined };

  const addons = new Platform(
    "platform",
    {
      clusterName: clusterName(cluster),
      addons: platform.addons,
      installByDefault: built !== undefined,
      monitoringNamespace: platform.prometheus.namespace,
      modelNamespaces: [namespace],
      ...(built !== undefined && {
        aws: {
          region: aws.getRegionOutput().region,
          accountId: aws.getCallerIdentityOutput().accountId,
          partition: aws.getPartitionOutput().partition,
        },
      }),
    },
    { provider: new k8s.Provider("platform", access, { dependsOn: built?.ready ?? [] }) },
  );
  // A provider of its own for the models: a ScaledObject whose KEDA has gone first would wait for ever to be deleted.
  const provider = new k8s.Provider("cluster", access, { dependsOn: addons.ready });
  return { provider, prometheusUrl: addons.prometheusUrl };
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
