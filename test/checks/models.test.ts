import assert from "node:assert/strict";

import { checkAcross } from "../../components/checks/models.js";
import { AT, chatModel, lines, problemsOf, release } from "../contract/fixtures.js";

const CHAT = `${AT}.chat`;
const GATEWAY = 'needs vllm:gateway, which alone can split requests: without it all go to "r1"';

/** A second model that shares no name with the first. */
function search(): Record<string, unknown> {
  return { ...chatModel(), servedNames: ["search"] };
}

describe("a model's own keys", () => {
  describe("route", () => {
    it("refuses a stable release that is not there", () => {
      assert.deepEqual(problemsOf({ "chat/route/stable": "r9", "chat/releases/r2": release() }), [
        `error ${CHAT}.route.stable: there is no release "r9": use r1 or r2`,
      ]);
    });

    for (const [kind, share] of [
      ["canary", "weight"],
      ["shadow", "percent"],
    ] as const) {
      it(`refuses a ${kind} that is not there`, () => {
        assert.deepEqual(problemsOf({ [`chat/route/${kind}`]: { release: "r9", [share]: 5 } }), [
          `error ${CHAT}.route.${kind}.release: there is no release "r9": put it back below releases, or leave ${kind} out`,
          `warning ${CHAT}.route.${kind}: ${GATEWAY}`,
        ]);
      });

      it(`refuses the stable release as ${kind}`, () => {
        assert.deepEqual(problemsOf({ [`chat/route/${kind}`]: { release: "r1", [share]: 5 } }), [
          `error ${CHAT}.route.${kind}.release: "r1" is the stable release: name another one`,
          `warning ${CHAT}.route.${kind}: ${GATEWAY}`,
        ]);
      });

      it(`warns that a ${kind} gets nothing without a gateway`, () => {
        assert.deepEqual(
          problemsOf({ "chat/releases/r2": release(), [`chat/route/${kind}`]: { release: "r2", [share]: 5 } }),
          [`warning ${CHAT}.route.${kind}: ${GATEWAY}`],
        );
      });
    }
  });

  describe("releases", () => {
    it("refuses a model without one, and says nothing of its route", () => {
      assert.deepEqual(problemsOf({ "chat/releases": {} }), [
        `error ${CHAT}.releases: is empty: give at least one release`,
      ]);
    });
  });

  describe("autoscaling", () => {
    it("refuses a lower bound above the upper one", () => {
      assert.deepEqual(problemsOf({ "chat/autoscaling": { min: 3, max: 2 } }), [
        `error ${CHAT}.autoscaling.min: 3 is more than max 2: use at most 2`,
      ]);
    });

    it("refuses a lower bound above the default of the upper one", () => {
      assert.deepEqual(problemsOf({ "chat/autoscaling": { min: 5 } }), [
        `error ${CHAT}.autoscaling.min: 5 is more than max 1: use at most 1`,
      ]);
    });

    it("refuses zero replicas that nothing would wake", () => {
      assert.deepEqual(problemsOf({ "chat/autoscaling": { min: 0, max: 2 } }), [
        `error ${CHAT}.autoscaling.min: 0 needs activation: without a pod vLLM's metrics are gone, so a metric from outside, ` +
          "such as the gateway's request rate, has to wake it; set gateway.fromZero where the stack has a gateway, autoscaling.activation.query, or min to 1",
      ]);
    });

    it("takes a gateway that wakes it, and refuses one for what never sleeps", () => {
      const fromZero = { answer: "retry" };
      assert.deepEqual(problemsOf({ "chat/autoscaling": { min: 0, max: 2 }, "chat/gateway": { fromZero } }), []);
      assert.deepEqual(problemsOf({ "chat/gateway": { fromZero: { ...fromZero, holdSeconds: 60 } } }), [
        `error ${CHAT}.gateway.fromZero: is only for autoscaling.min 0, and min is 1: leave it out, or set min to 0`,
        `error ${CHAT}.gateway.fromZero.holdSeconds: has no effect with answer retry: leave it out, or set answer to hold`,
      ]);
    });

    it("refuses a wake-up call for what never sleeps", () => {
      assert.deepEqual(problemsOf({ "chat/autoscaling": { min: 1, max: 2, activation: { query: "up" } } }), [
        `error ${CHAT}.autoscaling.activation: is only for min 0, and min is 1: leave it out, or set min to 0`,
      ]);
    });

    it("takes a fixed number of replicas", () => {
      assert.deepEqual(problemsOf({ "chat/autoscaling": { min: 2, max: 2 } }), []);
    });

    it("takes zero replicas with a wake-up call", () => {
      assert.deepEqual(problemsOf({ "chat/autoscaling": { min: 0, max: 2, activation: { query: "up" } } }), []);
    });
  });

  it("refuses a served name given twice", () => {
    assert.deepEqual(problemsOf({ "chat/servedNames": ["a", "b", "a"] }), [
      `error ${CHAT}.servedNames[2]: "a" is given twice: leave one out`,
    ]);
  });
});

describe("what models may not share", () => {
  it("finds no fault with models that share nothing", () => assert.deepEqual(problemsOf({ search: search() }), []));

  it("refuses a name served by two models", () => {
    assert.deepEqual(problemsOf({ search: { ...search(), servedNames: ["search", "qwen3-8b"] } }), [
      `error ${AT}.search.servedNames: "qwen3-8b" is served by "chat" already: give each model names of its own`,
    ]);
  });

  it("counts a model's key as its served name where it has no others", () => {
    assert.deepEqual(problemsOf({ "chat/servedNames": ["search"], search: { ...search(), servedNames: undefined } }), [
      `error ${AT}.search.servedNames: "search" is served by "chat" already: give each model names of its own`,
    ]);
  });

  it("refuses a model that is named as another one's release is in Kubernetes", () => {
    assert.deepEqual(problemsOf({ "chat-r1": { ...search(), route: { stable: "r2" }, releases: { r2: release() } } }), [
      `error ${AT}.chat-r1: is also the name of release "r1" of "chat" in Kubernetes: rename one`,
    ]);
  });

  it("finds both kinds in outlines of models that are wrong in themselves", () => {
    const outlines = [
      { name: "a", servedNames: ["x"], releases: ["b"] },
      { name: "a-b", servedNames: ["x"], releases: [] },
    ];
    assert.deepEqual(lines(checkAcross(outlines, "m")), [
      'error m.a-b: is also the name of release "b" of "a" in Kubernetes: rename one',
      'error m.a-b.servedNames: "x" is served by "a" already: give each model names of its own',
    ]);
  });
});
