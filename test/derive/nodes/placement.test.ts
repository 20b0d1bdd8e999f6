import assert from "node:assert/strict";

import { checkPlacements } from "../../../components/checks/nodes/placement.js";
import { describedGroups } from "../../../components/derive/nodes/nodeGroup.js";
import { placementOf } from "../../../components/derive/nodes/placement.js";
import type { NodeGroupConfig } from "../../../components/contract/nodeGroup.js";
import { replicaCost } from "../../../components/derive/nodes/cost.js";
import type { RuntimePlan } from "../../../components/derive/plan.js";
import type { Problem } from "../../../components/config/problems.js";
import { type Changes, contract, group, lines } from "../../contract/fixtures.js";

const SPOT = group({ purpose: "batch", capacity: "spot", instanceTypes: ["g6.2xlarge", "g6.4xlarge", "gr6.4xlarge"] });

function chat(changes: Changes = {}, trafficClass: RuntimePlan["class"] = "interactive"): RuntimePlan {
  return contract(changes, { "chat/class": trafficClass });
}

type Groups = Record<string, NodeGroupConfig> | undefined;

/** What is found of one release with node groups. */
function found(demand: RuntimePlan, groups: Groups): Problem[] {
  const problems = checkPlacements([{ plan: demand, warmSpares: 0, path: "r1" }], groups, "nodes");
  return problems.filter(({ path }) => path !== "nodes");
}

const check = (demand: RuntimePlan, groups: Groups): string[] => lines(found(demand, groups));

interface Replicas {
  plan: RuntimePlan;
  warmSpares: number;
}

/** What is found of the capacity for several releases together. */
function checkCapacity(all: readonly Replicas[], groups: Groups): string[] {
  const releases = all.map((release) => ({ ...release, path: "r1" }));
  return lines(checkPlacements(releases, groups, "nodes").filter(({ path }) => path === "nodes"));
}

const placed = (demand: RuntimePlan, groups: Groups) => placementOf(demand, groups && describedGroups(groups));
const cost = (demand: RuntimePlan, groups: Groups) => replicaCost(demand, groups && describedGroups(groups));

const INTERACTIVE =
  "add one with purpose inference and capacity on-demand, since spot nodes go at two minutes' notice, or use another type";

describe("checkPlacements of one release", () => {
  it("asks nothing where no groups are described", () => assert.deepEqual(check(chat(), undefined), []));

  it("takes an interactive model on on-demand nodes for inference", () => {
    assert.deepEqual(check(chat(), { inference: group(), batch: SPOT }), []);
  });

  it("never puts an interactive model on a spot group", () => {
    const groups = { batch: SPOT, "inference-spot": group({ capacity: "spot" }) };
    assert.deepEqual(check(chat(), groups), [
      `error r1.gpu.type: no node group offers l4 to interactive models: ${INTERACTIVE}; ` +
        "there are: batch (l4, batch, spot), inference-spot (l4, inference, spot)",
    ]);
  });

  for (const trafficClass of ["batch", "experimental"] as const) {
    it(`puts ${trafficClass} models on batch nodes, spot or not`, () => {
      assert.deepEqual(check(chat({}, trafficClass), { batch: SPOT }), []);
      assert.deepEqual(check(chat({}, trafficClass), { batch: { ...SPOT, capacity: "on-demand" } }), []);
    });

    it(`never puts ${trafficClass} models on nodes for inference`, () => {
      assert.deepEqual(check(chat({}, trafficClass), { inference: group() }), [
        `error r1.gpu.type: no node group offers l4 to ${trafficClass} models: add one with purpose batch, or use another type; ` +
          "there are: inference (l4, inference, on-demand)",
      ]);
    });
  }

  it("asks for a group of the GPU", () => {
    assert.deepEqual(check(chat({ "gpu/type": "h100" }), { inference: group() }), [
      `error r1.gpu.type: no node group offers h100 to interactive models: ${INTERACTIVE}; there are: inference (l4, inference, on-demand)`,
    ]);
  });

  it("says so where there are no groups at all", () => {
    assert.deepEqual(check(chat(), {}), [
      `error r1.gpu.type: no node group offers l4 to interactive models: ${INTERACTIVE}; there are: none`,
    ]);
  });

  it("refuses more GPUs than a node has", () => {
    assert.deepEqual(check(chat({ "gpu/count": 8 }), { inference: group({ instanceTypes: ["g6.12xlarge"] }) }), [
      "error r1.gpu.count: 8 GPUs are more than a node has: use at most 4, or larger instance types",
    ]);
  });

  it("refuses more memory than the smallest node can give", () => {
    // 32 GiB: 31.04 after the kernel's 3 %, less 0.97 GiB of the kubelet's and 1 GiB for DaemonSets.
    const groups = { inference: group({ instanceTypes: ["g6.4xlarge", "g6.2xlarge"] }) };
    assert.deepEqual(check(chat({ "resources/memoryGiB": 29 }), groups), []);
    assert.deepEqual(check(chat({ "resources/memoryGiB": 30 }), groups), [
      "error r1.resources.memoryGiB: 30 GiB do not fit on the group's smallest node, which can give 29 GiB: " +
        "ask for at most 29, or use larger machines",
    ]);
  });

  it("refuses more cores than the smallest node can give", () => {
    const groups = { inference: group({ instanceTypes: ["g6.4xlarge", "g6.2xlarge"] }) };
    assert.deepEqual(check(chat({ "resources/cpus": 7.41 }), groups), []);
    assert.deepEqual(check(chat({ "resources/cpus": 8 }), groups), [
      "error r1.resources.cpus: 8 cores do not fit on the group's smallest node, which can give 7.41: " +
        "ask for at most 7.41, or use larger machines",
    ]);
  });

  it("reports memory and cores together", () => {
    const demand = chat({ resources: { cpus: 8, memoryGiB: 64 } });
    assert.deepEqual(
      found(demand, { inference: group() }).map(({ path }) => path),
      ["r1.resources.memoryGiB", "r1.resources.cpus"],
    );
  });

  it("asks nothing of nodes whose types it does not know", () => {
    assert.deepEqual(check(chat({ "gpu/count": 8 }), { inference: group({ instanceTypes: ["g99.large"] }) }), []);
  });
});

