import assert from "node:assert/strict";

import {
  autoscalerTags,
  gpuNodeLabels,
  gpuNodesArgs,
  gpuNodeTaints,
  launchTemplateArgs,
  nodeResources,
  sizesOf,
  SYSTEM_NODE_LABELS,
  type TemplatePlan,
  updateTimeout,
} from "../../../components/cluster/nodes/nodeGroup.js";
import { hasLocalStorage } from "../../../components/cluster/nodes/localStorage.js";
import { nodeConfig } from "../../../components/cluster/nodes/nodeConfig.js";
import { group, spotGroup } from "../fixtures.js";

const TAGS = { team: "ml", Name: "llm-test-gpu" };
const PLAN: TemplatePlan = { diskGiB: 200, tags: TAGS };
/** Has NVMe disks. */
const TYPES = ["g6.2xlarge"];

const GPU_TAINT = { key: "nvidia.com/gpu", value: "true", effect: "NO_SCHEDULE" };
const SPOT_TAINT = { key: "node-lifecycle", value: "spot", effect: "NO_SCHEDULE" };
const ON_DEMAND_LABELS = {
  accelerator: "l4",
  workload: "gpu-inference",
  "node-lifecycle": "on-demand",
  "nvidia.com/gpu.present": "true",
  "k8s.amazonaws.com/accelerator": "l4",
};

const TEMPLATE = {
  updateDefaultVersion: true,
  blockDeviceMappings: [
    {
      deviceName: "/dev/xvda",
      ebs: {
        volumeType: "gp3",
        volumeSize: 200,
        iops: 3000,
        throughput: 125,
        encrypted: "true",
        deleteOnTermination: "true",
      },
    },
  ],
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  monitoring: { enabled: true },
  tagSpecifications: [
    { resourceType: "instance", tags: TAGS },
    { resourceType: "volume", tags: TAGS },
  ],
  tags: TAGS,
};

const ID = "cr-0123456789abcdef0";
const ZONE = "eu-central-1a";

describe("launchTemplateArgs", () => {
  it("encrypts the root volume and keeps the instance's metadata from pods", () => {
    assert.deepEqual(launchTemplateArgs(PLAN, TYPES), TEMPLATE);
  });

  it("makes the root volume as large as the group says", () => {
    const [device] = launchTemplateArgs({ ...PLAN, diskGiB: 512 }, TYPES)
      .blockDeviceMappings as typeof TEMPLATE.blockDeviceMappings;
    assert.equal(device!.ebs.volumeSize, 512);
  });

  it("makes the root volume faster where images are pulled to it", () => {
    for (const types of [["m7i.large"], ["g6.2xlarge", "m7i.large"]]) {
      const [device] = launchTemplateArgs(PLAN, types).blockDeviceMappings as typeof TEMPLATE.blockDeviceMappings;
      assert.deepEqual([device!.ebs.iops, device!.ebs.throughput], [4000, 600], types.join());
    }
  });

  it("hands nodeadm its configuration", () => {
    const setup = nodeConfig({ localStorage: true });
    const { userData, ...others } = launchTemplateArgs({ ...PLAN, userData: setup }, TYPES);
    assert.equal(Buffer.from(userData as string, "base64").toString(), setup);
    assert.deepEqual(others, TEMPLATE);
  });

  it("targets an on-demand capacity reservation", () => {
    assert.deepEqual(launchTemplateArgs({ ...PLAN, reservation: { id: ID, type: "on-demand", zone: ZONE } }, TYPES), {
      ...TEMPLATE,
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: ID } },
    });
  });

  it("takes a capacity block on the market of capacity blocks", () => {
    const reservation = { id: ID, type: "capacity-block", zone: ZONE } as const;
    assert.deepEqual(launchTemplateArgs({ ...PLAN, reservation, instanceType: "p5.48xlarge" }, TYPES), {
      ...TEMPLATE,
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: ID } },
      instanceMarketOptions: { marketType: "capacity-block" },
      instanceType: "p5.48xlarge",
    });
  });
});

