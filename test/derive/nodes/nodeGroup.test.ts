import assert from "node:assert/strict";

import { type NodeGroupConfig, nodeGroupSchema } from "../../../components/contract/nodeGroup.js";
import { describedGroup } from "../../../components/derive/nodes/nodeGroup.js";
import { checkNodeGroup } from "../../../components/checks/nodes/nodeGroup.js";
import { accepts, defaultPlacement } from "../../../components/derive/nodes/placement.js";
import { TRAFFIC_CLASSES } from "../../../components/vocabulary/traffic.js";
import { group, lines } from "../../contract/fixtures.js";

const L4_TYPES =
  "g6.xlarge, g6.2xlarge, g6.4xlarge, g6.8xlarge, g6.12xlarge, g6.16xlarge, g6.24xlarge, g6.48xlarge, gr6.4xlarge or gr6.8xlarge";

const check = (changes: Partial<NodeGroupConfig>): string[] => lines(checkNodeGroup(group(changes), "nodes"));

describe("nodeGroupSchema", () => {
  it("is on-demand and empty at rest unless said", () => {
    const given = { purpose: "batch", gpu: "l4", instanceTypes: ["g6.xlarge"], max: 1 };
    assert.deepEqual(nodeGroupSchema.parse(given), { ...given, capacity: "on-demand", min: 0 });
  });
});

describe("checkNodeGroup", () => {
  it("takes types of one GPU and one count", () => {
    assert.deepEqual(check({ instanceTypes: ["g6.2xlarge", "g6.4xlarge", "gr6.4xlarge"] }), []);
  });

  it("refuses fewer nodes at the most than at the least", () => {
    assert.deepEqual(check({ min: 3 }), ["error nodes.min: 3 is more than max 2: use 0 to 2"]);
  });

  it("takes machines of any cloud, or of one alone", () => {
    const google = group({ instanceTypes: ["g2-standard-8"] });
    assert.deepEqual(checkNodeGroup(google, "nodes"), []);
    assert.deepEqual(checkNodeGroup(google, "nodes", { cloud: "gcp" }), []);
    assert.match(
      lines(checkNodeGroup(google, "nodes", { cloud: "aws" })).join(),
      /"g2-standard-8" is not a known GPU instance type/,
    );
  });

  it("refuses an unknown instance type, naming the nearest and those with the GPU", () => {
    const ofAws = group({ instanceTypes: ["g6.2xlarge", "g6.2xlrge"] });
    assert.deepEqual(lines(checkNodeGroup(ofAws, "nodes", { cloud: "aws" })), [
      `error nodes.instanceTypes[1]: "g6.2xlrge" is not a known GPU instance type; did you mean g6.2xlarge, g5.2xlarge or g6.12xlarge? With l4: ${L4_TYPES}`,
    ]);
  });

  it("refuses an instance type of another GPU", () => {
    assert.deepEqual(check({ instanceTypes: ["g5.2xlarge"] }), [
      'error nodes.instanceTypes[0]: "g5.2xlarge" has a10g GPUs, not l4: set gpu: a10g or another type',
    ]);
  });

  it("refuses types with different numbers of GPUs", () => {
    assert.deepEqual(check({ instanceTypes: ["g6.2xlarge", "g6.12xlarge", "g6.48xlarge"] }), [
      "error nodes.instanceTypes: the types have different numbers of GPUs (1, 4, 8): use one group for each number",
    ]);
  });

  it("finds every problem at once", () => {
    assert.deepEqual(check({ min: 5, max: 1, gpu: "h200", instanceTypes: ["p5.48xlarge"] }), [
      "error nodes.min: 5 is more than max 1: use 0 to 1",
      'error nodes.instanceTypes[0]: "p5.48xlarge" has h100 GPUs, not h200: set gpu: h100 or another type',
    ]);
  });
});

describe("describedGroup", () => {
  it("has the machines of a group in place of their names, and passes over those that no table knows", () => {
    const { instanceTypes, ...rest } = group({ instanceTypes: ["m7i.large", "g6.2xlarge"] });
    assert.deepEqual(describedGroup({ ...rest, instanceTypes }), {
      ...rest,
      machines: [
        {
          name: "g6.2xlarge",
          cloud: "aws",
          gpu: "l4",
          gpus: 1,
          cpus: 8,
          memoryGiB: 32,
          allocatable: { cpus: 7.41, memoryGiB: 32 * 0.97 - (255 + 11 * 58 + 100) / 1024 - 1 },
          nvmeGB: 450,
          maxPods: 58,
          isCounted: true,
          hourlyUsd: 0.9776,
        },
      ],
    });
  });
});

describe("accepts", () => {
  const table: Array<[NodeGroupConfig["purpose"], NodeGroupConfig["capacity"], accepted: string[]]> = [
    ["inference", "on-demand", ["interactive"]],
    ["inference", "spot", []],
    ["batch", "on-demand", ["batch", "experimental"]],
    ["batch", "spot", ["batch", "experimental"]],
  ];
  for (const [purpose, capacity, accepted] of table) {
    it(`lets ${accepted.join(" and ") || "nothing"} onto ${capacity} nodes for ${purpose}`, () => {
      assert.deepEqual(
        TRAFFIC_CLASSES.filter((trafficClass) => accepts(group({ purpose, capacity }), trafficClass)),
        accepted,
      );
    });
  }
});

describe("defaultPlacement", () => {
  const gpu = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };

  it("keeps interactive pods to on-demand nodes for inference", () => {
    assert.deepEqual(defaultPlacement("l4", "interactive"), {
      nodeSelector: { accelerator: "l4", workload: "gpu-inference", "node-lifecycle": "on-demand" },
      tolerations: [gpu],
    });
  });

  for (const trafficClass of ["batch", "experimental"] as const) {
    it(`lets ${trafficClass} pods onto spot nodes`, () => {
      assert.deepEqual(defaultPlacement("h100", trafficClass), {
        nodeSelector: { accelerator: "h100", workload: "gpu-batch" },
        tolerations: [gpu, { key: "node-lifecycle", operator: "Equal", value: "spot", effect: "NoSchedule" }],
      });
    });
  }
});
