import assert from "node:assert/strict";

import { memoryRequestEqualsLimit } from "../../../../policies/rules/resources/memoryRequestEqualsLimit.js";
import { type Json, deployment, messages, plainPod } from "../../fixtures.js";

const memory = (requests: Json, limits: Json) =>
  deployment({ container: { resources: { requests: { memory: requests }, limits: { memory: limits } } } });

describe("memory-request-equals-limit", () => {
  it("accepts equal amounts however written, and a limit alone", async () => {
    const accepted = [deployment(), memory("1Gi", "1024Mi"), memory("1073741824", "1Gi"), memory(undefined, "1Gi")];
    assert.deepEqual(await messages(memoryRequestEqualsLimit, [...accepted, plainPod()]), []);
  });

  it("refuses a request below the limit", async () => {
    assert.deepEqual(await messages(memoryRequestEqualsLimit, memory("16Gi", "24Gi")), [
      'container "vllm": memory request "16Gi" is not the limit "24Gi": set both to the same',
    ]);
  });

  it("refuses no limit, in every container of the pod", async () => {
    const initContainers = [{ name: "warm-up" }];
    assert.deepEqual(await messages(memoryRequestEqualsLimit, deployment({ pod: { initContainers } })), [
      'init container "warm-up": no resources.limits.memory: set it, and the request to the same',
    ]);
  });

  it("sees GPU pods without vLLM", async () => {
    const training = plainPod({ resources: { limits: { "nvidia.com/gpu": 1 } } });
    assert.equal((await messages(memoryRequestEqualsLimit, training)).length, 1);
  });

  it("accepts resources of the whole pod, and ephemeral containers without any", async () => {
    const whole = { resources: { limits: { memory: "24Gi" } } };
    const parts = { resources: { requests: { memory: "1Gi" }, limits: { memory: "2Gi", "nvidia.com/gpu": 1 } } };
    const accepted = [
      deployment({ pod: whole, container: { resources: { limits: { "nvidia.com/gpu": 1 } } } }),
      deployment({ pod: whole, container: parts }),
      deployment({ pod: { ephemeralContainers: [{ name: "debug", image: "busybox" }] } }),
    ];
    assert.deepEqual(await messages(memoryRequestEqualsLimit, accepted), []);
    const unequal = { resources: { requests: { memory: "1Gi" }, limits: { memory: "24Gi" } } };
    assert.equal((await messages(memoryRequestEqualsLimit, deployment({ pod: unequal, container: parts }))).length, 1);
  });
});
