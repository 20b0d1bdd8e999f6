import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LABELS, MANAGED_BY } from "../../vocabulary/labels.js";
import { SYSTEM_NODES } from "../../vocabulary/nodes.js";
import { resources } from "../values.js";

/** Name of the objects, and the port. */
export const GATEWAY_REDIS = { name: "gateway-redis", port: 6379 } as const;

/**
 * Digest: many public repositories pin this tag by it, read 2026-11-27; it was not pulled here. The BSD-licensed Valkey, or a Redis of
 * your own by redisUrl, does as well.
 */
export const REDIS_IMAGE =
  "docker.io/library/redis:8.2.1-alpine@sha256:987c376c727652f99625c7d205a1cba3cb2c53b92b0b62aade2bd48ee1593232";

/** Inputs of {@link GatewayRedis}. */
export interface GatewayRedisArgs {
  namespace: pulumi.Input<string>;
  /** @default {@link REDIS_IMAGE} */
  image?: string | undefined;
}

const SELECTOR = { [LABELS.name]: GATEWAY_REDIS.name };

/** The official image's user. */
const USER = 999;

/**
 * Redis that counts quotas: one replica without a disk. Its counts are lost with its pod, and while it is away requests are refused,
 * for some seconds; whoever needs more gives a Redis of their own.
 */
export class GatewayRedis extends pulumi.ComponentResource {
  constructor(
    name: string,
    { namespace, image = REDIS_IMAGE }: GatewayRedisArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("pulumi-vllm:platform:GatewayRedis", name, {}, opts);
    const child = { parent: this };
    const labels = { ...SELECTOR, [LABELS.managedBy]: MANAGED_BY };
    const metadata = { name: GATEWAY_REDIS.name, namespace, labels };
    new k8s.networking.v1.NetworkPolicy(name, { metadata, spec: redisPolicy() }, child);
    new k8s.apps.v1.Deployment(name, { metadata, spec: redisSpec(image, labels) }, child);
    new k8s.core.v1.Service(
      name,
      {
        metadata,
        spec: { selector: SELECTOR, ports: [{ name: "redis", port: GATEWAY_REDIS.port, targetPort: "redis" }] },
      },
      child,
    );
    this.registerOutputs({});
  }
}

/** The rate limit service alone may connect, and Redis connects to nobody. */
function redisPolicy(): k8s.types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: SELECTOR },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [{ podSelector: { matchLabels: { [LABELS.name]: "envoy-ratelimit" } } }],
        ports: [{ port: GATEWAY_REDIS.port, protocol: "TCP" }],
      },
    ],
    egress: [],
  };
}

function redisSpec(image: string, labels: Record<string, string>): k8s.types.input.apps.v1.DeploymentSpec {
  const probe = { tcpSocket: { port: "redis" }, periodSeconds: 5 };
  return {
    replicas: 1,
    // Two at once would count apart.
    strategy: { type: "Recreate" },
    selector: { matchLabels: SELECTOR },
    template: {
      metadata: { labels },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        nodeSelector: SYSTEM_NODES,
        securityContext: {
          ...{ runAsNonRoot: true, runAsUser: USER, runAsGroup: USER },
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name: "redis",
            image,
            args: [
              "redis-server",
              "--save",
              "",
              "--appendonly",
              "no",
              "--maxmemory",
              "192mb",
              "--maxmemory-policy",
              "noeviction",
            ],
            ports: [{ name: "redis", containerPort: GATEWAY_REDIS.port, protocol: "TCP" }],
            readinessProbe: probe,
            livenessProbe: { ...probe, failureThreshold: 6 },
            resources: resources("100m", "256Mi", "256Mi"),
            securityContext: {
              ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      },
    },
  };
}
