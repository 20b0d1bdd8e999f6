import assert from "node:assert/strict";

import type { types } from "@pulumi/kubernetes";
import fc from "fast-check";

import type { RuntimePlan } from "../../../components/derive/plan.js";
import { livenessProbe, readinessProbe, startupProbe } from "../../../components/engine/probes.js";
import { serverPod } from "../../../components/serving/workload/serverPod.js";
import { CONTAINER_SECURITY, podSecurity } from "../../../components/engine/security.js";
import { COMMIT, CONTEXT, contractOf, IMAGE, SELECTOR } from "../fixtures.js";

type Container = Pick<types.input.core.v1.Container, "args" | "resources" | "lifecycle"> & {
  env: Array<{ name: string; value?: string; valueFrom?: unknown }>;
};

function containerOf(contract: RuntimePlan, context = CONTEXT): Container {
  const [only, ...others] = serverPod(contract, context).containers as unknown as Container[];
  assert.equal(others.length, 0);
  return only!;
}

/** The number that the contract gives vLLM to drain. */
function shutdownTimeout({ args }: Container): number {
  const found = (args as string[]).find((argument) => argument.startsWith("--shutdown-timeout="));
  return Number(found!.split("=")[1]);
}

describe("serverPod", () => {
  it("makes the whole pod from the contract", () => {
    const contract = contractOf({ flags: { "enable-prefix-caching": { value: true, reason: "shared prompt" } } });
    assert.deepEqual(serverPod(contract, CONTEXT), {
      serviceAccountName: "chat-r1",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 150,
      nodeSelector: { accelerator: "l4" },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
      topologySpreadConstraints: [
        {
          topologyKey: "topology.kubernetes.io/zone",
          maxSkew: 1,
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: SELECTOR },
          matchLabelKeys: ["pod-template-hash"],
        },
      ],
      securityContext: podSecurity(),
      containers: [
        {
          name: "vllm",
          image: IMAGE,
          args: [
            "Qwen/Qwen3-8B",
            `--revision=${COMMIT}`,
            `--tokenizer-revision=${COMMIT}`,
            "--served-model-name",
            "chat",
            "--dtype=bfloat16",
            "--max-model-len=8192",
            "--max-num-seqs=16",
            "--max-num-queued-reqs=48",
            "--max-num-batched-tokens=2048",
            "--tensor-parallel-size=1",
            "--gpu-memory-utilization=0.9",
            "--shutdown-timeout=120",
            "--host=0.0.0.0",
            "--port=8000",
            "--enable-prefix-caching",
          ],
          env: [
            { name: "HOME", value: "/cache/home" },
            { name: "USER", value: "vllm" },
            { name: "HF_HOME", value: "/cache/huggingface" },
            { name: "VLLM_CACHE_ROOT", value: "/cache/vllm" },
            { name: "VLLM_NO_USAGE_STATS", value: "1" },
            { name: "HF_HUB_DISABLE_TELEMETRY", value: "1" },
            { name: "VLLM_ENGINE_READY_TIMEOUT_S", value: "460" },
            { name: "VLLM_API_KEY", valueFrom: { secretKeyRef: { name: "chat-api-key", key: "api-key" } } },
          ],
          ports: [{ name: "http", containerPort: 8000, protocol: "TCP" }],
          resources: {
            requests: { cpu: "3", memory: "12Gi", "ephemeral-storage": "29Gi", "nvidia.com/gpu": "1" },
            limits: { memory: "12Gi", "ephemeral-storage": "29Gi", "nvidia.com/gpu": "1" },
          },
          startupProbe: startupProbe(contract),
          readinessProbe: readinessProbe(),
          livenessProbe: livenessProbe(),
          lifecycle: { preStop: { sleep: { seconds: 10 } } },
          securityContext: CONTAINER_SECURITY,
          volumeMounts: [
            { name: "cache", mountPath: "/cache" },
            { name: "shm", mountPath: "/dev/shm" },
            { name: "tmp", mountPath: "/tmp" },
          ],
        },
      ],
      volumes: [
        { name: "cache", emptyDir: { sizeLimit: "27Gi" } },
        { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "2Gi" } },
        { name: "tmp", emptyDir: { sizeLimit: "2Gi" } },
      ],
    });
  });

  it("asks for every GPU of the contract, with shared memory in memory and within its limit", () => {
    const contract = contractOf({ gpu: { count: 4 } });
    const { requests, limits } = containerOf(contract).resources as { requests: object; limits: object };
    assert.deepEqual(requests, { cpu: "6", memory: "32Gi", "ephemeral-storage": "29Gi", "nvidia.com/gpu": "4" });
    assert.deepEqual(limits, { memory: "32Gi", "ephemeral-storage": "29Gi", "nvidia.com/gpu": "4" });
    const { volumes } = serverPod(contract, CONTEXT) as { volumes: unknown[] };
    assert.deepEqual(volumes[1], { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "10Gi" } });
  });

  it("takes the resources that the contract states", () => {
    const resources = { cpus: 1.5, memoryGiB: 40, sharedMemoryGiB: 8, diskGiB: 100 };
    const stated = containerOf(contractOf({ resources })).resources;
    assert.deepEqual(stated, {
      requests: { cpu: "1.5", memory: "40Gi", "ephemeral-storage": "102Gi", "nvidia.com/gpu": "1" },
      limits: { memory: "40Gi", "ephemeral-storage": "102Gi", "nvidia.com/gpu": "1" },
    });
  });

  it("grants more time to stop than the pre-stop sleep and vLLM's drain take together", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3600 }), (drainSeconds) => {
        const contract = { ...contractOf(), drainSeconds };
        const container = containerOf(contract);
        const { seconds } = (container.lifecycle as { preStop: { sleep: { seconds: number } } }).preStop.sleep;
        const grace = serverPod(contract, CONTEXT).terminationGracePeriodSeconds as number;
        assert.equal(shutdownTimeout(container), drainSeconds);
        assert.ok(grace > seconds + drainSeconds);
      }),
      { numRuns: 25 },
    );
  });

  it("adds the contract's variables to the fixed ones, before the secrets", () => {
    const env = { VLLM_LOGGING_LEVEL: { value: "DEBUG", reason: "a hunt" } };
    const names = containerOf(contractOf({ env })).env.map(({ name }) => name);
    assert.deepEqual(names.slice(-3), ["VLLM_ENGINE_READY_TIMEOUT_S", "VLLM_LOGGING_LEVEL", "VLLM_API_KEY"]);
  });

  it("gives the hub's token from its Secret, and only when there is one", () => {
    const huggingFaceToken = { name: "hugging-face", key: "token" };
    const given = containerOf(contractOf(), { ...CONTEXT, huggingFaceToken }).env.at(-1);
    assert.deepEqual(given, { name: "HF_TOKEN", valueFrom: { secretKeyRef: huggingFaceToken } });
    assert.ok(!containerOf(contractOf()).env.some(({ name }) => name === "HF_TOKEN"));
  });

  it("writes no secret in plain text", () => {
    for (const { name, value } of containerOf(contractOf()).env) {
      assert.ok(value !== undefined || name === "VLLM_API_KEY", name);
    }
  });

  it("names a priority class only when given one", () => {
    assert.equal(serverPod(contractOf(), { ...CONTEXT, priorityClassName: "high" }).priorityClassName, "high");
    assert.ok(!("priorityClassName" in serverPod(contractOf(), CONTEXT)));
  });
});