describe("checkPlacements of all releases together", () => {
  const groups = { inference: group({ max: 3 }), batch: { ...SPOT, max: 2 } };

  function capacity(...all: Array<[min: number, max: number, gpus?: number, warmSpares?: number]>): string[] {
    const replicas = all.map(([min, max, count = 1, warmSpares = 0]) => {
      const chats = chat({ "gpu/count": count });
      return { plan: { ...chats, autoscaling: { ...chats.autoscaling, min, max } }, warmSpares };
    });
    return checkCapacity(replicas, groups);
  }

  const less = (models: number): string[] => [
    `warning nodes: the models may want ${models} GPUs of inference, and 1 more while one is rolled out, and at max nodes there are 3: ` +
      "raise max, or expect pods to wait",
  ];

  it("asks nothing where no groups are described", () => {
    assert.deepEqual(checkCapacity([{ plan: chat(), warmSpares: 9 }], undefined), []);
  });

  it("takes what leaves a GPU for a rollout", () => assert.deepEqual(capacity([1, 2]), []));

  it("warns where a rollout beside the most replicas would wait", () => assert.deepEqual(capacity([1, 3]), less(3)));

  it("adds up the models that share nodes", () => assert.deepEqual(capacity([1, 1], [1, 2]), less(3)));

  it("counts warm spares", () => assert.deepEqual(capacity([1, 1, 1, 2]), less(3)));

  it("refuses more at the least than there can be", () => {
    assert.deepEqual(capacity([2, 2], [2, 2]), [
      "error nodes: the models need 4 GPUs of inference at the least, and at max nodes there are 3: raise max, or lower autoscaling.min",
    ]);
  });

  it("counts the GPUs of a replica, and of a node", () => {
    const large = { inference: group({ instanceTypes: ["g6.12xlarge"], max: 2 }) };
    const contracts = { plan: chat({ "gpu/count": 4 }), warmSpares: 0 };
    assert.deepEqual(checkCapacity([contracts, contracts, contracts], large), [
      "error nodes: the models need 12 GPUs of inference at the least, and at max nodes there are 8: raise max, or lower autoscaling.min",
    ]);
    assert.deepEqual(checkCapacity([contracts], large), [
      "warning nodes: the models may want 12 GPUs of inference, and 4 more while one is rolled out, and at max nodes there are 8: " +
        "raise max, or expect pods to wait",
    ]);
  });

  it("adds up the groups that take a model, and keeps others apart", () => {
    const two = { a: group(), b: group(), batch: { ...SPOT, max: 1 } };
    const trial = { plan: chat({}, "experimental"), warmSpares: 0 };
    assert.deepEqual(checkCapacity([{ plan: chat(), warmSpares: 0 }, trial], two), [
      "warning nodes: the models may want 3 GPUs of batch, and 1 more while one is rolled out, and at max nodes there are 1: " +
        "raise max, or expect pods to wait",
    ]);
    assert.deepEqual(checkCapacity([{ plan: chat(), warmSpares: 1 }], two), [
      "warning nodes: the models may want 4 GPUs of a and b, and 1 more while one is rolled out, and at max nodes there are 4: " +
        "raise max, or expect pods to wait",
    ]);
  });

  it("leaves a model that no group takes to its own check", () => {
    assert.deepEqual(checkCapacity([{ plan: chat({ "gpu/type": "h100" }), warmSpares: 9 }], groups), []);
  });
});

