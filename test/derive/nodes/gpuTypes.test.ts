import assert from "node:assert/strict";

import { isWhole, WRONG } from "../../../components/config/parts.js";
import { gpuNamed, gpuTypesOf } from "../../../components/derive/nodes/gpuTypes.js";
import { GPU_TYPES, GPUS } from "../../../components/facts/gpus.js";

describe("gpuTypesOf", () => {
  it("knows the table's types as whole GPUs", () => {
    for (const type of GPU_TYPES) {
      assert.deepEqual(gpuNamed(type, gpuTypesOf()), { ...GPUS[type], type, resource: "nvidia.com/gpu" });
    }
  });

  it("adds a config's own, by the memory that CUDA reports and the resource that pods ask for", () => {
    const own = gpuTypesOf({
      "a100-2g": { memoryGiB: 19.5, computeCapability: 8, resource: "nvidia.com/mig-2g.20gb" },
    });
    assert.deepEqual(own.types.get("a100-2g"), {
      type: "a100-2g",
      name: "a100-2g",
      cudaGiB: 19.5,
      computeCapability: 8,
      resource: "nvidia.com/mig-2g.20gb",
    });
  });

  it("keeps the table's where a config describes one anew", () => {
    const own = gpuTypesOf({ l4: { memoryGiB: 999, computeCapability: 8.9, resource: "nvidia.com/gpu" } });
    assert.equal((own.types.get("l4") as { cudaGiB: number }).cudaGiB, GPUS.l4.cudaGiB);
  });

  it("knows nothing of a type that is described nowhere, or is wrong itself", () => {
    assert.ok(!isWhole(gpuNamed("nothing", gpuTypesOf())));
    assert.ok(!isWhole(gpuNamed(WRONG, gpuTypesOf())));
  });
});
