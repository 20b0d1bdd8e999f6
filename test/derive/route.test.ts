import assert from "node:assert/strict";

import fc from "fast-check";

import { resolveModels } from "../../components/checks/resolve.js";
import type { RouteConfig } from "../../components/contract/route.js";
import { nextWeight, releaseLoad, releaseShares, sizedFor } from "../../components/derive/route.js";
import { models, release } from "../contract/fixtures.js";

const BOUNDS = {
  errorShare: 0.005,
  refusalShare: 0.01,
  invalidJsonShare: 0.01,
  ttftRatio: 1.2,
  itlRatio: 1.2,
  tokensRatio: 0.9,
  confidence: 0.95,
  windowMinutes: 60,
};
const RELEASES = new Map([
  ["r1", undefined],
  ["r2", undefined],
  ["r3", undefined],
]);
const canary = (name: string, weight: number) => ({ release: name, weight, bounds: BOUNDS });
const shares = (route: RouteConfig) =>
  releaseShares({ route, releases: RELEASES }).map((share) => [share.release, share.weight, share.mirrorPercent]);

describe("releaseShares", () => {
  it("gives the stable release what the canary leaves, in the config's order, and copies to the shadow", () => {
    assert.deepEqual(shares({ stable: "r2" }), [
      ["r1", 0, 0],
      ["r2", 100, 0],
      ["r3", 0, 0],
    ]);
    assert.deepEqual(
      shares({ stable: "r1", canary: canary("r2", 5), shadow: { release: "r3", percent: 10 }, previous: "r3" }),
      [
        ["r1", 95, 0],
        ["r2", 5, 0],
        ["r3", 0, 10],
      ],
    );
  });

  it("is 100 together for every canary", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), (weight) => {
        const all = releaseShares({ route: { stable: "r1", canary: canary("r3", weight) }, releases: RELEASES });
        assert.equal(
          all.reduce((sum, one) => sum + one.weight, 0),
          100,
        );
      }),
    );
  });
});

describe("nextWeight", () => {
  it("goes by 5, 25 and 100, also from between them", () => {
    assert.deepEqual([0, 3, 5, 10, 25, 60, 99].map(nextWeight), [5, 5, 25, 25, 100, 100, 100]);
  });
});

describe("sizedFor", () => {
  it("keeps the stable release at the whole load while there is a canary, and the one before it", () => {
    const route = { stable: "r1", canary: canary("r2", 5), previous: "r3" };
    assert.deepEqual(
      ["r1", "r2", "r3"].map((name) => sizedFor(route, name)),
      [100, 25, 100],
    );
    assert.equal(sizedFor({ stable: "r1", canary: canary("r2", 25) }, "r2"), 100);
  });

  it("sizes a shadow for its copies, and for the first stage at least", () => {
    const route = (percent: number) => ({ stable: "r1", shadow: { release: "r2", percent } });
    assert.equal(sizedFor(route(1), "r2"), 5);
    assert.equal(sizedFor(route(50), "r2"), 50);
    assert.equal(sizedFor(route(50), "r1"), undefined);
  });

  it("says nothing of a release that has all requests, or none", () => {
    assert.equal(sizedFor({ stable: "r1" }, "r1"), undefined);
    assert.equal(sizedFor({ stable: "r1" }, "r2"), undefined);
  });
});

describe("releaseLoad", () => {
  it("names the share and the releases in whose series the load is, the stable one first", () => {
    const { models: all } = resolveModels(
      models({
        "chat/releases/r2": release(),
        "chat/releases/r3": release(),
        "chat/route": { stable: "r2", canary: { release: "r1", weight: 5 }, shadow: { release: "r3", percent: 10 } },
      }),
      "vllm:models",
    );
    const [chat] = all;
    const load = (name: string) => {
      const { share, of } = releaseLoad(chat!, name)!;
      return [share, of.map((plan) => plan.release)];
    };
    assert.deepEqual(load("r1"), [0.25, ["r2", "r1"]]);
    assert.deepEqual(load("r2"), [1, ["r2", "r1"]]);
    assert.deepEqual(load("r3"), [0.1, ["r2", "r1"]]);
  });
});
