import assert from "node:assert/strict";

import { type Candidate, candidates } from "../../components/fit/candidates.js";
import { type Gpu, GPUS } from "../../components/facts/gpus.js";
import { MACHINES, machinesWith } from "../../components/facts/machines/index.js";

const UNRENTED: Gpu = { type: "of-a-config", name: "Test GPU", cudaGiB: 40, computeCapability: 9 };

const pairs = (list: readonly Candidate[]): string[] => list.map(({ gpu, gpus }) => `${gpus} × ${gpu.type}`);

describe("candidates", () => {
  it("have a row for each pair of GPU and count that a machine offers, at its cheapest machine, cheapest first", () => {
    const all = candidates();
    assert.equal(new Set(pairs(all)).size, all.length);
    for (const { gpu, gpus, machine, hourlyUsd } of all) {
      const prices = machinesWith(gpu.type).flatMap((other) => (other.gpus >= gpus ? (other.hourlyUsd ?? []) : []));
      assert.ok(MACHINES.get(machine!)!.gpus >= gpus);
      assert.equal(hourlyUsd, prices.length === 0 ? undefined : Math.min(...prices), `${gpus} × ${gpu.type}`);
    }
    const prices = all.map(({ hourlyUsd }) => hourlyUsd ?? Infinity);
    assert.deepEqual(
      prices,
      prices.toSorted((a, b) => a - b),
    );
  });

  it("have exactly the pairs that are asked for, on a machine with more GPUs where none has so few", () => {
    const [row, ...others] = candidates({ gpus: [GPUS.h200], counts: [4] });
    assert.deepEqual(others, []);
    assert.equal(row!.gpus, 4);
    assert.equal(MACHINES.get(row!.machine!)!.gpus, 8);
  });

  it("have a pair that no machine has where its GPU is named, and not where the count alone is", () => {
    assert.deepEqual(candidates({ gpus: [UNRENTED], counts: [3] }), [{ gpu: UNRENTED, gpus: 3 }]);
    assert.deepEqual(candidates({ gpus: [GPUS.l4], counts: [64] }), [{ gpu: GPUS.l4, gpus: 64 }]);
    assert.deepEqual(candidates({ counts: [64] }), []);
  });

  it("take the usual counts of a named GPU, as far as a machine has so many", () => {
    assert.deepEqual(
      pairs(candidates({ gpus: [UNRENTED] })),
      [1, 2, 4, 8].map((count) => `${count} × of-a-config`),
    );
    assert.deepEqual(pairs(candidates({ gpus: [GPUS["h100-nvl"]] })), ["1 × h100-nvl", "2 × h100-nvl"]);
  });

  it("are of the clouds that are asked for", () => {
    for (const cloud of ["aws", "gcp", "azure"] as const) {
      for (const { machine } of candidates({ clouds: [cloud] })) assert.equal(MACHINES.get(machine!)!.cloud, cloud);
    }
    assert.deepEqual(candidates({ gpus: [GPUS.b200], counts: [8], clouds: ["azure"] }), [{ gpu: GPUS.b200, gpus: 8 }]);
  });

  it("are every machine with exactly so many GPUs where that is wanted", () => {
    const names = candidates({ gpus: [GPUS.l4], counts: [4], isEveryMachine: true }).map(({ machine }) => machine);
    const exact = machinesWith("l4").filter(({ gpus }) => gpus === 4);
    assert.deepEqual(names.toSorted(), exact.map(({ name }) => name).toSorted());
  });
});
