import assert from "node:assert/strict";

import type { Telemetry } from "../../components/derive/observability/telemetry.js";
import { VllmRuntime } from "../../components/serving/vllmRuntime.js";
import { serverPod } from "../../components/serving/workload/serverPod.js";
import { LOGGING_TEXTS } from "../../components/vocabulary/logging.js";
import { contractOf, CONTEXT, ENVIRONMENT } from "./fixtures.js";
import { registered } from "./registered.js";

const TELEMETRY: Telemetry = {
  logs: { format: "json", quiet: true, requests: false },
  tracing: { endpoint: "http://collector.tracing.svc:4317", protocol: "grpc", sampling: 0.1 },
};

interface Env {
  name: string;
  value?: string;
  valueFrom?: unknown;
}

describe("a server with telemetry", () => {
  const pod = serverPod(contractOf(), { ...CONTEXT, telemetry: TELEMETRY }) as unknown as {
    containers: { args: string[]; env: Env[]; volumeMounts: { name: string }[] }[];
    volumes: { name: string }[];
  };
  const [container] = pod.containers;

  it("is told of it after its contract, and knows its own name before it is used", () => {
    const plain = serverPod(contractOf(), CONTEXT) as unknown as typeof pod;
    assert.deepEqual(container!.args, [
      ...plain.containers[0]!.args,
      "--otlp-traces-endpoint=http://collector.tracing.svc:4317",
    ]);
    const names = container!.env.map(({ name }) => name);
    assert.ok(names.indexOf("POD_NAME") < names.indexOf("OTEL_RESOURCE_ATTRIBUTES"));
    assert.deepEqual(container!.env[0]?.valueFrom, { fieldRef: { fieldPath: "metadata.name" } });
    assert.equal(
      container!.env.find(({ name }) => name === "VLLM_LOGGING_CONFIG_PATH")?.value,
      "/etc/vllm/logging/logging.json",
    );
  });

  it("mounts its logging configuration, read-only", () => {
    const mount = container!.volumeMounts.find(({ name }) => name === "logging");
    assert.deepEqual(mount, { name: "logging", mountPath: "/etc/vllm/logging", readOnly: true });
    const volume = pod.volumes.find(({ name }) => name === "logging") as unknown as { configMap: { name: string } };
    assert.match(volume.configMap.name, /^chat-r1-logging-[0-9a-f]{10}$/);
  });

  it("has the file before it starts, and a way to the receiver alone", async () => {
    const environment = { ...ENVIRONMENT, access: { egress: [] }, telemetry: TELEMETRY };
    const registry = await registered(() => new VllmRuntime("chat-r1", { plan: contractOf(), environment }));
    const { inputs } = registry.get("ConfigMap", "chat-r1-logging") as unknown as {
      inputs: { immutable: boolean; data: Record<string, string>; metadata: { name: string } };
    };
    assert.equal(inputs.immutable, true);
    assert.equal(LOGGING_TEXTS.get(inputs.metadata.name.slice(-18)), inputs.data["logging.json"]);
    assert.ok(registry.get("Deployment", "chat-r1").dependencies.includes("ConfigMap chat-r1-logging"));
    const policy = registry.get("NetworkPolicy", "chat-r1").inputs as { spec: { egress: unknown[] } };
    assert.deepEqual(policy.spec.egress.slice(-1), [
      {
        to: [
          {
            namespaceSelector: {
              matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["tracing"] }],
            },
          },
        ],
        ports: [{ port: 4317, protocol: "TCP" }],
      },
    ]);
  });
});
