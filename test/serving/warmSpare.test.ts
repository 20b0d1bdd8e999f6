import assert from "node:assert/strict";

import { WarmSpare } from "../../components/serving/warmSpare.js";
import { describedGroups } from "../../components/derive/nodes/nodeGroup.js";
import { group } from "../contract/fixtures.js";
import { contractOf, ENVIRONMENT } from "./fixtures.js";
import { registered } from "./registered.js";

const pool = {
  nodeSelector: { accelerator: "l4", workload: "gpu-inference" },
  tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" as const, effect: "NoSchedule" as const }],
};
const priorityClasses = { interactive: "high", batch: "low", experimental: "lower", spare: "models-spare" };
const nodeGroups = describedGroups({ pool: group(pool) });

async function spare(release = {}): Promise<Record<string, unknown>> {
  const environment = { ...ENVIRONMENT, nodeGroups, priorityClasses };
  const args = { plan: contractOf(release), environment, replicas: 2 };
  const registry = await registered(() => new WarmSpare("chat-spare", args));
  assert.deepEqual(registry.names(), ["Deployment chat-spare", "WarmSpare chat-spare"]);
  return registry.get("Deployment", "chat-spare").inputs;
}

describe("WarmSpare", () => {
  it("holds nodes of the model's own kind with pods that do nothing and may do nothing", async () => {
    const selector = {
      "app.kubernetes.io/name": "vllm",
      "app.kubernetes.io/instance": "chat",
      "app.kubernetes.io/component": "spare",
    };
    const labels = {
      ...selector,
      "app.kubernetes.io/part-of": "test",
      "app.kubernetes.io/managed-by": "pulumi",
      "pulumi-vllm.dev/class": "interactive",
      "pulumi-vllm.dev/gpu": "l4",
    };
    const resources = { cpu: "10m", memory: "16Mi", "nvidia.com/gpu": "1" };
    assert.deepEqual(await spare(), {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "chat-spare",
        namespace: "models",
        labels,
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        replicas: 2,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 0,
            priorityClassName: "models-spare",
            ...pool,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 2000,
              runAsGroup: 2000,
              fsGroup: 2000,
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
              {
                name: "pause",
                image:
                  "registry.k8s.io/pause:3.10.2@sha256:f548e0e8e3dc1896ca956272154dde3314e8cc4fde0a57577ee9fa1c63f5baf4",
                resources: { requests: resources, limits: resources },
                securityContext: {
                  privileged: false,
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      },
    });
  });

  it("takes as many GPUs as the replica that it waits for", async () => {
    const { spec } = (await spare({ gpu: { count: 4 } })) as {
      spec: { template: { spec: { containers: Array<{ resources: unknown }> } } };
    };
    const resources = { cpu: "10m", memory: "16Mi", "nvidia.com/gpu": "4" };
    assert.deepEqual(spec.template.spec.containers[0]!.resources, { requests: resources, limits: resources });
  });
});
