import assert from "node:assert/strict";

import { spotNodeTaint } from "../../../policies/rules/spotNodeTaint.js";
import { GPU_TAINT, managedNodeGroup, nodeGroup } from "../awsFixtures.js";
import { type Json, messages } from "../fixtures.js";

const spot = (...taints: Json[]) => ({ capacityType: "SPOT", taints });
const MISSING =
  'capacityType is "SPOT" and no taint says so: add {key: "node-lifecycle", value: "spot", effect: "NO_SCHEDULE"}';

describe("spot-node-taint", () => {
  it("leaves other capacity alone", async () => {
    const accepted = ["ON_DEMAND", "CAPACITY_BLOCK", undefined].map((capacityType) => nodeGroup({ capacityType }));
    assert.deepEqual(await messages(spotNodeTaint, accepted), []);
  });

  for (const [key, value] of [
    ["node-lifecycle", "spot"],
    ["lifecycle", "Spot"],
    ["spot", "true"],
    ["example.org/spotInstance", undefined],
    ["cloud.google.com/gke-spot", "true"],
  ]) {
    it(`accepts ${key}=${value}`, async () => {
      const changes = spot(GPU_TAINT, { key, value, effect: "NO_SCHEDULE" });
      assert.deepEqual(await messages(spotNodeTaint, [nodeGroup(changes), managedNodeGroup(changes)]), []);
    });
  }

  it("refuses spot nodes without a taint that says so, GPUs or not", async () => {
    const other = { key: "node-lifecycle", value: "on-demand", effect: "NO_SCHEDULE" };
    const plain = nodeGroup({ ...spot(other), instanceTypes: ["m7i.large"] });
    const found = await messages(spotNodeTaint, [nodeGroup(spot(GPU_TAINT)), plain, managedNodeGroup(spot())]);
    assert.deepEqual(found, [MISSING, MISSING, MISSING]);
  });

  it("refuses a taint of an effect that lets pods in", async () => {
    const taint = { key: "node-lifecycle", value: "spot", effect: "PREFER_NO_SCHEDULE" };
    assert.deepEqual(await messages(spotNodeTaint, nodeGroup(spot(taint))), [MISSING]);
  });
});