describe("placementOf", () => {
  const standard = { accelerator: "l4", workload: "gpu-inference", "node-lifecycle": "on-demand" };
  const gpu = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };

  it("goes by this project's labels unless a group has others", () => {
    const expected = { nodeSelector: standard, tolerations: [gpu] };
    assert.deepEqual(placed(chat(), undefined), expected);
    assert.deepEqual(placed(chat(), { inference: group() }), expected);
  });

  it("takes selector and tolerations of the group that accepts the model", () => {
    const own = { nodeSelector: { pool: "gpu" }, tolerations: [{ key: "pool", operator: "Exists" as const }] };
    const groups = { batch: { ...SPOT, nodeSelector: { pool: "spot" } }, inference: group(own) };
    assert.deepEqual(placed(chat(), groups), own);
  });

  it("counts for a model only the group that it names", () => {
    const groups = {
      a: group({ nodeSelector: { pool: "a" }, max: 1 }),
      b: group({ nodeSelector: { pool: "b" }, max: 5 }),
    };
    const named = { ...chat(), gpu: { ...chat().gpu, nodeGroup: "a" } };
    assert.deepEqual(placed(named, groups).nodeSelector, { pool: "a" });
    const two = { ...named, autoscaling: { ...chat().autoscaling, min: 2, max: 2 } };
    assert.deepEqual(checkCapacity([{ plan: two, warmSpares: 0 }], groups), [
      "error nodes: the models need 2 GPUs of a at the least, and at max nodes there are 1: raise max, or lower autoscaling.min",
    ]);
  });

  it("fills in what a group leaves out", () => {
    assert.deepEqual(placed(chat(), { inference: group({ nodeSelector: { pool: "gpu" } }) }), {
      nodeSelector: { pool: "gpu" },
      tolerations: [gpu],
    });
  });
});

describe("replicaCost", () => {
  it("is the cheapest machine's without node groups", () => {
    assert.deepEqual(cost(chat(), undefined), { minUsd: 0.8048, maxUsd: 0.8048 });
  });

  it("is the group's", () => {
    assert.deepEqual(cost(chat(), { inference: group() }), { minUsd: 0.9776, maxUsd: 0.9776 });
  });

  it("runs from the cheapest to the dearest type it can be on", () => {
    assert.deepEqual(cost(chat({}, "batch"), { inference: group(), batch: SPOT }), {
      ...{ minUsd: 0.9776, maxUsd: 1.5392 },
    });
  });

  it("is a share of a machine with more GPUs", () => {
    const groups = { inference: group({ instanceTypes: ["g6.12xlarge"] }) };
    assert.deepEqual(cost(chat(), groups), { minUsd: 4.6016 / 4, maxUsd: 4.6016 / 4 });
    assert.deepEqual(cost(chat({ "gpu/count": 2 }), groups), { minUsd: 4.6016 / 2, maxUsd: 4.6016 / 2 });
  });

  it("counts only machines with enough GPUs", () => {
    assert.deepEqual(cost(chat({ "gpu/count": 4 }), undefined), { minUsd: 4.6016, maxUsd: 4.6016 });
  });

  it("is unknown, not zero, where no machine has a price", () => {
    const groups = { inference: group({ gpu: "b200", instanceTypes: ["a4-highgpu-8g"] }) };
    assert.equal(cost(chat({ "gpu/type": "b200" }), groups), undefined);
  });

  it("is the cheapest machine's where no group takes the model", () => {
    assert.deepEqual(cost(chat(), { batch: SPOT }), { minUsd: 0.8048, maxUsd: 0.8048 });
  });
});
