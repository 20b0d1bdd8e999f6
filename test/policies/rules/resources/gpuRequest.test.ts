import assert from "node:assert/strict";

import { gpuRequest } from "../../../../policies/rules/resources/gpuRequest.js";
import { deployment, messages, plainPod } from "../../fixtures.js";

describe("gpu-request", () => {
  it("accepts request equal to limit, a limit alone, MIG slices and device claims", async () => {
    const accepted = [
      { requests: { "nvidia.com/gpu": 1 }, limits: { "nvidia.com/gpu": "1" } },
      { limits: { "nvidia.com/gpu": 2 } },
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
});
