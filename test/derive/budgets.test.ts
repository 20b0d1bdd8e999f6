import assert from "node:assert/strict";

import {
  graceSeconds,
  preStopSeconds,
  progressDeadlineSeconds,
  rolloutSeconds,
} from "../../components/derive/budgets.js";
import { contract } from "../contract/fixtures.js";

describe("time budgets", () => {
  for (const drainSeconds of [0, 1, 120, 3600]) {
    it(`give a pod longer than its pre-stop and a drain of ${drainSeconds} s`, () => {
      const chat = contract({}, { "chat/drainSeconds": drainSeconds });
      assert.equal(graceSeconds(chat), 10 + drainSeconds + 20);
      assert.ok(graceSeconds(chat) > preStopSeconds() + drainSeconds);
    });
  }

  it("let a rollout wait for a node, an image and the model", () => {
    assert.equal(progressDeadlineSeconds(contract()), 900 + 460);
  });

  it("let a rollout replace every replica, each with its drain", () => {
    assert.equal(rolloutSeconds(contract()), 900 + 3 * (460 + 150));
  });
});
