import type * as pulumi from "@pulumi/pulumi";
import type { Access } from "../contract/access.js";
import type { PodConfig } from "../contract/pod.js";
import type { Monitors, PrometheusAuthentication, SeriesLabels } from "../contract/prometheus.js";
import type { NodeGroups } from "../contract/nodeGroup.js";
import type { PriorityName, TrafficClass } from "../vocabulary/traffic.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { Telemetry } from "../derive/observability/telemetry.js";
import type { GatewayClients } from "../derive/gateway/access.js";
import type { SecretKey } from "./secretKey.js";

/** Where a runtime finds Prometheus, and Prometheus the runtime. */
export interface Monitoring {
  /** Address of Prometheus' HTTP API as KEDA sees it, such as `http://prometheus.monitoring.svc:9090`. */
  prometheusUrl: pulumi.Input<string>;
  /** Namespace of Prometheus, which reads `/metrics`. */
  namespace: string;
  /** Labels that Prometheus selects PodMonitors by. @default none: one that selects all */
  podMonitorLabels?: Record<string, string>;
  /** How Prometheus finds the pods. @default "podMonitor" */
  monitors?: Monitors;
  /** Labels that the scrape puts on the series, where there is no PodMonitor. @default those that `monitors` leads to */
  seriesLabels?: Partial<SeriesLabels>;
  /** How KEDA proves to Prometheus who it is; `servingEnvironment` makes the TriggerAuthentication of it. @default not at all */
  authentication?: PrometheusAuthentication;
  /** Name of that TriggerAuthentication in the models' namespace. @default none */
  triggerAuthentication?: pulumi.Input<string>;
}

/** What fills a cache, for those that read it. */
export interface WeightsCache {
  /** What has to be done before pods of a release start: the fills of all that it loads, and what it mounts. */
  before(plan: Pick<RuntimePlan, "artifacts" | "cache">): pulumi.Resource[];
}

/**
 * What every model of a stack shares. It is built once, by `servingEnvironment` or by a program of its own, and passed whole: a
 * component takes what it needs of it.
 */
export interface ServingEnvironment {
  /** Namespace of every resource; it has to be there. */
  namespace: pulumi.Input<string>;
  /** The system that the models are part of, usually the stack. A label's value. */
  partOf: string;
  monitoring: Monitoring;
  /** @default clients of the models' own namespace, and the internet for weights */
  access?: Access;
  /** Node groups of the cluster, for placement. @default nodes with this project's labels and taints */
  nodeGroups?: NodeGroups;
  /** Annotations of runtimes' pods by traffic class, such as those of what makes their nodes. @default none */
  podAnnotations?: Readonly<Partial<Record<TrafficClass, Readonly<Record<string, string>>>>>;
  /** What the platform adds to the pods of every model. @default nothing */
  pod?: PodConfig;
  /** Labels of pods that others make of what is written here, such as workers of batches: who pays for them. @default none */
  costLabels?: Readonly<Record<string, string>> | undefined;
  /** Logs and traces of servers. @default vLLM's own logs, and no traces */
  telemetry?: Telemetry | undefined;
  /** Image of warm spares. @default one that does nothing, of registry.k8s.io */
  spareImage?: string;
  /** Names of PriorityClasses. @default the cluster's default class */
  priorityClasses?: Readonly<Record<PriorityName, pulumi.Input<string>>>;
  /** Token of the Hugging Face Hub; given to what downloads gated models only. @default none */
  huggingFaceToken?: SecretKey;
  /** The gateway that clients come by. @default pods of the cluster send requests themselves */
  gateway?: GatewayClients | undefined;
  /** Where weights are kept, as `ModelCache` makes it. @default each start downloads them, or somebody else fills the cache */
  cache?: WeightsCache;
}
