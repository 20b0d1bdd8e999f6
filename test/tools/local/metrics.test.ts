import assert from "node:assert/strict";

import fc from "fast-check";

import { METRICS } from "../../../components/vocabulary/metrics/vllm.js";
import { metricsText, partOf, replicaLoad } from "../../../tools/local/simulator/metrics.js";
import { recorded } from "../../promql/catalogue.js";
import { seriesOf } from "../../promql/exposition.js";

/** What a simulated server says. */
const SIMULATED = [METRICS.running, METRICS.waiting, METRICS.kvCacheUsage];
const NO_LIMITS = { sequences: Infinity, inFlight: Infinity };

describe("metricsText", () => {
  it("says what it says as vLLM 0.30.0 does: same names, types and labels", () => {
    const real = recorded("0.30.0");
    const ours = seriesOf(metricsText("chat", { running: 0, waiting: 0, kvCache: 0 }));
    assert.deepEqual([...ours.keys()].sort(), SIMULATED.toSorted());
    for (const [name, series] of ours) assert.deepEqual(series, real.get(name), name);
  });

  it("says how much runs, waits and is kept", () => {
    assert.equal(
      metricsText("qwen", { running: 16, waiting: 3, kvCache: 0.25 }),
      [
        "# TYPE vllm:num_requests_running gauge",
        'vllm:num_requests_running{engine="0",model_name="qwen"} 16',
        "# TYPE vllm:num_requests_waiting gauge",
        'vllm:num_requests_waiting{engine="0",model_name="qwen"} 3',
        "# TYPE vllm:kv_cache_usage_perc gauge",
        'vllm:kv_cache_usage_perc{engine="0",model_name="qwen"} 0.25',
        "",
      ].join("\n"),
    );
  });

  it("keeps a name with quotes within its quotes", () => {
    const [series] = seriesOf(metricsText('a "b" \\c', { running: 1, waiting: 0, kvCache: 0 })).get(METRICS.running)!;
    assert.equal(series!.labels["model_name"], 'a \\"b\\" \\\\c');
  });
});

describe("a load spread over replicas", () => {
  const requests = fc.nat(2000);
  const replicas = fc.integer({ min: 1, max: 50 });
  const limits = fc.record({
    sequences: fc.integer({ min: 1, max: 256 }),
    inFlight: fc.integer({ min: 1, max: 1024 }),
  });
  const all = (inFlight: number, count: number, kvCache = 0, within = NO_LIMITS) =>
    Array.from({ length: count }, (_, index) => replicaLoad(partOf({ inFlight, kvCache }, index, count), within));

  it("runs what a replica can run at once, has the rest wait, and refuses beyond that", () => {
    const within = { sequences: 16, inFlight: 48 };
    const one = (inFlight: number) => replicaLoad({ inFlight, kvCache: 0 }, within);
    assert.deepEqual(one(0), { running: 0, waiting: 0, kvCache: 0 });
    assert.deepEqual(one(16), { running: 16, waiting: 0, kvCache: 0 });
    assert.deepEqual(one(17), { running: 16, waiting: 1, kvCache: 0 });
    assert.deepEqual(one(48), { running: 16, waiting: 32, kvCache: 0 });
    assert.deepEqual(one(500), { running: 16, waiting: 32, kvCache: 0 });
  });

  it("spreads as evenly as whole requests go", () => {
    assert.deepEqual(
      all(7, 3).map(({ running }) => running),
      [3, 2, 2],
    );
    fc.assert(
      fc.property(requests, replicas, (inFlight, count) => {
        const shares = all(inFlight, count).map(({ running }) => running);
        assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
      }),
    );
  });

  it("adds up to the requests in flight when none are refused", () => {
    fc.assert(
      fc.property(requests, replicas, limits, (inFlight, count, { sequences }) => {
        const shares = all(inFlight, count, 0, { sequences, inFlight: Infinity });
        assert.equal(
          shares.reduce((sum, { running, waiting }) => sum + running + waiting, 0),
          inFlight,
        );
      }),
    );
  });

  it("stays within its limits and above zero, and no request waits while there is room", () => {
    fc.assert(
      fc.property(requests, replicas, limits, (inFlight, count, within) => {
        for (const { running, waiting } of all(inFlight, count, 0, within)) {
          assert.ok(running >= 0 && running <= within.sequences);
          assert.ok(waiting >= 0 && running + waiting <= within.inFlight);
          if (waiting > 0) assert.equal(running, within.sequences);
        }
      }),
    );
  });

  it("shares the KV cache equally, and no replica uses more than it has", () => {
    assert.deepEqual(
      all(0, 4, 2).map(({ kvCache }) => kvCache),
      [0.5, 0.5, 0.5, 0.5],
    );
    assert.deepEqual(
      all(0, 2, 5).map(({ kvCache }) => kvCache),
      [1, 1],
    );
    fc.assert(
      fc.property(fc.double({ min: 0, max: 60, noNaN: true }), replicas, (kvCache, count) => {
        const used = all(0, count, kvCache).reduce((sum, share) => sum + share.kvCache, 0);
        assert.ok(Math.abs(used - Math.min(kvCache, count)) < 1e-9);
      }),
    );
  });
});
