import assert from "node:assert/strict";

import { GPU_TYPES, GPUS } from "../../components/facts/gpus.js";
import { AWS_MACHINES } from "../../components/facts/machines/aws.js";

describe("the instance table", () => {
  it("knows a type by its EC2 name", () => {
    assert.deepEqual(AWS_MACHINES.get("g6e.12xlarge"), {
      name: "g6e.12xlarge",
      allocatable: { cpus: 47.2, memoryGiB: 384 * 0.97 - (255 + 11 * 110 + 100) / 1024 - 1 },
      ...{ gpu: "l40s", gpus: 4, cpus: 48, memoryGiB: 384, nvmeGB: 3800, hourlyUsd: 10.493 },
    });
  });

  it("has a machine for every GPU of the GPU table", () => {
    const offered = new Set([...AWS_MACHINES.values()].map(({ gpu }) => gpu));
    assert.deepEqual(
      GPU_TYPES.filter((gpu) => !offered.has(gpu)),
      [],
    );
  });

  it("has names of EC2's form and positive numbers", () => {
    for (const [name, { gpus, cpus, memoryGiB, nvmeGB, hourlyUsd }] of AWS_MACHINES) {
      assert.match(name, /^[a-z0-9-]+\.\d*xlarge$/);
      assert.ok([1, 4, 8].includes(gpus), name);
      for (const number of [cpus, memoryGiB, nvmeGB, hourlyUsd]) assert.ok(number > 0, name);
    }
  });

  it("charges more for a larger machine with the same GPUs", () => {
    for (const [name, type] of AWS_MACHINES) {
      const family = name.split(".")[0]!;
      for (const [other, larger] of AWS_MACHINES) {
        if (other.split(".")[0] === family && larger.gpus === type.gpus && larger.cpus > type.cpus) {
          assert.ok(larger.hourlyUsd > type.hourlyUsd && larger.memoryGiB > type.memoryGiB, `${name}, ${other}`);
        }
      }
    }
  });
});

describe("the GPU table", () => {
  it("is sorted by memory", () => {
    const sizes = Object.values(GPUS).map(({ cudaGiB }) => cudaGiB);
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => a - b),
    );
  });

  it("knows each generation's compute capability", () => {
    const capabilities = Object.entries(GPUS).map(([gpu, { computeCapability }]) => [gpu, computeCapability]);
    assert.deepEqual(Object.fromEntries(capabilities), {
      ...{ t4: 7.5, l4: 8.9, a10g: 8.6, "a100-40": 8, l40s: 8.9, "a100-80": 8, h100: 9 },
      ...{ "rtx-pro-6000": 12, h200: 9, b200: 10, b300: 10.3 },
    });
  });

  it("has less memory than the name says", () => {
    for (const [gpu, nominal] of [
      ["t4", 16],
      ["l4", 24],
      ["a10g", 24],
      ["a100-40", 40],
      ["l40s", 48],
      ["a100-80", 80],
      ["h100", 80],
      ["rtx-pro-6000", 96],
      ["h200", 141],
      ["b200", 180],
      ["b300", 288],
    ] as const) {
      const { cudaGiB } = GPUS[gpu];
      assert.ok(cudaGiB < nominal && cudaGiB > 0.9 * nominal, `${gpu}: ${cudaGiB}`);
    }
  });
});
