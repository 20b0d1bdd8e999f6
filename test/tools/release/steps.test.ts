import assert from "node:assert/strict";

import fc from "fast-check";

import { backStep, nextStep, type Route, stageOf, stageText, type StepOptions } from "../../../tools/release/steps.js";

const RELEASES = ["r1", "r2", "r3"];
const OPTIONS: StepOptions = { hasGateway: true, skipShadow: false };
const next = (route: Route, options: Partial<StepOptions> = {}) => {
  const step = nextStep(route, RELEASES, { ...OPTIONS, ...options });
  return typeof step === "string" ? step : step.route;
};

describe("the steps of a rollout", () => {
  it("go from parallel by shadow, 5, 25 and 100 % to the end of the way back", () => {
    const path: (Route | string)[] = [];
    let route: Route = { stable: "r1" };
    for (let step = 0; step < 5; step += 1) {
      route = next(route, step === 0 ? { candidate: "r2" } : {}) as Route;
      path.push(route);
    }
    assert.deepEqual(path, [
      { stable: "r1", shadow: { release: "r2", percent: 10 } },
      { stable: "r1", canary: { release: "r2", weight: 5 } },
      { stable: "r1", canary: { release: "r2", weight: 25 } },
      { stable: "r2", previous: "r1" },
      { stable: "r2" },
    ]);
  });

  it("compare before users' requests go to a release that has some, and not before", () => {
    const isCompared = (route: Route): boolean => {
      const step = nextStep(route, RELEASES, { ...OPTIONS, candidate: "r2" });
      assert.ok(typeof step !== "string");
      return step.isCompared;
    };
    assert.equal(isCompared({ stable: "r1" }), false);
    assert.equal(isCompared({ stable: "r1", shadow: { release: "r2", percent: 10 } }), true);
    assert.equal(isCompared({ stable: "r1", canary: { release: "r2", weight: 0 } }), false);
    assert.equal(isCompared({ stable: "r1", canary: { release: "r2", weight: 25 } }), true);
  });

  it("leave the shadow out where the call says so, and all shares where there is no gateway", () => {
    assert.deepEqual(next({ stable: "r1" }, { candidate: "r2", skipShadow: true }), {
      stable: "r1",
      canary: { release: "r2", weight: 5 },
    });
    const step = nextStep({ stable: "r1" }, RELEASES, { ...OPTIONS, hasGateway: false, candidate: "r2" });
    assert.ok(typeof step !== "string");
    assert.deepEqual(step.route, { stable: "r2", previous: "r1" });
    const why = "there is no vllm:gateway, which alone can split requests";
    assert.deepEqual(step.skipped, [`shadow: ${why}`, `5 %: ${why}`, `25 %: ${why}`]);
  });

  it("keep the canary's bounds and a shadow of another release, and drop the reason of the last step", () => {
    const canary = { release: "r2", weight: 5, bounds: { ttftRatio: 2 } };
    assert.deepEqual(next({ stable: "r1", canary, shadow: { release: "r3", percent: 1 }, reason: "r" }), {
      stable: "r1",
      canary: { ...canary, weight: 25 },
      shadow: { release: "r3", percent: 1 },
    });
    assert.deepEqual(next({ stable: "r1", canary, shadow: { release: "r2", percent: 10 } }), {
      stable: "r1",
      canary: { ...canary, weight: 25 },
    });
  });

  it("start another release where the way back of the last one is still kept", () => {
    assert.deepEqual(next({ stable: "r2", previous: "r1" }, { candidate: "r3" }), {
      stable: "r2",
      shadow: { release: "r3", percent: 10 },
    });
  });

  it("are none with one release", () => {
    assert.equal(
      nextStep({ stable: "r1" }, ["r1"], OPTIONS),
      "there is one release alone: add the next one below releases, and bring it up",
    );
  });
});

describe("the step back", () => {
  const back = (route: Route, releases = RELEASES, to?: string) => {
    const step = backStep(route, releases, to);
    return typeof step === "string" ? step : step.route;
  };

  it("takes canary and shadow out, and keeps the release before", () => {
    assert.deepEqual(back({ stable: "r1", canary: { release: "r2", weight: 25 }, previous: "r3" }), {
      stable: "r1",
      previous: "r3",
    });
    assert.deepEqual(back({ stable: "r1", shadow: { release: "r2", percent: 10 } }), { stable: "r1" });
  });

  it("goes to the release before, or to the one other that there is", () => {
    assert.deepEqual(back({ stable: "r2", previous: "r1" }), { stable: "r1" });
    assert.deepEqual(back({ stable: "r2" }, ["r1", "r2"]), { stable: "r1" });
    assert.deepEqual(back({ stable: "r2" }, RELEASES, "r3"), { stable: "r3" });
  });

  it("is none where nobody can tell whereto", () => {
    assert.equal(back({ stable: "r2" }), "the route names no release before r2: say which one by --release, r1 or r3");
    assert.equal(back({ stable: "r1" }, ["r1"]), "r1 is the one release that there is, so there is no way back");
  });

  it("is one step from every stage to a route without canary and shadow, to a release that is there", () => {
    const name = fc.constantFrom(...RELEASES);
    const route = fc.record(
      {
        stable: name,
        canary: fc.record({ release: name, weight: fc.integer({ min: 0, max: 99 }) }),
        shadow: fc.record({ release: name, percent: fc.integer({ min: 0, max: 100 }) }),
        previous: name,
      },
      { requiredKeys: ["stable"] },
    );
    fc.assert(
      fc.property(route, (from) => {
        const { stable, canary, shadow } = from as Route;
        const step = backStep(from, RELEASES);
        if (typeof step === "string") return assert.equal(stageOf(from as Route, RELEASES).kind, "parallel");
        assert.equal(step.route.canary ?? step.route.shadow, undefined);
        assert.ok(RELEASES.includes(step.route.stable));
        if (canary !== undefined || shadow !== undefined) assert.equal(step.route.stable, stable);
      }),
    );
  });
});

describe("a stage", () => {
  it("is told in words", () => {
    const text = (route: Route, releases = RELEASES) => stageText(stageOf(route, releases));
    assert.equal(text({ stable: "r1" }, ["r1"]), "one release");
    assert.equal(text({ stable: "r1" }), "r2, r3 in parallel, without requests");
    assert.equal(text({ stable: "r1", shadow: { release: "r2", percent: 10 } }), "r2 as shadow of 10 %");
    assert.equal(text({ stable: "r1", canary: { release: "r2", weight: 0 } }), "r2 by header alone");
    assert.equal(text({ stable: "r1", canary: { release: "r2", weight: 5 } }), "r2 at 5 %");
    assert.equal(text({ stable: "r2", previous: "r1" }), "r2 at 100 %, r1 kept for the way back");
  });
});
