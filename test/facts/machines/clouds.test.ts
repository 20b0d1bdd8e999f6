import assert from "node:assert/strict";

import { aksAllocatable, AZURE_MACHINES } from "../../../components/facts/machines/azure.js";
import { GCP_MACHINES, gkeAllocatable } from "../../../components/facts/machines/gcp.js";
import { MACHINES, machinesWith } from "../../../components/facts/machines/index.js";
import { CPU_BANDS, keptOf } from "../../../components/facts/machines/reserves.js";

const close = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) < 1e-9, `${value} is not ${expected}`);

describe("reserves in bands", () => {
  it("keeps of each band its share", () => {
    close(keptOf(1, CPU_BANDS), 0.06);
    close(keptOf(4, CPU_BANDS), 0.08);
    close(keptOf(64, CPU_BANDS), 0.23);
    assert.equal(keptOf(0, CPU_BANDS), 0);
  });
});

describe("machines of Google Cloud", () => {
  it("knows a type by its name", () => {
    const { cloud, gpu, gpus, cpus, memoryGiB, hourlyUsd } = GCP_MACHINES.get("g2-standard-24")!;
    assert.deepEqual([cloud, gpu, gpus, cpus, memoryGiB, hourlyUsd], ["gcp", "l4", 2, 24, 96, 2.0008]);
  });

  it("takes GKE's reserve off: 15 GiB of 400, as its page's formula has it, and the eviction threshold", () => {
    // 1 + 0.8 + 0.8 + 6.72 + 2 % of 272 = 14.76
    close(gkeAllocatable(4, 400).memoryGiB, 400 * 0.97 - 14.76 - 100 / 1024 - 1);
    close(gkeAllocatable(4, 400).cpus, 4 - 0.08 - 0.5);
  });
});

describe("machines of Azure", () => {
  it("knows a size by its name", () => {
    const { cloud, gpu, gpus, cpus, memoryGiB, hourlyUsd } = AZURE_MACHINES.get("Standard_NC80adis_H100_v5")!;
    assert.deepEqual([cloud, gpu, gpus, cpus, memoryGiB, hourlyUsd], ["azure", "h100-nvl", 2, 80, 640, 13.96]);
  });

  it("has 8 GPUs in every ND96 size, whatever a catalogue says (098741e has 12 in ND96isr_H100_v5)", () => {
    const sizes = [...AZURE_MACHINES.values()].filter(({ name }) => name.startsWith("Standard_ND96"));
    assert.deepEqual(
      sizes.map(({ gpus }) => gpus),
      [8, 8, 8, 8],
    );
  });

  it("takes AKS' reserve off: by the pods that the node may have, at most a quarter of the memory", () => {
    close(aksAllocatable(8, 100, 30).memoryGiB, 97 - 650 / 1024 - 100 / 1024 - 1);
    close(aksAllocatable(8, 4, 70).memoryGiB, 4 * 0.97 - 1 - 100 / 1024 - 1);
    for (const [cores, millicores] of [
      [4, 140],
      [8, 180],
      [16, 260],
      [32, 420],
      [64, 740],
    ] as const) {
      close(aksAllocatable(cores, 100).cpus, cores - millicores / 1000 - 0.5);
    }
  });
});

describe("machines of all clouds", () => {
  it("share no name", () => {
    assert.equal(new Set([...MACHINES.values()].map(({ name }) => name)).size, MACHINES.size);
    for (const [name, machine] of MACHINES) assert.equal(machine.name, name);
  });

  it("leave most of every machine to pods", () => {
    for (const [name, { cpus, memoryGiB, allocatable }] of MACHINES) {
      assert.ok(allocatable.cpus > 0.8 * cpus && allocatable.cpus < cpus, name);
      assert.ok(allocatable.memoryGiB > 0.69 * memoryGiB && allocatable.memoryGiB < memoryGiB, name);
    }
  });

  it("have a price above zero, or none where no source has one", () => {
    for (const [name, { hourlyUsd }] of MACHINES) assert.ok(hourlyUsd === undefined || hourlyUsd > 0, name);
    assert.deepEqual(
      [...MACHINES.values()].filter(({ hourlyUsd }) => hourlyUsd === undefined).map(({ name }) => name),
      ["p5e.48xlarge", "a3-edgegpu-8g", "a3-ultragpu-8g", "a4-highgpu-8g"],
    );
  });

  it("cost in proportion to their GPUs where nothing else grows: no price is of a commitment", () => {
    for (const series of ["a2-highgpu", "a2-ultragpu", "a3-highgpu"]) {
      const { hourlyUsd: one } = GCP_MACHINES.get(`${series}-1g`)!;
      for (const gpus of [2, 4, 8]) {
        const { hourlyUsd } = GCP_MACHINES.get(`${series}-${gpus}g`)!;
        assert.ok(Math.abs(hourlyUsd! - gpus * one!) < 0.001, `${series}-${gpus}g`);
      }
    }
  });

  it("are found by GPU, and by cloud", () => {
    assert.ok(machinesWith("a10").every(({ cloud }) => cloud === "azure"));
    assert.deepEqual(
      machinesWith("l4", "gcp")
        .map(({ gpus }) => gpus)
        .toSorted(),
      [1, 1, 1, 1, 1, 2, 4, 8],
    );
  });
});
