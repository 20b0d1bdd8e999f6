import assert from "node:assert/strict";

import { contractHash } from "../../components/contract/contract.js";
import { TUNING } from "../../components/derive/tuning.js";
import { scaledObjectSpec } from "../../components/serving/autoscaling.js";
import { deploymentSpec } from "../../components/serving/workload/deployment.js";
import { rolloutSeconds } from "../../components/derive/budgets.js";
import { CONTEXT, contractOf } from "../serving/fixtures.js";
import { leavesOf } from "../stacks/leaves.js";

/** A release on two GPUs, autoscaled: every constant has a part in it. */
const plan = () => contractOf({ gpu: { type: "l40s", count: 2 } }, { autoscaling: { min: 1, max: 3 } });

/** All that is deployed of it and depends on constants. */
function deployed(): string {
  const release = plan();
  return JSON.stringify([
    deploymentSpec(release, { ...CONTEXT, namespace: "models", partOf: "test" }).spec,
    scaledObjectSpec(release, { name: "chat-r1" }, "models", { url: "http://prometheus" }),
    rolloutSeconds(release),
  ]);
}

describe("a constant of derive/ that is retuned", () => {
  const before = { deployed: deployed(), hash: contractHash(plan().contract) };

  for (const { keys } of leavesOf(TUNING)) {
    const name = keys.join(".");
    const last = keys.at(-1)!;
    const parent = keys.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], TUNING);
    const place = parent as Record<string, number>;
    const value = place[last]!;

    it(`changes what is deployed and no contract's hash: ${name}`, () => {
      place[last] = value * 2;
      try {
        assert.notEqual(deployed(), before.deployed);
        assert.equal(contractHash(plan().contract), before.hash);
      } finally {
        place[last] = value;
      }
      assert.equal(deployed(), before.deployed);
    });
  }
});
