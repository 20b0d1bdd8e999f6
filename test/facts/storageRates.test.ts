import assert from "node:assert/strict";
import { fsxLustreRate } from "../../components/facts/fsxLustreRate.js";
import { STORAGE_RATES, STORAGES } from "../../components/facts/storageRates.js";

describe("storage rates", () => {
  for (const storage of STORAGES) {
    it(`expects of ${storage} more than the slowest credible rate, and says whence`, () => {
      const { gibPerSecond, source } = STORAGE_RATES[storage];
      assert.ok(gibPerSecond.pessimistic > 0);
      assert.ok(gibPerSecond.expected > gibPerSecond.pessimistic);
      assert.notEqual(source, "");
    });
  }

  it("rates FSx for Lustre by throughput a TiB and size", () => {
    const { expected, pessimistic } = fsxLustreRate({ sizeGiB: 4800, throughputPerTiB: 500 }).gibPerSecond;
    // 4.6875 TiB × 500 MB/s.
    assert.ok(Math.abs(expected - 2343.75e6 / 2 ** 30) < 1e-9);
    assert.equal(pessimistic, expected / 2);
  });

  it("gives one client no more than 100 Gbit/s of a large FSx for Lustre", () => {
    const { expected } = fsxLustreRate({ sizeGiB: 100_800, throughputPerTiB: 1000 }).gibPerSecond;
    assert.ok(Math.abs(expected - 12.5e9 / 2 ** 30) < 1e-9);
  });
});
