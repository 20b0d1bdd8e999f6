import assert from "node:assert/strict";

import { spotNodeTaint } from "../../../../policies/rules/nodes/spotNodeTaint.js";
import {
  defaultGroup,
  firstNodeGroup,
  GPU_TAINT,
  managedNodeGroup,
  nativeNodeGroup,
  nodeGroup,
  nodePool,
  selfManagedGroup,
} from "../../awsFixtures.js";
import { type Json, messages } from "../../fixtures.js";

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
      const driving = spot({ key, value, effect: "NO_EXECUTE" });
      const groups = [nodeGroup(changes), managedNodeGroup(changes), nativeNodeGroup(changes), nodeGroup(driving)];
      assert.deepEqual(await messages(spotNodeTaint, groups), []);
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

  const SPOT = { value: "spot", effect: "NoSchedule" };
  const FIX = '"node-lifecycle": {value: "spot", effect: "NoSchedule"} to';

  it("judges self-managed groups by their price", async () => {
    const accepted = [selfManagedGroup(), selfManagedGroup({ spotPrice: "1.5", taints: { "node-lifecycle": SPOT } })];
    assert.deepEqual(await messages(spotNodeTaint, accepted), []);
    const spot = { spotPrice: "1.5" };
    const refused = [
      selfManagedGroup(spot),
      firstNodeGroup({ ...spot, taints: undefined }),
      defaultGroup({ ...spot, instanceType: undefined }),
      selfManagedGroup({ ...spot, taints: { "node-lifecycle": { ...SPOT, effect: "NO_SCHEDULE" } } }),
    ];
    assert.deepEqual(await messages(spotNodeTaint, refused), [
      `spotPrice is set and no taint says so: add ${FIX} taints`,
      `spotPrice is set and no taint says so: add ${FIX} taints`,
      `default node group: nodeGroupOptions.spotPrice is set and no taint says so: add ${FIX} nodeGroupOptions.taints`,
      `spotPrice is set and no taint says so: add ${FIX} taints`,
    ]);
  });

  const POOL_FIX =
    'and no taint says so: add {key: "node-lifecycle", value: "spot", effect: "NoSchedule"} to spec.template.spec.taints, ' +
    'or require karpenter.sh/capacity-type In ["on-demand"]';
  const pool = (requirement: Json, taints: Json = [], labels = {}) =>
    nodePool({}, { requirements: [requirement], taints }, labels);
  const capacity = (operator: string, ...values: string[]) => ({ key: "karpenter.sh/capacity-type", operator, values });

  it("accepts pools that never are spot, and spot pools whose taint says so", async () => {
    const accepted = [
      nodePool(),
      pool(capacity("In", "on-demand", "reserved")),
      pool(capacity("NotIn", "spot")),
      pool(capacity("Exists"), [], { "karpenter.sh/capacity-type": "on-demand" }),
      pool(capacity("In", "spot"), [{ key: "node-lifecycle", ...SPOT }]),
      pool({}, [{ key: "karpenter.sh/capacity-type", ...SPOT }]),
    ];
    assert.deepEqual(await messages(spotNodeTaint, accepted), []);
  });

  it("refuses pools that may be spot, also where no requirement says so", async () => {
    const refused = [
      pool(capacity("In", "on-demand", "spot")),
      pool(capacity("NotIn", "reserved")),
      pool(capacity("Exists")),
      pool({}),
    ];
    const stated = `karpenter.sh/capacity-type may be "spot" ${POOL_FIX}`;
    assert.deepEqual(await messages(spotNodeTaint, refused), [
      stated,
      stated,
      stated,
      `karpenter.sh/capacity-type is not required, so it may be "spot", ${POOL_FIX}`,
    ]);
  });

  it("refuses AWS Native's groups without it", async () => {
    assert.deepEqual(await messages(spotNodeTaint, nativeNodeGroup(spot(GPU_TAINT))), [MISSING]);
  });
});
