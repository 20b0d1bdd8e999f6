import assert from "node:assert/strict";

import { rolloutKeepsCapacity } from "../../../../policies/rules/lifecycle/rolloutKeepsCapacity.js";
import { type Json, deployment, messages, resource } from "../../fixtures.js";

const strategy = (type: string | undefined, rollingUpdate?: Json) =>
  deployment({ spec: { strategy: { type, rollingUpdate } } });

describe("rollout-keeps-capacity", () => {
  it("accepts surge before removal, as numbers or percentages", async () => {
    const percent = strategy(undefined, { maxUnavailable: "0%", maxSurge: "25%" });
    assert.deepEqual(await messages(rolloutKeepsCapacity, [deployment(), percent]), []);
    assert.deepEqual(await messages(rolloutKeepsCapacity, strategy("RollingUpdate", { maxUnavailable: 0 })), []);
  });

  it("asks nothing of Deployments without vLLM", async () => {
    const web = resource("kubernetes:apps/v1:Deployment", "web", {
      spec: { strategy: { type: "Recreate" }, template: { spec: { containers: [{ name: "web", image: "nginx" }] } } },
    });
    assert.deepEqual(await messages(rolloutKeepsCapacity, web), []);
  });

  it("refuses Recreate", async () => {
    assert.deepEqual(await messages(rolloutKeepsCapacity, strategy("Recreate")), [
      'spec.strategy.type "Recreate" stops every pod first: use RollingUpdate with maxUnavailable 0',
    ]);
  });

  it("refuses the default of 25% from four replicas on, of which it takes one away", async () => {
    const default25 = (replicas: number) => deployment({ spec: { replicas, strategy: undefined } });
    assert.deepEqual(await messages(rolloutKeepsCapacity, [default25(1), default25(3), strategy("RollingUpdate")]), []);
    for (const unset of [default25(4), deployment({ spec: { replicas: 8, strategy: { type: "RollingUpdate" } } })]) {
      assert.deepEqual(await messages(rolloutKeepsCapacity, unset), [
        "spec.strategy.rollingUpdate.maxUnavailable is not set, so 25%: set it to 0",
      ]);
    }
  });

  it("refuses pods taken away first, and no surge", async () => {
    assert.deepEqual(
      await messages(rolloutKeepsCapacity, strategy("RollingUpdate", { maxUnavailable: 1, maxSurge: 0 })),
      [
        "spec.strategy.rollingUpdate.maxUnavailable is 1: set it to 0",
        "spec.strategy.rollingUpdate.maxSurge is 0: allow at least 1 pod more",
      ],
    );
    const found = await messages(rolloutKeepsCapacity, strategy(undefined, { maxUnavailable: 0, maxSurge: "0%" }));
    assert.deepEqual(found, ['spec.strategy.rollingUpdate.maxSurge is "0%": allow at least 1 pod more']);
  });
});