describe("labels and taints of GPU nodes", () => {
  it("marks on-demand nodes for inference", () => {
    assert.deepEqual(gpuNodeLabels(group()), ON_DEMAND_LABELS);
    assert.deepEqual(gpuNodeTaints(group()), [GPU_TAINT]);
  });

  it("marks spot nodes for batch, and keeps pods off them that do not say so", () => {
    assert.deepEqual(gpuNodeLabels(spotGroup()), {
      ...ON_DEMAND_LABELS,
      workload: "gpu-batch",
      "node-lifecycle": "spot",
    });
    assert.deepEqual(gpuNodeTaints(spotGroup()), [GPU_TAINT, SPOT_TAINT]);
  });

  it("tells on-demand nodes for batch from those for inference by their label alone", () => {
    const batch = group({ purpose: "batch" });
    assert.deepEqual(gpuNodeLabels(batch), { ...ON_DEMAND_LABELS, workload: "gpu-batch" });
    assert.deepEqual(gpuNodeTaints(batch), [GPU_TAINT]);
  });

  it("marks system nodes", () => {
    assert.deepEqual(SYSTEM_NODE_LABELS, { workload: "system", "node-lifecycle": "on-demand" });
  });
});

/** As nodeadm leaves them of a g6.2xlarge: test/facts has the sums. */
const G6_2XLARGE = { cpu: "7910m", memory: "30791Mi", "ephemeral-storage": "374Gi", "nvidia.com/gpu": "1" };

describe("nodeResources", () => {
  it("says what pods can have of a node, its disk included", () => {
    assert.deepEqual(nodeResources(group()), G6_2XLARGE);
  });

  it("takes the least of each of several instance types", () => {
    const each = ["g6.2xlarge", "g6.4xlarge", "gr6.4xlarge"].map((type) =>
      nodeResources(spotGroup({ instanceTypes: [type] })),
    );
    assert.deepEqual(nodeResources(spotGroup({ instanceTypes: ["gr6.4xlarge", "g6.4xlarge", "g6.2xlarge"] })), each[0]);
  });

  it("shows shares in place of whole GPUs where several pods share them", () => {
    const shared = nodeResources(group({ sharing: "time-slicing", instanceTypes: ["g6.12xlarge"] }), 3);
    assert.deepEqual([shared["nvidia.com/gpu"], shared["nvidia.com/gpu.shared"]], ["0", "12"]);
  });
});

describe("autoscalerTags", () => {
  const PREFIX = "k8s.io/cluster-autoscaler/node-template";
  const tagsOf = (nodes: ReturnType<typeof group>) =>
    autoscalerTags({ labels: gpuNodeLabels(nodes), taints: gpuNodeTaints(nodes), resources: nodeResources(nodes) });
  const RESOURCES = Object.fromEntries(
    Object.entries(G6_2XLARGE).map(([name, amount]) => [`${PREFIX}/resources/${name}`, amount]),
  );

  it("describes an empty on-demand group", () => {
    assert.deepEqual(tagsOf(group()), {
      [`${PREFIX}/label/accelerator`]: "l4",
      [`${PREFIX}/label/workload`]: "gpu-inference",
      [`${PREFIX}/label/node-lifecycle`]: "on-demand",
      [`${PREFIX}/label/nvidia.com/gpu.present`]: "true",
      [`${PREFIX}/label/k8s.amazonaws.com/accelerator`]: "l4",
      [`${PREFIX}/taint/nvidia.com/gpu`]: "true:NoSchedule",
      ...RESOURCES,
    });
  });

  it("describes an empty spot group", () => {
    assert.deepEqual(tagsOf(spotGroup()), {
      [`${PREFIX}/label/accelerator`]: "l4",
      [`${PREFIX}/label/workload`]: "gpu-batch",
      [`${PREFIX}/label/node-lifecycle`]: "spot",
      [`${PREFIX}/label/nvidia.com/gpu.present`]: "true",
      [`${PREFIX}/label/k8s.amazonaws.com/accelerator`]: "l4",
      [`${PREFIX}/taint/nvidia.com/gpu`]: "true:NoSchedule",
      [`${PREFIX}/taint/node-lifecycle`]: "spot:NoSchedule",
      ...RESOURCES,
    });
  });

  it("says nothing of resources for a group without GPUs, whose machines the autoscaler knows", () => {
    assert.deepEqual(autoscalerTags({ labels: SYSTEM_NODE_LABELS, taints: [], resources: {} }), {
      [`${PREFIX}/label/workload`]: "system",
      [`${PREFIX}/label/node-lifecycle`]: "on-demand",
    });
  });
});

