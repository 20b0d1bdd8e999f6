import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CONTROL_PORTS, ENVOY_GATEWAY_CONTROLLER } from "../../vocabulary/envoyGateway.js";
import { LABELS } from "../../vocabulary/labels.js";
import { SYSTEM_NODES } from "../../vocabulary/nodes.js";
import { CHARTS } from "../charts.js";
import { addonPolicies, envoyGatewayPolicies } from "../ingress.js";
import { addonNamespace, addonRelease, type AddonReleaseArgs } from "../release.js";
import { type HelmValues, HOST, PRIORITY, resources, spread, ZONE } from "../values.js";
import { GATEWAY_REDIS, GatewayRedis } from "./gatewayRedis.js";

/** What a stack's gateway decides of Envoy Gateway. */
export interface EnvoyGatewaySettings {
  /** Namespace of Envoy Gateway and the proxies, which is made. @default "envoy-gateway-system" */
  namespace?: string;
  /** Redis that counts quotas, such as `redis://redis.cache.svc:6379`. @default one that is made, with one replica and no disk */
  redisUrl?: string;
  /** Image of that Redis. @default one that is pinned */
  redisImage?: string;
}

/** Inputs of {@link EnvoyGatewayAddon}. */
export interface EnvoyGatewayArgs extends EnvoyGatewaySettings {
  /** Values of the chart beside those that are decided here, and where they stand. @default none */
  ownValues?: AddonReleaseArgs["ownValues"];
  /** Namespace of Prometheus, which reads the series of Envoy Gateway and the proxies. @default "monitoring" */
  monitoringNamespace?: string;
}

/** Where Envoy Gateway and the proxies are by default; the charts' own. */
export const GATEWAY_NAMESPACE = "envoy-gateway-system";
/** Values of the chart. */
export function envoyGatewayValues({ namespace = GATEWAY_NAMESPACE, redisUrl }: EnvoyGatewaySettings) {
  const url = redisUrl ?? `redis://${GATEWAY_REDIS.name}.${namespace}.svc.cluster.local:${GATEWAY_REDIS.port}`;
  return {
    // The chart with CRDs has them: Helm would not upgrade those of this one.
    crds: { enabled: false },
    // It labels proxies with their zone, which nothing here asks for.
    topologyInjector: { enabled: false },
    podDisruptionBudget: { minAvailable: 1 },
    deployment: {
      replicas: 2,
      priorityClassName: PRIORITY.cluster,
      pod: {
        nodeSelector: SYSTEM_NODES,
        topologySpreadConstraints: spread({ "control-plane": "envoy-gateway" }, ZONE, HOST),
      },
      envoyGateway: { resources: resources("100m", "256Mi", "1Gi") },
    },
    certgen: { job: { nodeSelector: SYSTEM_NODES } },
    config: {
      envoyGateway: {
        gateway: { controllerName: ENVOY_GATEWAY_CONTROLLER },
        provider: {
          type: "Kubernetes",
          kubernetes: {
            rateLimitDeployment: {
              replicas: 2,
              pod: { nodeSelector: SYSTEM_NODES },
              container: { resources: resources("100m", "128Mi", "512Mi") },
            },
          },
        },
        // Lua: the admission program. Backend and EnvoyPatchPolicy: what a route to a model has no field for. Who may write those kinds
        // can do anything at the proxies: give nobody else the right (docs/gateway.md).
        extensionApis: { enableLua: true, enableBackend: true, enableEnvoyPatchPolicy: true },
        rateLimit: {
          backend: { type: "Redis", redis: { url } },
          // Nobody is without a limit because what counts is away.
          failClosed: true,
          timeout: "500ms",
        },
      },
    },
  } satisfies HelmValues;
}

/** Values of the chart with the CRDs of Envoy Gateway and the Gateway API. */
export function gatewayCrdValues() {
  return {
    crds: { gatewayAPI: { enabled: true, channel: "standard" }, envoyGateway: { enabled: true } },
  } satisfies HelmValues;
}

/** Envoy Gateway with its CRDs, its rate limit service and, unless there is one, the Redis that this counts in. */
export class EnvoyGatewayAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: EnvoyGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:EnvoyGatewayAddon", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const { namespace: inNamespace = GATEWAY_NAMESPACE, monitoringNamespace } = args;
    const namespace = addonNamespace(name, inNamespace, "restricted", child).metadata.name;
    addonPolicies(name, namespace, envoyGatewayPolicies(CONTROL_PORTS, monitoringNamespace), child);
    const crds = addonRelease(
      `${name}-crds`,
      { chart: CHARTS.gatewayCrds, namespace, values: gatewayCrdValues() },
      child,
    );
    const redis =
      args.redisUrl === undefined
        ? [new GatewayRedis(`${name}-redis`, { namespace, image: args.redisImage }, child)]
        : [];
    const before = [crds, ...redis];
    this.release = addonRelease(
      name,
      { chart: CHARTS.envoyGateway, namespace, values: envoyGatewayValues(args), ownValues: args.ownValues },
      pulumi.mergeOptions(child, { dependsOn: before }),
    );
    this.registerOutputs({ namespace });
  }
}

/** Labels of the rate limit service's pods (internal/infrastructure/kubernetes/ratelimit of Envoy Gateway 1.9.1). */
export const RATE_LIMIT_LABELS = { [LABELS.name]: "envoy-ratelimit" } as const;
