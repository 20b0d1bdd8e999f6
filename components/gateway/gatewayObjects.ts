/** Everything that a stack's gateway consists of beside Secrets, as plain data. */
import { ENVOY_GATEWAY } from "../vocabulary/envoyGateway.js";
import { proxiesName } from "../vocabulary/gateway.js";
import type { Monitors } from "../contract/prometheus.js";
import type { Tracing } from "../derive/observability/tracing.js";
import { accessLogSpec, type GatewayListener, proxyMonitorSpec, statsPatchSpec, tracingSpec } from "./telemetry.js";
import type { Access } from "../contract/access.js";
import type { GatewayConfig } from "../contract/gateway/schema.js";
import type { ServedModel } from "../derive/servedModel.js";
import { admissionProgram } from "./admission/program.js";
import { admissionContext } from "./admission/table.js";
import { admissionTable } from "./admissionTable.js";
import { admissionObjects } from "./envoy/admission.js";
import { envoyGateway } from "./envoy/envoyGateway.js";
import { listenerObjects, longestRequest } from "./envoy/listener.js";
import { proxyPolicy } from "./envoy/network.js";
import { proxyLabels, proxyObject } from "./envoy/proxy.js";
import { fallbackRoutes, modelRoutes } from "./modelRoutes.js";
import { gatewayNames } from "./names.js";
import type { GatewayObject } from "./objects.js";

/** What {@link gatewayObjects} is made of. */
export interface GatewayStack {
  config: GatewayConfig;
  models: readonly ServedModel[];
  /** The stack. */
  partOf: string;
  /** Namespace of the models. */
  namespace: string;
  /** Namespace of Prometheus. */
  monitoringNamespace: string;
  access?: Access | undefined;
  /** Names of the Secrets with tenants' keys. */
  keySecrets: readonly string[];
  /** Where the proxies' spans go. @default nowhere */
  tracing?: Tracing | undefined;
  /** How Prometheus finds the proxies, and the labels that it selects PodMonitors by. @default it does not */
  monitors?: { kind: Monitors; labels: Record<string, string> };
}

/** The objects, in the order in which they are made. */
export function gatewayObjects(stack: GatewayStack): GatewayObject[] {
  const { config, models, partOf, namespace } = stack;
  const names = gatewayNames(partOf, namespace);
  const fallbacks = models.flatMap((model) => fallbackRoutes(model, config, models));
  const own = [
    ...models.flatMap((model) => model.gateway?.protection?.requestSeconds ?? []),
    ...fallbacks.map(({ requestSeconds }) => requestSeconds),
  ];
  const place = { host: config.host, gateway: names.gateway, namespace };
  const selector = proxyLabels(names, namespace);
  return [
    proxyObject(config, names, {
      ...{ namespace, partOf, drainSeconds: longestRequest(config, own) },
      telemetry: telemetryOf(stack),
    }),
    ...listenerObjects(config, names),
    ...seriesObjects(stack, { namespace, gateway: names.gateway, listener: names.listener }),
    ...admissionObjects(config, names, {
      program: admissionProgram(),
      context: admissionContext(admissionTable(config, models)),
      keySecrets: stack.keySecrets,
    }),
    ...models.flatMap((model) =>
      modelRoutes(model, config, models).flatMap((route) => envoyGateway.modelObjects(route, place)),
    ),
    ...envoyGateway.fallbackObjects(fallbacks, {
      ...{ ...place, listener: names.listener },
      bodyBytes: Math.ceil(config.protection.bodyMiB * 1024 * 1024),
    }),
    {
      ...{ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: names.network, scope: "gateway" },
      spec: {
        ...proxyPolicy(config, {
          ...{ selector, models: namespace, monitoring: stack.monitoringNamespace, access: stack.access },
        }),
      },
    },
  ];
}

function telemetryOf({ tracing, partOf }: GatewayStack): Record<string, unknown> {
  const spans = tracing && tracingSpec(tracing, partOf);
  return { accessLog: accessLogSpec(), ...(spans !== undefined && { tracing: spans }) };
}

/** Series by tenant, and their scrape. */
function seriesObjects({ partOf, monitors }: GatewayStack, listener: GatewayListener): GatewayObject[] {
  const name = `${listener.gateway}.series`;
  const patch = { apiVersion: ENVOY_GATEWAY.version, kind: "EnvoyPatchPolicy", name, scope: "models" } as const;
  return [
    { ...patch, spec: { ...statsPatchSpec(listener, partOf) } },
    ...(monitors?.kind !== "podMonitor"
      ? []
      : [
          {
            ...{ apiVersion: "monitoring.coreos.com/v1", kind: "PodMonitor", scope: "gateway" as const },
            ...{ name: proxiesName(listener.namespace, partOf), labels: monitors.labels },
            spec: { ...proxyMonitorSpec(listener, partOf) },
          },
        ]),
  ];
}