describe("sizesOf", () => {
  const IGNORED = ["scalingConfig.desiredSize"];

  it("starts at the fewest, and leaves the number to the autoscaler from then on", () => {
    const expected = { scalingConfig: { minSize: 2, maxSize: 5, desiredSize: 2 }, ignoreChanges: IGNORED };
    assert.deepEqual(sizesOf({ min: 2, max: 5 }), expected);
    assert.deepEqual(sizesOf({ min: 2, max: 5, present: { min: 2, max: 5, desired: 4 } }), expected);
  });

  for (const [name, present, desiredSize] of [
    ["raises it to a new min", { min: 0, max: 5, desired: 0 }, 2],
    ["keeps it within new bounds", { min: 0, max: 9, desired: 4 }, 4],
    ["lowers it to a new max", { min: 0, max: 9, desired: 8 }, 5],
  ] as const) {
    it(`sends the number with other bounds: ${name}`, () => {
      assert.deepEqual(sizesOf({ min: 2, max: 5, present }), {
        scalingConfig: { minSize: 2, maxSize: 5, desiredSize },
        ignoreChanges: [],
      });
    });
  }
});

describe("updateTimeout", () => {
  it("gives every node its time to drain, and a small group two hours", () => {
    assert.deepEqual([1, 2, 3, 10].map(updateTimeout), ["2h", "2h", "3h", "8h"]);
  });
});

describe("gpuNodesArgs", () => {
  const ON_DEMAND = {
    instanceTypes: ["g6.2xlarge"],
    amiType: "AL2023_x86_64_NVIDIA",
    capacityType: "ON_DEMAND",
    min: 0,
    max: 4,
    labels: ON_DEMAND_LABELS,
    taints: [GPU_TAINT],
    resources: G6_2XLARGE,
    reserved: false,
  };

  it("makes an on-demand group", () => {
    assert.deepEqual(gpuNodesArgs(group()), ON_DEMAND);
    assert.deepEqual(gpuNodesArgs(group({ reservation: { id: ID, zone: ZONE } })), { ...ON_DEMAND, reserved: true });
  });

  it("makes a spot group", () => {
    assert.deepEqual(gpuNodesArgs(spotGroup({ min: 1 })), {
      ...ON_DEMAND,
      instanceTypes: ["g6.2xlarge", "g6.4xlarge"],
      capacityType: "SPOT",
      min: 1,
      max: 6,
      labels: { ...ON_DEMAND_LABELS, workload: "gpu-batch", "node-lifecycle": "spot" },
      taints: [GPU_TAINT, SPOT_TAINT],
    });
  });

  it("makes a group of a capacity block", () => {
    const reserved = group({
      gpu: "h100",
      instanceTypes: ["p5.48xlarge"],
      reservation: { id: ID, type: "capacity-block", zone: ZONE },
    });
    assert.deepEqual(gpuNodesArgs(reserved), {
      ...ON_DEMAND,
      instanceTypes: ["p5.48xlarge"],
      capacityType: "CAPACITY_BLOCK",
      labels: { ...ON_DEMAND_LABELS, accelerator: "h100", "k8s.amazonaws.com/accelerator": "h100" },
      resources: nodeResources(reserved),
      reserved: true,
    });
  });

  it("counts a node's GPUs by its instance type", () => {
    const gpus = (type: string) => gpuNodesArgs(group({ instanceTypes: [type] })).resources["nvidia.com/gpu"];
    assert.deepEqual(["g6.12xlarge", "g6.48xlarge"].map(gpus), ["4", "8"]);
  });
});

describe("hasLocalStorage", () => {
  it("wants disks in every instance type", () => {
    assert.equal(hasLocalStorage(["g6.2xlarge"]), true);
    assert.equal(hasLocalStorage(["g6.2xlarge", "g6.4xlarge"]), true);
    assert.equal(hasLocalStorage(["g6.2xlarge", "m7i.large"]), false);
    assert.equal(hasLocalStorage(["m7i.large"]), false);
  });
});
