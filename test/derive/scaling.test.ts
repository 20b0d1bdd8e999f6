import assert from "node:assert/strict";
import { scaleDownSeconds } from "../../components/derive/scaling.js";
import { cacheOf, contract } from "../contract/fixtures.js";

/** A model of 131 GiB on eight GPUs. */
const LARGE = {
  model: { id: "meta-llama/Llama-3.3-70B-Instruct", revision: "6f6073b423013f6a7d4d9f39144961bfbfbc386b" },
  gpu: { type: "h100", count: 8 },
  "flags/tool-call-parser": undefined,
};

describe("the window before a replica is removed", () => {
  it("is five minutes at the least", () => {
    assert.equal(scaleDownSeconds(contract()), 300);
  });

  it("is as long as a replica takes to come back: shorter with weights on the node", () => {
    const downloaded = scaleDownSeconds(contract(LARGE));
    const cached = scaleDownSeconds(contract(LARGE, {}, cacheOf({ kind: "node", budgetGiB: 500, compile: true })));
    assert.ok(downloaded > 300 && downloaded % 60 === 0, `${downloaded} s`);
    assert.ok(cached < downloaded, `${cached} s of ${downloaded}`);
  });

  it("is what the config states", () => {
    const stated = contract({}, { "chat/autoscaling": { min: 1, max: 3, scaleDownSeconds: 900 } });
    assert.equal(scaleDownSeconds(stated), 900);
  });
});
