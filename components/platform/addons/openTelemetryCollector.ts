import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { secretKeyOf } from "../../config/secretRef.js";
import { LABELS } from "../../vocabulary/labels.js";
import { SYSTEM_NODES } from "../../vocabulary/nodes.js";
import { CHARTS } from "../charts.js";
import { addonPolicies, collectorPolicies } from "../ingress.js";
import { COLLECTOR_NAMESPACE } from "../namespaces.js";
import { addonNamespace, addonRelease, type AddonReleaseArgs } from "../release.js";
import type { AddonsConfig } from "../schema.js";
import { type HelmValues, HOST, resources, spread, ZONE } from "../values.js";

/** Inputs of {@link OpenTelemetryCollectorAddon}. */
export interface OpenTelemetryCollectorArgs {
  /** Values of the chart beside those that are decided here, and where they stand. @default none */
  ownValues?: AddonReleaseArgs["ownValues"];
  /** @default 2 */
  replicas?: number;
  /** Where traces go. @default nowhere */
  exporter?: AddonsConfig["openTelemetryCollector"]["exporter"];
  /** Namespaces whose pods may send traces. @default none */
  modelNamespaces?: readonly string[];
  /** Whether Prometheus scrapes it, which needs the CRDs of its operator. @default true */
  serviceMonitors?: boolean;
  /** Namespace of that Prometheus. @default "monitoring" */
  monitoringNamespace?: string;
}

const { name: NAME } = CHARTS.openTelemetryCollector;
/** The chart's selector of the pods begins with it. */
export const COLLECTOR_LABELS = { [LABELS.name]: NAME };
/** Of the receivers: https://opentelemetry.io/docs/specs/otlp/ */
const PORTS = { grpc: 4317, http: 4318, metrics: 8888 } as const;

/** The collectors as the cluster's pods reach them. */
export function collectorEndpoint(protocol: "grpc" | "http"): string {
  return `http://${NAME}.${COLLECTOR_NAMESPACE}.svc:${PORTS[protocol]}`;
}

/** The image's user. */
const USER = 10001;

const LISTEN = "${env:MY_POD_IP}";

/** Variable of a header's value, which the config names in its place. */
function headerVariable(index: number): string {
  return `EXPORTER_HEADER_${index}`;
}

/** Exporters by name. Names with `otlp_` are those of 0.144 and later: https://github.com/open-telemetry/opentelemetry-collector/pull/14397 */
function exporters({ exporter }: OpenTelemetryCollectorArgs): HelmValues {
  if (exporter === undefined) return { debug: { verbosity: "basic" } };
  const { endpoint, protocol, headers } = exporter;
  const named = Object.keys(headers).map((header, index) => [header, `\${env:${headerVariable(index)}}`]);
  const given = { ...(named.length > 0 && { headers: Object.fromEntries(named) as Record<string, string> }) };
  return protocol === "http" ? { otlp_http: { endpoint, ...given } } : { otlp_grpc: { endpoint, ...given } };
}

/** The collector's whole config: the chart's own would open Jaeger's and Zipkin's ports, too. */
function collectorConfig(args: OpenTelemetryCollectorArgs): HelmValues {
  const sinks = exporters(args);
  return {
    extensions: { health_check: { endpoint: `${LISTEN}:13133` } },
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `${LISTEN}:${PORTS.grpc}` },
          http: { endpoint: `${LISTEN}:${PORTS.http}` },
        },
      },
    },
    processors: {
      // Refuses spans before the container runs out of memory; who sends them tries again.
      memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 25 },
      batch: {},
    },
    exporters: sinks,
    service: {
      extensions: ["health_check"],
      telemetry: {
        metrics: {
          readers: [{ pull: { exporter: { prometheus: { host: LISTEN, port: PORTS.metrics } } } }],
        },
      },
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: Object.keys(sinks) },
      },
    },
  };
}

/** Values of the chart. */
export function openTelemetryCollectorValues(args: OpenTelemetryCollectorArgs) {
  const { replicas = 2, exporter, serviceMonitors = true } = args;
  const off = { enabled: false };
  return {
    mode: "deployment",
    // Has the components named above, and no receiver that reads files of nodes.
    image: { repository: "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s" },
    command: { name: "otelcol-k8s" },
    alternateConfig: collectorConfig(args),
    replicaCount: replicas,
    nodeSelector: SYSTEM_NODES,
    topologySpreadConstraints: spread(COLLECTOR_LABELS, ZONE, HOST),
    podDisruptionBudget: { enabled: replicas > 1, maxUnavailable: 1 },
    resources: resources("100m", "256Mi", "512Mi"),
    ports: {
      "jaeger-compact": off,
      "jaeger-thrift": off,
      "jaeger-grpc": off,
      zipkin: off,
      metrics: { enabled: true },
    },
    serviceAccount: { automountServiceAccountToken: false },
    podSecurityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      seccompProfile: { type: "RuntimeDefault" },
    },
    securityContext: {
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    },
    extraEnvs: Object.values(exporter?.headers ?? {}).map((reference, index) => ({
      name: headerVariable(index),
      valueFrom: { secretKeyRef: secretKeyOf(reference) },
    })),
    serviceMonitor: { enabled: serviceMonitors },
  } satisfies HelmValues;
}

/** OpenTelemetry collectors: they take the models' spans, and pass them on in batches with a secret that the models have not. */
export class OpenTelemetryCollectorAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: OpenTelemetryCollectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:OpenTelemetryCollectorAddon", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const namespace = addonNamespace(name, COLLECTOR_NAMESPACE, "restricted", child).metadata.name;
    const { modelNamespaces = [], monitoringNamespace } = args;
    addonPolicies(name, namespace, collectorPolicies(modelNamespaces, PORTS, monitoringNamespace), child);
    this.release = addonRelease(
      name,
      {
        chart: CHARTS.openTelemetryCollector,
        namespace,
        values: openTelemetryCollectorValues(args),
        ownValues: args.ownValues,
      },
      child,
    );
    this.registerOutputs({ namespace });
  }
}
