import assert from "node:assert/strict";

import {
  autoscalerTags,
  gpuNodeLabels,
  gpuNodesArgs,
  gpuNodeTaints,
  hasLocalStorage,
  launchTemplateArgs,
  SYSTEM_NODE_LABELS,
  type TemplatePlan,
} from "../../components/cluster/nodeGroup.js";
import { group, spotGroup } from "./fixtures.js";

const TAGS = { team: "ml", Name: "llm-test-gpu" };
const PLAN: TemplatePlan = { diskGiB: 200, localStorage: false, tags: TAGS };

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
        iops: 4000,
        throughput: 500,
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

const USER_DATA = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  instance:
    localStorage:
      strategy: RAID0

--//--
`;

const ID = "cr-0123456789abcdef0";
const ZONE = "eu-central-1a";

describe("launchTemplateArgs", () => {
  it("encrypts the root volume and keeps the instance's metadata from pods", () => {
    assert.deepEqual(launchTemplateArgs(PLAN), TEMPLATE);
  });

  it("makes the root volume as large as the group says", () => {
    const [device] = launchTemplateArgs({ ...PLAN, diskGiB: 512 })
      .blockDeviceMappings as typeof TEMPLATE.blockDeviceMappings;
    assert.equal(device!.ebs.volumeSize, 512);
  });

  it("asks nodeadm for one volume of the instance's own disks", () => {
    const { userData, ...others } = launchTemplateArgs({ ...PLAN, localStorage: true });
    assert.equal(Buffer.from(userData as string, "base64").toString(), USER_DATA);
    assert.deepEqual(others, TEMPLATE);
  });

  it("targets an on-demand capacity reservation", () => {
    assert.deepEqual(launchTemplateArgs({ ...PLAN, reservation: { id: ID, type: "on-demand", zone: ZONE } }), {
      ...TEMPLATE,
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: ID } },
    });
  });

  it("takes a capacity block on the market of capacity blocks", () => {
    const reservation = { id: ID, type: "capacity-block", zone: ZONE } as const;
    assert.deepEqual(launchTemplateArgs({ ...PLAN, reservation, instanceType: "p5.48xlarge" }), {
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

describe("autoscalerTags", () => {
  const PREFIX = "k8s.io/cluster-autoscaler/node-template";

  it("describes an empty on-demand group", () => {
    assert.deepEqual(autoscalerTags(gpuNodeLabels(group()), gpuNodeTaints(group()), 4), {
      [`${PREFIX}/label/accelerator`]: "l4",
      [`${PREFIX}/label/workload`]: "gpu-inference",
      [`${PREFIX}/label/node-lifecycle`]: "on-demand",
      [`${PREFIX}/label/nvidia.com/gpu.present`]: "true",
      [`${PREFIX}/label/k8s.amazonaws.com/accelerator`]: "l4",
      [`${PREFIX}/taint/nvidia.com/gpu`]: "true:NoSchedule",
      [`${PREFIX}/resources/nvidia.com/gpu`]: "4",
    });
  });

  it("describes an empty spot group", () => {
    assert.deepEqual(autoscalerTags(gpuNodeLabels(spotGroup()), gpuNodeTaints(spotGroup()), 1), {
      [`${PREFIX}/label/accelerator`]: "l4",
      [`${PREFIX}/label/workload`]: "gpu-batch",
      [`${PREFIX}/label/node-lifecycle`]: "spot",
      [`${PREFIX}/label/nvidia.com/gpu.present`]: "true",
      [`${PREFIX}/label/k8s.amazonaws.com/accelerator`]: "l4",
      [`${PREFIX}/taint/nvidia.com/gpu`]: "true:NoSchedule",
      [`${PREFIX}/taint/node-lifecycle`]: "spot:NoSchedule",
      [`${PREFIX}/resources/nvidia.com/gpu`]: "1",
    });
  });

  it("says nothing of GPUs for a group without", () => {
    assert.deepEqual(autoscalerTags(SYSTEM_NODE_LABELS, [], 0), {
      [`${PREFIX}/label/workload`]: "system",
      [`${PREFIX}/label/node-lifecycle`]: "on-demand",
    });
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
    gpus: 1,
  };

  it("makes an on-demand group", () => {
    assert.deepEqual(gpuNodesArgs(group()), ON_DEMAND);
    assert.deepEqual(gpuNodesArgs(group({ reservation: { id: ID, zone: ZONE } })), ON_DEMAND);
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
      gpus: 8,
    });
  });

  it("counts a node's GPUs by its instance type", () => {
    assert.equal(gpuNodesArgs(group({ instanceTypes: ["g6.12xlarge"] })).gpus, 4);
    assert.equal(gpuNodesArgs(group({ instanceTypes: ["g6.48xlarge"] })).gpus, 8);
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
