/**
 * A stack that every rule accepts, written by hand as a program without our components would write it.
 * A test changes one thing of it and names the message that follows.
 */
import { createHash } from "node:crypto";

import type { Rule } from "../../policies/rule.js";
import { type PolicyConfig, type PolicyInput, runPolicies } from "../../tools/policyRunner.js";

export const COMMIT = "b968826d9c46dd6066d109eabc6255188de91218";
export const IMAGE = `vllm/vllm-openai:v0.30.0@sha256:${"8a".repeat(32)}`;

/** What JSON can say. */
export type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };
type Changes = { [key: string]: Json };

const LABELS = {
  "app.kubernetes.io/name": "vllm",
  "app.kubernetes.io/instance": "chat",
  "app.kubernetes.io/component": "runtime",
  "pulumi-vllm.dev/class": "interactive",
};

const PROBE = { httpGet: { path: "/health", port: 8000 } };

const ARGS = [
  "Qwen/Qwen3-8B",
  `--revision=${COMMIT}`,
  "--max-model-len=8192",
  "--max-num-seqs=16",
  "--max-num-queued-reqs=48",
  "--shutdown-timeout=120",
  "--enable-prefix-caching",
];

const CONTAINER = {
  name: "vllm",
  image: IMAGE,
  args: ARGS,
  resources: {
    requests: { cpu: "4", memory: "24Gi", "nvidia.com/gpu": "1" },
    limits: { memory: "24Gi", "nvidia.com/gpu": "1" },
  },
  startupProbe: { ...PROBE, periodSeconds: 10, failureThreshold: 90 },
  readinessProbe: PROBE,
  livenessProbe: PROBE,
  lifecycle: { preStop: { sleep: { seconds: 15 } } },
  securityContext: {
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  },
};

const POD_SPEC = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 150,
  securityContext: { runAsNonRoot: true, runAsUser: 2000, seccompProfile: { type: "RuntimeDefault" } },
  nodeSelector: { accelerator: "l4", "node-lifecycle": "on-demand" },
  tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
  topologySpreadConstraints: [
    {
      topologyKey: "topology.kubernetes.io/zone",
      maxSkew: 1,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { "app.kubernetes.io/instance": "chat" } },
    },
  ],
};

const CONTRACT = JSON.stringify({
  model: { id: ARGS[0], revision: COMMIT },
  flags: { "enable-prefix-caching": { value: true, reason: "shared system prompt" } },
});

export interface DeploymentChanges {
  /** Over fields of the container. */
  container?: Changes;
  /** Added to the container's arguments. */
  extraArgs?: string[];
  /** Over fields of the pod's spec. */
  pod?: Changes;
  /** Over fields of the Deployment's spec. */
  spec?: Changes;
  /** Over the pods' labels; `undefined` removes one. */
  labels?: Changes;
  annotations?: Changes;
}

/** A good runtime of two replicas, with changes. */
export function deployment(changes: DeploymentChanges = {}): PolicyInput {
  const container = { ...CONTAINER, args: [...ARGS, ...(changes.extraArgs ?? [])], ...changes.container };
  return resource("kubernetes:apps/v1:Deployment", "chat", {
    metadata: { name: "chat", namespace: "models" },
    spec: {
      replicas: 2,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: LABELS },
      template: {
        metadata: {
          labels: { ...LABELS, ...changes.labels },
          annotations: {
            "pulumi-vllm.dev/contract": CONTRACT,
            "pulumi-vllm.dev/contract-hash": createHash("sha256").update(CONTRACT).digest("hex").slice(0, 16),
            ...changes.annotations,
          },
        },
        spec: { ...POD_SPEC, containers: [container], ...changes.pod },
      },
      ...changes.spec,
    },
  });
}

/** A pod that has nothing to do with vLLM or GPUs. */
export function plainPod(container: Changes = {}, spec: Changes = {}): PolicyInput {
  const image = `nginx:1.29.1@sha256:${"0b".repeat(32)}`;
  return resource("kubernetes:core/v1:Pod", "web", {
    metadata: { name: "web", namespace: "models" },
    spec: { containers: [{ name: "web", image, ...container }], ...spec },
  });
}

export function service(spec: Changes = {}, labels: Changes = {}): PolicyInput {
  return resource("kubernetes:core/v1:Service", "chat-service", {
    metadata: { name: "chat", namespace: "models", labels },
    spec: { type: "ClusterIP", selector: { "app.kubernetes.io/instance": "chat" }, ports: [{ port: 8000 }], ...spec },
  });
}

export function budget(spec: Changes = {}, namespace = "models"): PolicyInput {
  return resource("kubernetes:policy/v1:PodDisruptionBudget", "chat-budget", {
    metadata: { name: "chat", namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/instance": "chat" } }, ...spec },
  });
}

export function networkPolicy(spec: Changes = {}, namespace = "models"): PolicyInput {
  const gateway = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "gateway" } } };
  return resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", "chat-network", {
    metadata: { name: "chat", namespace },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "vllm" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [gateway], ports: [{ port: 8000 }] }],
      ...spec,
    },
  });
}

export function scaledObject(spec: Changes = {}, trigger: Changes = {}): PolicyInput {
  const metadata = { query: 'sum(vllm:num_requests_running{vllm_model="chat"})', ignoreNullValues: "false" };
  return resource("kubernetes:keda.sh/v1alpha1:ScaledObject", "chat-scaler", {
    metadata: { name: "chat", namespace: "models" },
    spec: {
      scaleTargetRef: { name: "chat" },
      minReplicaCount: 2,
      maxReplicaCount: 4,
      fallback: { failureThreshold: 3, replicas: 2 },
      advanced: {
        horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } },
      },
      triggers: [{ type: "prometheus", metadata, ...trigger }],
      ...spec,
    },
  });
}

export function horizontalAutoscaler(spec: Changes = {}): PolicyInput {
  const metric = { type: "Pods", pods: { metric: { name: "in_flight" } } };
  return resource("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "chat-hpa", {
    metadata: { name: "chat", namespace: "models" },
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "chat" },
      minReplicas: 2,
      metrics: [metric],
      ...spec,
    },
  });
}

/** Everything that belongs to a good runtime. */
export function goodStack(): PolicyInput[] {
  return [deployment(), service(), budget(), networkPolicy(), scaledObject()];
}

export function resource(type: string, name: string, props: Changes): PolicyInput {
  return { type, name, urn: `urn:pulumi:test::pulumi-vllm::${type}::${name}`, props };
}

/** The messages of one rule over the resources, without level file unless given. */
export async function messages(
  rule: Rule,
  resources: PolicyInput | PolicyInput[],
  settings?: Changes,
): Promise<string[]> {
  const config: PolicyConfig = settings === undefined ? {} : { [rule.name]: settings };
  const violations = await runPolicies([resources].flat(), [rule], config);
  return violations.map(({ message }) => message);
}
