import assert from "node:assert/strict";
import { expanderPriorities } from "../../../components/cluster/nodes/priorities.js";
import { builtCluster } from "../fixtures.js";

const RESERVATION = { id: "cr-0123456789abcdef0", zone: "eu-central-1a" };

describe("expanderPriorities", () => {
  it("has nothing to rank where each GPU and purpose has one group", () => {
    assert.equal(expanderPriorities(builtCluster(), "cluster"), undefined);
  });

  it("ranks reserved, spot and on-demand groups, by the names of their autoscaling groups", () => {
    const l4 = { gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 2 };
    const priorities = expanderPriorities(
      builtCluster({
        gpuNodes: {
          reserved: { ...l4, purpose: "inference", reservation: RESERVATION },
          "batch-od": { ...l4, purpose: "batch" },
          last: { ...l4, purpose: "batch", priority: 5 },
        },
      }),
      "cluster",
    )!;
    const group = (name: string) => `^eks-cluster-${name}-[0-9a-f]{7}-`;
    assert.deepEqual(priorities, {
      1: [".*"],
      30: [group("reserved")],
      20: [group("batch-l4")],
      10: [group("inference-l4"), group("batch-od")],
      5: [group("last")],
    });
    const name = "eks-cluster-batch-od-0123abc-4ac3c5ee-1234-5678-9abc-def012345678";
    const matching = Object.values(priorities).filter((patterns) =>
      patterns.some((text) => new RegExp(text).test(name)),
    );
    assert.deepEqual(matching, [priorities[1], priorities[10]]);
  });
});
