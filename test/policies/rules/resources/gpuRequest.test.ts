import assert from "node:assert/strict";

import { gpuRequest } from "../../../../policies/rules/resources/gpuRequest.js";
import { type Json, deployment, messages, plainPod, resource } from "../../fixtures.js";

describe("gpu-request", () => {
  it("accepts request equal to limit, a limit alone, MIG slices and device claims", async () => {
    const accepted = [
      { requests: { "nvidia.com/gpu": 1 }, limits: { "nvidia.com/gpu": "1" } },
      { limits: { "nvidia.com/gpu": "1" } },
      { limits: { "nvidia.com/gpu": "1000m" } },
      { limits: { "nvidia.com/mig-3g.40gb": 1 } },
      { claims: [{ name: "gpu" }] },
    ];
    for (const resources of accepted) {
      assert.deepEqual(await messages(gpuRequest, deployment({ container: { resources } })), []);
    }
  });

  it("refuses a runtime that asks for none", async () => {
    assert.deepEqual(await messages(gpuRequest, deployment({ container: { resources: {} } })), [
      'container "vllm" serves a model and asks for no GPU: set resources.limits["nvidia.com/gpu"]',
    ]);
  });

  it("lets runtimes on CPU images and pods without vLLM be", async () => {
    const cpu = deployment({ container: { image: "vllm/vllm-openai-cpu:v0.30.0", resources: {} } });
    assert.deepEqual(await messages(gpuRequest, [cpu, plainPod()]), []);
  });

  it("refuses a request that differs from the limit, in any pod", async () => {
    const unequal = { requests: { "nvidia.com/gpu": 1 }, limits: { "nvidia.com/gpu": 2 } };
    const expected = "nvidia.com/gpu has request 1 and limit 2: set both to the same whole number";
    assert.deepEqual(await messages(gpuRequest, plainPod({ resources: unequal })), [`container "web": ${expected}`]);
    const found = await messages(gpuRequest, plainPod({ resources: { requests: { "amd.com/gpu": 1 } } }));
    assert.match(found[0] ?? "", /amd\.com\/gpu has request 1 and limit nothing/);
  });

  it("refuses a part of a GPU", async () => {
    const half = { requests: { "nvidia.com/gpu": "500m" }, limits: { "nvidia.com/gpu": "0.5" } };
    const found = await messages(gpuRequest, deployment({ container: { resources: half } }));
    assert.match(found[0] ?? "", /use a whole number of at least 1/);
  });

  it("takes devices of other makers for GPUs, and Kubernetes' own resources for none", async () => {
    const asking = (name: string) => deployment({ container: { resources: { limits: { [name]: 1 } } } });
    for (const name of ["google.com/tpu", "habana.ai/gaudi", "gpu.intel.com/i915", "huawei.com/Ascend910"]) {
      assert.deepEqual(await messages(gpuRequest, asking(name)), []);
    }
    for (const name of ["cpu", "hugepages-2Mi", "attachable-volumes.kubernetes.io/x"]) {
      assert.equal((await messages(gpuRequest, asking(name))).length, 1);
    }
  });

  const gpus = (count: number) => ({ resources: { limits: { "nvidia.com/gpu": count } } });
  const served = (count: number, ...extraArgs: string[]) => deployment({ container: gpus(count), extraArgs });

  it("refuses fewer GPUs than workers, however the sizes are given", async () => {
    const refused: Array<[ReturnType<typeof deployment>, number]> = [
      [served(1, "--tensor-parallel-size=2"), 2],
      [served(1, "-tp", "2"), 2],
      [served(2, "--tensor-parallel-size=2", "--pipeline-parallel-size=2"), 4],
      [served(2, "--data-parallel-size=4"), 4],
      [served(2, "--data-parallel-size", "8", "--data-parallel-size-local", "2", "-tp=2"), 4],
      [served(1, "--prefill-context-parallel-size=2"), 2],
      [deployment({ container: { ...gpus(1), command: ["sh", "-c", "vllm serve Qwen/Qwen3-8B -tp 2"], args: [] } }), 2],
      [deployment({ container: { resources: { limits: { "amd.com/gpu": 1 } } }, extraArgs: ["-tp", "2"] }), 2],
    ];
    for (const [runtime, workers] of refused) {
      const found = await messages(gpuRequest, runtime);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", new RegExp(`need ${workers} GPUs and it asks for \\d: ask for ${workers}`));
    }
  });

  it("refuses GPUs that the server does not use", async () => {
    assert.deepEqual(await messages(gpuRequest, served(4, "--tensor-parallel-size=2")), [
      'container "vllm": it asks for 4 GPUs and uses 2: set --tensor-parallel-size=4, or ask for 2',
    ]);
  });

  it("accepts as many workers as GPUs, and what others start or state", async () => {
    const accepted = [
      served(4, "--tensor-parallel-size=2", "--pipeline-parallel-size=2"),
      served(4, "--data-parallel-size=4"),
      served(2, "--tensor-parallel-size=2", "--decode-context-parallel-size=2"),
      served(1, "--data-parallel-size=8", "--data-parallel-rank=3"),
      served(8, "--tensor-parallel-size=16", "--distributed-executor-backend=ray"),
      served(8, "--tensor-parallel-size=16", "--nnodes=2", "--node-rank=0"),
      served(4, "--tensor-parallel-size=$(GPUS)"),
      served(4, "--config=/etc/vllm.yaml"),
      deployment({ container: { resources: { claims: [{ name: "gpus" }] } }, extraArgs: ["-tp", "4"] }),
      deployment({
        container: {
          resources: { limits: { "nvidia.com/gpu": 1, "nvidia.com/gpumem": 8000, "nvidia.com/gpucores": 50 } },
        },
      }),
      deployment({ container: { ...gpus(4), image: "example.com/vllm-start:v1", args: [] } }),
      deployment({
        container: {
          ...gpus(2),
          command: ["sh", "-c", "vllm serve a --port 1 & vllm serve b --port 2"],
          args: [],
        },
      }),
    ];
    assert.deepEqual(await messages(gpuRequest, accepted), []);
  });

  const ofKind = (type: string, spec: { [key: string]: Json }) =>
    resource(`kubernetes:${type}`, "chat", { metadata: { name: "chat" }, spec });
  const pod = (container: { [key: string]: Json }) => ({
    spec: { containers: [{ name: "vllm", image: "vllm/vllm-openai:v0.30.0", ...container }] },
  });

  it("lets models be that several pods hold together, and Ray's nodes without GPUs", async () => {
    const served = pod({
      ...gpus(8),
      command: ["vllm", "serve", "a", "--tensor-parallel-size=8", "--pipeline-parallel-size=2"],
    });
    const accepted = [
      ofKind("leaderworkerset.x-k8s.io/v1:LeaderWorkerSet", {
        leaderWorkerTemplate: { size: 2, workerTemplate: served },
      }),
      ofKind("serving.kserve.io/v1beta1:InferenceService", { predictor: { ...served.spec, workerSpec: { size: 2 } } }),
      ofKind("ray.io/v1:RayService", {
        rayClusterConfig: { headGroupSpec: { template: pod({}) }, workerGroupSpecs: [{ template: pod(gpus(4)) }] },
      }),
    ];
    assert.deepEqual(await messages(gpuRequest, accepted), []);
    const single = ofKind("argoproj.io/v1alpha1:Rollout", { template: served });
    assert.match((await messages(gpuRequest, single))[0] ?? "", /need 16 GPUs and it asks for 8/);
  });
});
