import assert from "node:assert/strict";

import fc from "fast-check";

import {
  type Buckets,
  differenceBounds,
  judgeMeans,
  judgeQuantile,
  judgeShares,
  meanOf,
  quantile,
  quantileOfNormal,
  shareAbove,
  wilson,
} from "../../../tools/release/statistics.js";

const near = (got: number, wanted: number, by = 1e-4) =>
  assert.ok(Math.abs(got - wanted) <= by, `${got}, not ${wanted}`);

describe("quantileOfNormal", () => {
  it("is that of the tables", () => {
    near(quantileOfNormal(0.5), 0);
    near(quantileOfNormal(0.95), 1.644854);
    near(quantileOfNormal(0.975), 1.959964);
    near(quantileOfNormal(0.999), 3.090232);
    near(quantileOfNormal(0.01), -2.326348);
  });
});

describe("differenceBounds", () => {
  it("is Newcombe's, as in his table II (56 of 70 and 48 of 80)", () => {
    const { lower, upper } = differenceBounds({ hits: 56, of: 70 }, { hits: 48, of: 80 }, 1.959964);
    near(lower, 0.0524);
    near(upper, 0.3339);
  });

  it("is no point where nothing was hit (10 of 10 and 0 of 10 in his table, and none of both)", () => {
    const { upper } = differenceBounds({ hits: 0, of: 10 }, { hits: 0, of: 10 }, 1.959964);
    near(upper, 0.2775);
    near(wilson({ hits: 0, of: 10 }, 1.959964).upper, 0.2775);
  });
});

describe("judgeShares", () => {
  const judge = (canary: [number, number], stable: [number, number], margin = 0.005) =>
    judgeShares({ hits: canary[0], of: canary[1] }, { hits: stable[0], of: stable[1] }, margin, 0.95);

  it("is within once enough requests have gone well", () => {
    assert.deepEqual(judge([0, 2000], [10, 40_000]), { verdict: "within" });
  });

  it("is open with too few, and says how many more are needed", () => {
    const { verdict, needed } = judge([0, 100], [0, 10_000]);
    assert.equal(verdict, "open");
    assert.equal(judge([0, 100 + needed!], [0, 100 * (100 + needed!)]).verdict, "within");
    assert.equal(judge([0, 100 + needed! - 2], [0, 100 * (100 + needed! - 2)]).verdict, "open");
  });

  it("is beyond once that is sure, and open without a number while the difference is above the bound but unsure", () => {
    assert.deepEqual(judge([60, 2000], [10, 40_000]), { verdict: "beyond" });
    assert.deepEqual(judge([1, 50], [0, 1000]), { verdict: "open" });
  });

  it("is open without requests", () => {
    assert.deepEqual(judge([0, 0], [0, 10]), { verdict: "open" });
  });

  it("passes a canary that is at the bound in no more runs than the confidence allows", () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const draw = (share: number, of: number) => {
      let hits = 0;
      for (let one = 0; one < of; one += 1) if (random() < share) hits += 1;
      return { hits, of };
    };
    const runs = 1000;
    let passed = 0;
    for (let run = 0; run < runs; run += 1) {
      if (judgeShares(draw(0.02, 500), draw(0.01, 2000), 0.01, 0.95).verdict === "within") passed += 1;
    }
    // 5 % and what chance adds to a thousand runs.
    assert.ok(passed <= 0.07 * runs, `${passed} of ${runs}`);
  });

  it("never is both, and more requests of the same kind never take a verdict back", () => {
    const count = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 50, max: 5000 }));
    fc.assert(
      fc.property(count, count, fc.integer({ min: 2, max: 50 }), (canary, stable, times) => {
        const { verdict } = judge(canary, stable);
        const more = judge([canary[0] * times, canary[1] * times], [stable[0] * times, stable[1] * times]).verdict;
        if (verdict !== "open") assert.equal(more, verdict);
      }),
    );
  });
});

/** 1000 observations: 500 up to 0.1 s, 450 more up to 0.5 s, 50 more up to 1 s. */
const STABLE: Buckets = [
  [0.1, 500],
  [0.5, 950],
  [1, 1000],
  [Infinity, 1000],
];
const times = (buckets: Buckets, factor: number): Buckets => buckets.map(([le, count]) => [le, count * factor]);

describe("quantile and shareAbove", () => {
  it("are as histogram_quantile has them, and undo each other", () => {
    near(quantile(STABLE, 0.5)!, 0.1);
    near(quantile(STABLE, 0.95)!, 0.5);
    near(quantile(STABLE, 0.99)!, 0.9);
    near(shareAbove(STABLE, 0.9), 0.01);
    near(shareAbove(STABLE, 0.05), 0.75);
    near(shareAbove(STABLE, 5), 0);
    assert.equal(quantile([[Infinity, 0]], 0.5), undefined);
  });

  it("know no more of the last bucket than where it begins", () => {
    const open: Buckets = [
      [1, 10],
      [Infinity, 20],
    ];
    assert.equal(quantile(open, 0.95), 1);
    near(shareAbove(open, 3), 0.5);
  });
});

describe("judgeQuantile", () => {
  const judge = (canary: Buckets, stable: Buckets, requests = { canary: 1e9, stable: 1e9 }) =>
    judgeQuantile(canary, stable, { share: 0.95, ratio: 1.2, confidence: 0.95, requests });

  it("takes the same latency once there are enough requests", () => {
    assert.deepEqual(judge(times(STABLE, 20), times(STABLE, 20)), { verdict: "within" });
    assert.equal(judge(times(STABLE, 0.1), times(STABLE, 20)).verdict, "open");
  });

  it("refuses twice the latency", () => {
    const slow: Buckets = [
      [0.1, 100],
      [0.5, 500],
      [1, 950],
      [Infinity, 1000],
    ];
    assert.deepEqual(judge(slow, STABLE), { verdict: "beyond" });
  });

  it("counts requests, not the many times within one", () => {
    assert.equal(judge(times(STABLE, 20), times(STABLE, 20), { canary: 100, stable: 10_000 }).verdict, "open");
  });
});

describe("judgeMeans", () => {
  const mean = (each: number, factor: number) => meanOf(each * 1000 * factor, times(STABLE, factor));

  it("knows the variance by the buckets' middles", () => {
    const { variance } = meanOf(237.5, [
      [0.1, 500],
      [0.5, 1000],
      [Infinity, 1000],
    ]);
    // 0.05 and 0.3, and a mean of 0.2375.
    near(variance, (500 * 0.1875 ** 2 + 500 * 0.0625 ** 2) / 1000);
  });

  it("is within, beyond or open by the ratio of means", () => {
    assert.deepEqual(judgeMeans(mean(0.02, 1), mean(0.02, 10), 1 / 0.01, 0.95), { verdict: "within" });
    assert.deepEqual(judgeMeans(mean(0.4, 10), mean(0.2, 10), 1.11, 0.95), { verdict: "beyond" });
    const open = judgeMeans(mean(0.2, 0.05), mean(0.2, 10), 1.11, 0.95);
    assert.equal(open.verdict, "open");
    assert.ok(open.needed! > 0);
    assert.deepEqual(judgeMeans(meanOf(0, [[Infinity, 0]]), mean(0.2, 1), 1.11, 0.95), { verdict: "open" });
  });
});
