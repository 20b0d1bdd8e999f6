import assert from "node:assert/strict";
import fc from "fast-check";

import { cacheCostMonthly, type CacheTraffic, type PricedStorage } from "../../components/derive/cacheCost.js";

/** Two revisions of 100 GiB kept; one filled and 30 starts in the month. */
const TRAFFIC: CacheTraffic = { storedGiB: 200, readGiB: 3000, filledGiB: 100, throughNat: true };

const STORAGES: PricedStorage[] = [
  { kind: "none" },
  { kind: "efs" },
  { kind: "fsx-lustre", sizeGiB: 1200, throughputPerTiB: 125 },
  { kind: "s3" },
  { kind: "node" },
];

/** Lines by item, to a cent. */
function bill(storage: PricedStorage, traffic = TRAFFIC): Record<string, string> {
  return Object.fromEntries(
    cacheCostMonthly(storage, traffic).map(({ item, monthlyUsd }) => [item, monthlyUsd.toFixed(2)]),
  );
}

describe("cacheCostMonthly", () => {
  it("comes to what a calculator says", () => {
    // 100 GiB are 107.37 GB; through NAT at $0.045.
    assert.deepEqual(bill({ kind: "efs" }), { NAT: "4.83", storage: "60.00", reads: "90.00", writes: "6.00" });
    // 3000 GiB in parts of 8 MiB are 384,000 GETs, 100 GiB 12,800 PUTs.
    assert.deepEqual(bill({ kind: "s3" }), { NAT: "4.83", storage: "4.60", requests: "0.22" });
    assert.deepEqual(bill({ kind: "node" }), { NAT: "4.83" });
    assert.deepEqual(bill({ kind: "none" }), { NAT: "144.96" });
  });

  it("has FSx cost what is provisioned, by its throughput", () => {
    const storage = { kind: "fsx-lustre", sizeGiB: 2400 } as const;
    for (const [throughputPerTiB, usd] of [
      [125, "348.00"],
      [250, "504.00"],
      [500, "816.00"],
      [1000, "1440.00"],
    ] as const) {
      assert.deepEqual(bill({ ...storage, throughputPerTiB }), { NAT: "4.83", storage: usd });
    }
  });

  it("charges no NAT where weights do not come through it", () => {
    for (const storage of STORAGES) assert.equal(bill(storage, { ...TRAFFIC, throughNat: false })["NAT"], undefined);
  });

  it("costs no less for more traffic", () => {
    const gib = fc.integer({ min: 0, max: 100_000 });
    const traffic = fc.record({ storedGiB: gib, readGiB: gib, filledGiB: gib, throughNat: fc.boolean() });
    const total = (storage: PricedStorage, of: CacheTraffic): number =>
      cacheCostMonthly(storage, of).reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0);
    fc.assert(
      fc.property(fc.constantFrom(...STORAGES), traffic, traffic, (storage, one, more) => {
        const larger = {
          storedGiB: one.storedGiB + more.storedGiB,
          readGiB: one.readGiB + more.readGiB,
          filledGiB: one.filledGiB + more.filledGiB,
          throughNat: one.throughNat,
        };
        assert.ok(total(storage, larger) >= total(storage, one));
      }),
    );
  });
});
