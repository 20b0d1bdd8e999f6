import assert from "node:assert/strict";

import { loadModels } from "../../components/checks/load.js";
import { ContractError, formatProblem } from "../../components/config/problems.js";
import { placementOf } from "../../components/derive/nodes/placement.js";
import { replicaCost } from "../../components/derive/nodes/cost.js";
import { modelConfig } from "../serving/fixtures.js";

const SHAPE = { gpus: 4, cpus: 30, memoryGiB: 200, diskGiB: 400, hourlyUsd: 8 };
const GROUP = { purpose: "inference", gpu: "l4", node: SHAPE, max: 4 };

interface Given {
  groups: Record<string, object>;
  model?: object;
  gpuTypes?: object;
}

function load({ groups, model = {}, gpuTypes }: Given) {
  return loadModels({ chat: modelConfig({ ...model }) }, groups, { gpuTypes });
}

function problemsOf(given: Given): string[] {
  try {
    load(given);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ContractError)) throw thrown;
    return thrown.problems.map(formatProblem);
  }
}

const onGroup = (gpu: object) => ({ releases: { r1: { gpu: { type: "l4", ...gpu } } } });

describe("nodes by their shape", () => {
  it("are taken in place of a cloud's machines, with their price", () => {
    const { models, nodeGroups } = load({ groups: { own: GROUP } });
    const plan = models[0]!.releases.get("r1")!;
    assert.deepEqual(replicaCost(plan, nodeGroups), { minUsd: 2, maxUsd: 2 });
  });

  it("cost what nobody knows where no price is stated", () => {
    const { hourlyUsd: _, ...node } = SHAPE;
    const { models, nodeGroups } = load({ groups: { own: { ...GROUP, node } } });
    assert.equal(replicaCost(models[0]!.releases.get("r1")!, nodeGroups), undefined);
  });

  it("limit what a replica may ask for: GPUs, cores, memory and disk", () => {
    const problems = problemsOf({
      groups: { own: { ...GROUP, node: { gpus: 1, cpus: 2, memoryGiB: 8, diskGiB: 20 } } },
    });
    for (const part of [
      /resources\.memoryGiB: 12 GiB do not fit/,
      /resources\.cpus: 3 cores/,
      /resources\.diskGiB: 27 GiB/,
    ])
      assert.ok(
        problems.some((problem) => part.test(problem)),
        `${part}: ${problems.join("\n")}`,
      );
    assert.match(
      problemsOf({ groups: { own: GROUP }, model: onGroup({ count: 8 }) }).join("\n"),
      /8 GPUs are more than a node has/,
    );
  });

  it("are described once: by machines or by shape", () => {
    const { node: _, ...bare } = GROUP;
    assert.match(problemsOf({ groups: { own: bare } })[0]!, /gpuNodes\.own: does not say which machines its nodes are/);
    const both = { ...GROUP, instanceTypes: ["g6.2xlarge"] };
    assert.match(problemsOf({ groups: { own: both } })[0]!, /gpuNodes\.own\.node: describes the nodes a second time/);
  });

  it("may have GPUs that only the config knows", () => {
    const gpuTypes = { a6000x: { memoryGiB: 47.4, computeCapability: 8.6 } };
    const model = { releases: { r1: { gpu: { type: "a6000x" } } } };
    assert.deepEqual(problemsOf({ groups: { own: { ...GROUP, gpu: "a6000x" } }, model, gpuTypes }), []);
    assert.match(
      problemsOf({ groups: { own: { ...GROUP, gpu: "a6000x" } }, model }).join("\n"),
      /gpuNodes\.own\.gpu: "a6000x" is no GPU type/,
    );
  });
});

describe("taints as the nodes have them", () => {
  const placement = (group: object) => {
    const { models, nodeGroups } = load({ groups: { own: { ...GROUP, ...group } } });
    return placementOf(models[0]!.releases.get("r1")!, nodeGroups);
  };

  it("are tolerated one by one, and said to the policies", () => {
    const taints = [
      { key: "sku", value: "gpu", effect: "NoSchedule" },
      { key: "dedicated", effect: "NoExecute" },
    ];
    const { tolerations, nodeTaints } = placement({ taints });
    assert.deepEqual(tolerations, [
      { key: "sku", operator: "Equal", value: "gpu", effect: "NoSchedule" },
      { key: "dedicated", operator: "Exists", effect: "NoExecute" },
    ]);
    assert.equal(nodeTaints, "sku=gpu:NoSchedule,dedicated:NoExecute");
  });

  it("may be none", () => {
    assert.deepEqual([placement({ taints: [] }).tolerations, placement({ taints: [] }).nodeTaints], [[], ""]);
    assert.equal(placement({}).nodeTaints, undefined);
  });

  it("are not stated beside tolerations", () => {
    const group = { ...GROUP, taints: [], tolerations: [] };
    assert.match(problemsOf({ groups: { own: group } })[0]!, /tolerations: follow from taints/);
  });

  for (const [what, group] of [
    ["GKE's label", { nodeSelector: { "cloud.google.com/gke-spot": "true" } }],
    ["AKS' label", { nodeSelector: { "kubernetes.azure.com/scalesetpriority": "spot" } }],
    ["AKS' taint", { taints: [{ key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" }] }],
    ["Karpenter's label", { nodeSelector: { "karpenter.sh/capacity-type": "spot" } }],
  ] as const) {
    it(`tell spot nodes by ${what}`, () => {
      const [problem] = problemsOf({ groups: { own: { ...GROUP, ...group } } });
      assert.match(
        problem!,
        /gpuNodes\.own\.capacity: "on-demand" is not what its nodes are, for .* is on spot nodes: use spot/,
      );
    });
  }
});

describe("two groups of one GPU", () => {
  const one = { ...GROUP, nodeSelector: { pool: "one" } };
  const other = { ...GROUP, nodeSelector: { pool: "other" } };

  it("with labels of their own need a choice", () => {
    const [problem] = problemsOf({ groups: { one, other } });
    assert.match(problem!, /gpu\.nodeGroup: is missing: one and other both offer l4 to interactive models/);
    const { models, nodeGroups } = load({ groups: { one, other }, model: onGroup({ nodeGroup: "other" }) });
    assert.deepEqual(placementOf(models[0]!.releases.get("r1")!, nodeGroups).nodeSelector, { pool: "other" });
  });

  it("that a pod cannot tell apart are used both, and neither can be named", () => {
    const groups = { one: GROUP, other: GROUP };
    assert.deepEqual(problemsOf({ groups }), []);
    assert.match(
      problemsOf({ groups, model: onGroup({ nodeGroup: "one" }) })[0]!,
      /nodes of one and of other have the same labels and taints/,
    );
  });

  it("are named as they are called, and only where they take the release", () => {
    assert.match(
      problemsOf({ groups: { one, other }, model: onGroup({ nodeGroup: "othr" }) })[0]!,
      /there is no node group "othr"; did you mean other/,
    );
    const batch = { ...other, purpose: "batch" };
    assert.match(
      problemsOf({ groups: { one, batch }, model: onGroup({ nodeGroup: "batch" }) })[0]!,
      /"batch" does not offer l4 to interactive models: use one/,
    );
  });

  it("of which one alone has GPUs enough in a node leave no choice", () => {
    const small = { ...one, node: { ...SHAPE, gpus: 1 } };
    assert.deepEqual(problemsOf({ groups: { small, other }, model: onGroup({ count: 4 }) }), []);
  });
});
