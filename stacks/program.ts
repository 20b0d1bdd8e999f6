/** The program as a function of its config: wires the layers and nothing else. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { runBatches } from "../components/batch/runBatches.js";
import { ModelCache, plansOf } from "../components/cache/modelCache.js";
import type { CacheStorage } from "../components/cache/volume.js";
import { DO_NOT_DISRUPT } from "../components/cluster/karpenter/nodePool.js";
import type { PresentCluster } from "../components/cluster/present.js";
import { hasEngine } from "../components/derive/batch/plan.js";
import type { ServedModel } from "../components/derive/servedModel.js";
import type { Telemetry } from "../components/derive/observability/telemetry.js";
import { COLLECTOR_LABELS, collectorEndpoint } from "../components/platform/addons/openTelemetryCollector.js";
import { proxyLabels } from "../components/gateway/envoy/proxy.js";
import { InferenceGateway } from "../components/gateway/inferenceGateway.js";
import { gatewayNames } from "../components/gateway/names.js";
import type { MadeKeys } from "../components/gateway/tenantKeys.js";
import type { GatewayClients } from "../components/derive/gateway/access.js";
import { Observability } from "../components/observability/observability.js";
import type { ServingEnvironment } from "../components/engine/environment.js";
import { serveModels, servingEnvironment } from "../components/serving/environment.js";
import type { LiveRelease } from "../components/serving/modelServing.js";
import { POD_SECURITY } from "../components/vocabulary/kubernetes.js";
import { LABELS, MANAGED_BY } from "../components/vocabulary/labels.js";
import { nodeGroupsOf } from "./clusterConfig.js";
import type { StackConfig } from "./config.js";
import { registerCostLabels } from "./costLabels.js";
import { namespaceName } from "./schema.js";
import { infrastructure } from "./infrastructure.js";

/** Outputs of a stack. */
export interface Deployed {
  /** What is live, by model. */
  models: Record<string, pulumi.Output<LiveRelease>>;
  /** The door, where the config has one. */
  gateway?: {
    url: pulumi.Output<string>;
    /** Keys that the stack makes, by tenant and name; secret. */
    tenantKeys: MadeKeys;
  };
}

/**
 * Creates every resource of a stack.
 *
 * @param present a cluster of the stack's own, as it runs
 * @param watched models that rules are made of; `null` makes none, where another run of the program does @default those of the config
 */
export function deploy(
  config: StackConfig,
  stack: string,
  present?: PresentCluster,
  watched: readonly ServedModel[] | null = config.models,
): Deployed {
  registerCostLabels(config.labels);
  const {
    provider,
    prometheusUrl = config.platform.prometheus.url,
    cacheStorage,
  } = infrastructure(config, stack, present);
  const opts = { provider };
  const namespace = modelNamespace(config.namespace, stack, opts);
  const { spareImage, ...pod } = config.pod ?? {};
  const { namespace: monitoringNamespace, url: _, ...scrape } = config.platform.prometheus;
  const environment = servingEnvironment(
    config.models,
    {
      namespace,
      partOf: stack,
      priorityPrefix: namespaceName(config.namespace),
      monitoring: { ...scrape, prometheusUrl, namespace: monitoringNamespace },
      access: config.access,
      nodeGroups: nodeGroupsOf(config.cluster),
      pod,
      ...(Object.keys(config.labels).length > 0 && { costLabels: config.labels }),
      telemetry: telemetryOf(config),
      spareImage,
      ...(config.cluster.built?.nodes === "karpenter" && {
        // Batch work is made to be interrupted, and has to end before its spot node does.
        podAnnotations: { interactive: DO_NOT_DISRUPT },
      }),
      huggingFaceToken: config.huggingFaceToken,
      gateway: gatewayClients(config, stack),
      otherReleases: config.batches.flatMap(({ work }) => (hasEngine(work) ? work.release : [])),
    },
    opts,
  );
  const cache = modelCache(config, environment, cacheStorage, opts);
  const shared = { ...environment, ...(cache !== undefined && { cache }) };
  const hasPodIdentity = config.cluster.built !== undefined;
  runBatches(config.batches, { environment: shared, quota: config.batchQuota, hasPodIdentity }, opts);
  const models = serveModels(config.models, shared, opts);
  // Nobody else reads PrometheusRules.
  if (watched !== null && config.platform.prometheus.monitors === "podMonitor") {
    new Observability(
      "observability",
      {
        ...{ models: watched, batches: config.batches, config: config.observability, environment: shared },
        ...(config.gateway !== undefined && { gateway: config.gateway }),
      },
      opts,
    );
  }
  const { gateway } = config;
  if (watched === null || gateway === undefined) return { models };
  const { url, tenantKeys } = new InferenceGateway(
    "gateway",
    { config: gateway, models: watched, environment: shared, tenantKeys: config.tenantKeys },
    opts,
  );
  return { models, gateway: { url, tenantKeys } };
}

/** Whose requests the models take, where there is a gateway: its proxies', and those of batches that send lines to them. */
function gatewayClients({ gateway, namespace, batches }: StackConfig, stack: string): GatewayClients | undefined {
  if (gateway === undefined) return undefined;
  const models = namespaceName(namespace);
  const routed = batches.flatMap(({ name, work }) =>
    hasEngine(work) ? [] : [{ model: work.route.model, batch: name }],
  );
  return {
    namespace: gateway.namespace,
    podLabels: proxyLabels(gatewayNames(stack, models), models),
    batches: (model) => routed.filter((one) => one.model === model).map(({ batch }) => batch),
  };
}

/** Logs and traces of the servers; spans go to the stack's own collector unless the config names another. */
function telemetryOf({ observability: { logs, tracing } }: StackConfig): Telemetry {
  if (tracing === undefined) return { logs };
  const { endpoint, protocol } = tracing;
  if (endpoint !== undefined) return { logs, tracing: { ...tracing, endpoint } };
  return { logs, tracing: { ...tracing, endpoint: collectorEndpoint(protocol), podLabels: COLLECTOR_LABELS } };
}

/** Where weights are kept; none where the stack has no such section, or one that makes nothing. */
function modelCache(
  { cache, models, batches }: StackConfig,
  environment: ServingEnvironment,
  storage: CacheStorage | undefined,
  opts: pulumi.ComponentResourceOptions,
): ModelCache | undefined {
  if (cache === undefined || (cache.kind === "none" && !cache.prePull)) return undefined;
  const plans = [...plansOf(models), ...batches.flatMap(({ work }) => (hasEngine(work) ? work.release : []))];
  return new ModelCache("model-cache", { cache, plans, environment, ...(storage !== undefined && { storage }) }, opts);
}

/** The models' namespace: made here, unless it is there already. */
function modelNamespace(
  namespace: StackConfig["namespace"],
  stack: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Input<string> {
  if (typeof namespace !== "string") return namespace.name;
  const labels = { [LABELS.partOf]: stack, [LABELS.managedBy]: MANAGED_BY, [POD_SECURITY]: "restricted" };
  return new k8s.core.v1.Namespace("namespace", { metadata: { name: namespace, labels } }, opts).metadata.name;
}
