import assert from "node:assert/strict";

import { GPU_TYPES, GPUS } from "../../components/facts/gpus.js";
import { machinesWith } from "../../components/facts/machines/index.js";
import { AWS_MACHINES } from "../../components/facts/machines/aws.js";

describe("the instance table", () => {
  it("knows a type by its EC2 name", () => {
    assert.deepEqual(AWS_MACHINES.get("g6e.12xlarge"), {
      name: "g6e.12xlarge",
      cloud: "aws",
      allocatable: { cpus: 47.31, memoryGiB: 384 * 0.97 - (255 + 11 * 292 + 100) / 1024 - 1 },
      ...{ gpu: "l40s", gpus: 4, cpus: 48, memoryGiB: 384, nvmeGB: 3800, maxPods: 292, isCounted: true },
      hourlyUsd: 10.493,
    });
  });

  it("takes the kubelet's reserve off by the cores and the pods of the instance type", () => {
    const left = (name: string): number[] => {
      const { cpus, memoryGiB, allocatable } = AWS_MACHINES.get(name)!;
      const keptMiB = (memoryGiB * 0.97 - allocatable.memoryGiB - 1) * 1024 - 100;
      return [Math.round((cpus - allocatable.cpus - 0.5) * 1000), Math.round(keptMiB)];
    };
    assert.deepEqual(left("g6.xlarge"), [80, 893]);
    assert.deepEqual(left("g6.16xlarge"), [230, 8362]);
    assert.deepEqual(left("g7e.48xlarge"), [550, 7207]);
  });

  it("leaves most of every machine to pods", () => {
    for (const [name, { cpus, memoryGiB, allocatable }] of AWS_MACHINES) {
      assert.ok(allocatable.cpus > 0.85 * cpus && allocatable.cpus < cpus, name);
      assert.ok(allocatable.memoryGiB > 0.84 * memoryGiB && allocatable.memoryGiB < memoryGiB, name);
    }
  });

  it("has a machine for every GPU of the GPU table", () => {
    for (const gpu of GPU_TYPES) assert.ok(machinesWith(gpu).length > 0, gpu);
  });

  it("has names of EC2's form and positive numbers", () => {
    for (const [name, { gpus, cpus, memoryGiB, nvmeGB, maxPods, hourlyUsd }] of AWS_MACHINES) {
      assert.match(name, /^[a-z0-9-]+\.(\d*xlarge|metal)$/);
      assert.ok([1, 2, 4, 8].includes(gpus), name);
      for (const number of [cpus, memoryGiB, nvmeGB, maxPods]) assert.ok(number > 0, name);
      if (hourlyUsd !== undefined) assert.ok(hourlyUsd > 0, name);
    }
  });

  it("has every instance type for which a replica asks few enough cores: two, and one a GPU", () => {
    for (const [name, { gpus, allocatable }] of AWS_MACHINES) assert.ok(allocatable.cpus >= 2 + gpus, name);
  });

  it("has slices of GPUs that EC2 does not count, one to a machine", () => {
    const uncounted = [...AWS_MACHINES.values()].filter(({ isCounted }) => !isCounted);
    assert.ok(uncounted.length > 0);
    for (const { gpu, gpus } of AWS_MACHINES.values()) {
      assert.equal(
        /^l4-\d+q$/.test(gpu),
        uncounted.some((machine) => machine.gpu === gpu),
      );
      if (uncounted.some((machine) => machine.gpu === gpu)) assert.equal(gpus, 1);
    }
  });

  it("charges more for a larger machine with the same GPUs", () => {
    for (const [name, type] of AWS_MACHINES) {
      const family = name.split(".")[0]!;
      for (const [other, larger] of AWS_MACHINES) {
        if (other.split(".")[0] === family && larger.gpus === type.gpus && larger.cpus > type.cpus) {
          assert.ok(larger.hourlyUsd! > type.hourlyUsd! && larger.memoryGiB > type.memoryGiB, `${name}, ${other}`);
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

  it("has compute capabilities of NVIDIA's form: a generation and one digit", () => {
    for (const [gpu, { computeCapability }] of Object.entries(GPUS)) {
      assert.match(String(computeCapability), /^([7-9]|1\d)(\.\d)?$/, gpu);
    }
  });

  it("has less memory than the name says", () => {
    for (const [gpu, nominal] of [
      ["l4-3q", 3],
      ["l4-6q", 6],
      ["l4-12q", 12],
      ["t4", 16],
      ["a10", 24],
      ["l4", 24],
      ["a10g", 24],
      ["rtx-pro-4500", 32],
      ["a100-40", 40],
      ["l40s", 48],
      ["a100-80", 80],
      ["h100", 80],
      ["h100-nvl", 94],
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
