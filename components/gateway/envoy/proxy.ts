/** The proxies: how many, where, and how they stop. */
import type { GatewayConfig } from "../../contract/gateway/schema.js";
import { ENVOY_GATEWAY, OWNING_GATEWAY } from "../../vocabulary/envoyGateway.js";
import { APP_NAME, LABELS, MANAGED_BY } from "../../vocabulary/labels.js";
import { HOST_LABEL, ZONE_LABEL } from "../../vocabulary/nodes.js";
import type { GatewayNames } from "../names.js";
import { type GatewayObject, seconds } from "../objects.js";

/**
 * Envoy of Envoy Gateway 1.9.1, api/v1alpha1/shared_types.go (`DefaultEnvoyProxyImage`), read 2026-11-27.
 */
export const ENVOY_IMAGE =
  "docker.io/envoyproxy/envoy:distroless-v1.39.1@sha256:eb2c01c13125d1629637cb4e4cce7207009fb7cc2c8027f9742758549d15b6f4";

/** Labels that choose the proxies' pods. @param namespace of the Gateway */
export function proxyLabels({ gateway }: Pick<GatewayNames, "gateway">, namespace: string): Record<string, string> {
  return { [OWNING_GATEWAY.name]: gateway, [OWNING_GATEWAY.namespace]: namespace };
}

/** What is decided outside. */
export interface ProxySettings {
  namespace: string;
  /** The stack. */
  partOf: string;
  /** The longest that a request may take: a proxy that stops waits for it. */
  drainSeconds: number;
  /** `spec.telemetry` of the EnvoyProxy. @default Envoy Gateway's own */
  telemetry?: Record<string, unknown>;
}

export function proxyObject(config: GatewayConfig, names: GatewayNames, settings: ProxySettings): GatewayObject {
  const { drainSeconds, telemetry } = settings;
  return {
    ...{ apiVersion: ENVOY_GATEWAY.version, kind: "EnvoyProxy", name: names.gateway, scope: "models" },
    spec: {
      logging: { level: { default: "warn" } },
      ...(telemetry !== undefined && { telemetry }),
      // The program uses calls of Envoy that Envoy Gateway's own trial run does not know; CI runs it in Envoy.
      luaValidation: "InsecureSyntax",
      // Requests that run are finished; the load balancer sees a proxy that goes as unhealthy first.
      shutdown: { drainTimeout: seconds(drainSeconds), minDrainDuration: "15s" },
      provider: { type: "Kubernetes", kubernetes: kubernetesSpec(config, names, settings) },
    },
  };
}

function kubernetesSpec(config: GatewayConfig, names: GatewayNames, { namespace, partOf }: ProxySettings) {
  const { replicas, envoyImage = ENVOY_IMAGE, sourceRanges } = config;
  const selector = { matchLabels: proxyLabels(names, namespace) };
  return {
    envoyDeployment: {
      name: names.network,
      replicas,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      pod: {
        labels: { [LABELS.partOf]: partOf },
        topologySpreadConstraints: [ZONE_LABEL, HOST_LABEL].map((topologyKey) => ({
          ...{ maxSkew: 1, topologyKey, whenUnsatisfiable: "ScheduleAnyway", labelSelector: selector },
        })),
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      },
      container: {
        image: envoyImage,
        resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "2Gi" } },
        securityContext: {
          ...{ allowPrivilegeEscalation: false, runAsNonRoot: true, readOnlyRootFilesystem: true },
          capabilities: { drop: ["ALL"] },
          seccompProfile: { type: "RuntimeDefault" },
        },
      },
    },
    envoyPDB: { maxUnavailable: 1 },
    envoyService: {
      name: names.network,
      type: "LoadBalancer",
      // A proxy that drains is out of the load balancer; with Cluster any node would pass connections on to it.
      externalTrafficPolicy: "Local",
      annotations: { ...loadBalancerAnnotations(config), ...config.annotations },
      labels: { [LABELS.name]: APP_NAME, [LABELS.partOf]: partOf, [LABELS.managedBy]: MANAGED_BY },
      ...(sourceRanges !== undefined && { loadBalancerSourceRanges: sourceRanges }),
    },
  };
}

/** Of the AWS Load Balancer Controller; others do not read them. */
function loadBalancerAnnotations({ exposure }: GatewayConfig): Record<string, string> {
  const prefix = "service.beta.kubernetes.io/aws-load-balancer-";
  return {
    [`${prefix}type`]: "external",
    [`${prefix}nlb-target-type`]: "ip",
    [`${prefix}scheme`]: exposure === "internal" ? "internal" : "internet-facing",
    // A silent stream lives longer than the default of 350 s: the most that a Network Load Balancer takes is 6,000.
    [`${prefix}listener-attributes.TCP-443`]: "tcp.idle_timeout.seconds=6000",
    [`${prefix}target-group-attributes`]: "deregistration_delay.timeout_seconds=300",
  };
}
