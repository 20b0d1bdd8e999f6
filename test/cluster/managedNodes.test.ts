import assert from "node:assert/strict";

import { GpuCluster } from "../../components/cluster/gpuCluster";
import { autoscalerTags, launchTemplateArgs, type NodeTaint } from "../../components/cluster/nodeGroup";
import type { Config } from "../serving/fixtures";
import type { Registry } from "../serving/registered";
import { ACCOUNT, awsRegistered, inputsOf, type Run } from "./awsRegistered";
import { builtCluster } from "./fixtures";

const deployed = (changes: Config = {}): Promise<Run<GpuCluster>> =>
  awsRegistered(() => new GpuCluster("cluster", { cluster: builtCluster(changes), tags: { team: "ml" } }));

const tags = (group: string) => ({ team: "ml", Name: `llm-test-${group}` });
const GPU_TAINT: NodeTaint = { key: "nvidia.com/gpu", value: "true", effect: "NO_SCHEDULE" };
const SPOT_TAINT: NodeTaint = { key: "node-lifecycle", value: "spot", effect: "NO_SCHEDULE" };
const GPU_LABELS = { accelerator: "l4", "nvidia.com/gpu.present": "true", "k8s.amazonaws.com/accelerator": "l4" };
const SYSTEM_LABELS = { workload: "system", "node-lifecycle": "on-demand" };
const INFERENCE_LABELS = { ...GPU_LABELS, workload: "gpu-inference", "node-lifecycle": "on-demand" };
const BATCH_LABELS = { ...GPU_LABELS, workload: "gpu-batch", "node-lifecycle": "spot" };

/** What all groups have in common. */
const common = (group: string) => ({
  clusterName: "llm-test",
  version: "1.36",
  nodeRoleArn: `arn:aws:iam::${ACCOUNT}:Role/cluster-nodes`,
  subnetIds: ["cluster-private-0", "cluster-private-1", "cluster-private-2"],
  updateConfig: { maxUnavailable: 1 },
  nodeRepairConfig: { enabled: true },
  launchTemplate: { id: `cluster-${group}`, version: "1" },
  tags: tags(group),
});
const GPU_GROUP = { amiType: "AL2023_x86_64_NVIDIA", capacityType: "ON_DEMAND" };

describe("managed nodes", () => {
  let run: Run<GpuCluster>;
  let registry: Registry;
  before(async () => {
    run = await deployed();
    ({ registry } = run);
  });

  it("are a group for the system and one for each group of the config", () => {
    assert.deepEqual(inputsOf(registry, "NodeGroup"), {
      "cluster-system": {
        ...common("system"),
        instanceTypes: ["m7i.large"],
        amiType: "AL2023_x86_64_STANDARD",
        capacityType: "ON_DEMAND",
        scalingConfig: { minSize: 2, maxSize: 4, desiredSize: 2 },
        labels: SYSTEM_LABELS,
        taints: [],
      },
      "cluster-inference-l4": {
        ...common("inference-l4"),
        ...GPU_GROUP,
        instanceTypes: ["g6.2xlarge"],
        scalingConfig: { minSize: 0, maxSize: 4, desiredSize: 0 },
        labels: INFERENCE_LABELS,
        taints: [GPU_TAINT],
      },
      "cluster-batch-l4": {
        ...common("batch-l4"),
        ...GPU_GROUP,
        capacityType: "SPOT",
        instanceTypes: ["g6.2xlarge", "g6.4xlarge"],
        scalingConfig: { minSize: 0, maxSize: 6, desiredSize: 0 },
        labels: BATCH_LABELS,
        taints: [GPU_TAINT, SPOT_TAINT],
      },
    });
  });

  it("leave the number of nodes to the autoscaler once they are made, and nothing else", () => {
    const desired = ["scalingConfig.desiredSize"];
    assert.deepEqual(run.ignored, {
      "NodeGroup cluster-system": desired,
      "NodeGroup cluster-inference-l4": desired,
      "NodeGroup cluster-batch-l4": desired,
    });
  });

  it("start from a launch template each, GPU nodes with their own disks in one volume", () => {
    const plan = (group: string, diskGiB: number, localStorage: boolean) =>
      launchTemplateArgs({ diskGiB, localStorage, tags: tags(group) });
    assert.deepEqual(inputsOf(registry, "LaunchTemplate"), {
      "cluster-system": plan("system", 50, false),
      "cluster-inference-l4": plan("inference-l4", 200, true),
      "cluster-batch-l4": plan("batch-l4", 200, true),
    });
  });

  it("tell the autoscaler by tags what a node of an empty group would be like", () => {
    const expected = (name: string, labels: Record<string, string>, taints: NodeTaint[], gpus: number) =>
      Object.entries(autoscalerTags(labels, taints, gpus)).map(([key, value]) => ({
        autoscalingGroupName: `eks-cluster-${name}`,
        tag: { key, value, propagateAtLaunch: false },
      }));
    const sorted = (all: object[]) => all.map((inputs) => JSON.stringify(inputs)).sort();
    const actual = registry.ofKind("Tag").map(({ inputs }) => {
      const { key, value, propagateAtLaunch } = inputs["tag"] as Config;
      return { autoscalingGroupName: inputs["autoscalingGroupName"], tag: { key, value, propagateAtLaunch } };
    });
    assert.deepEqual(
      sorted(actual),
      sorted([
        ...expected("system", SYSTEM_LABELS, [], 0),
        ...expected("inference-l4", INFERENCE_LABELS, [GPU_TAINT], 1),
        ...expected("batch-l4", BATCH_LABELS, [GPU_TAINT, SPOT_TAINT], 1),
      ]),
    );
  });

  it("name their tags by what they say", () => {
    assert.deepEqual(registry.names("ManagedNodes cluster-batch-l4"), [
      "LaunchTemplate cluster-batch-l4",
      "NodeGroup cluster-batch-l4",
      "Tag cluster-batch-l4-label-accelerator",
      "Tag cluster-batch-l4-label-k8s.amazonaws.com-accelerator",
      "Tag cluster-batch-l4-label-node-lifecycle",
      "Tag cluster-batch-l4-label-nvidia.com-gpu.present",
      "Tag cluster-batch-l4-label-workload",
      "Tag cluster-batch-l4-resources-nvidia.com-gpu",
      "Tag cluster-batch-l4-taint-node-lifecycle",
      "Tag cluster-batch-l4-taint-nvidia.com-gpu",
    ]);
  });

  it("wait for the control plane, their template and their role", () => {
    for (const { name, dependencies } of registry.ofKind("NodeGroup")) {
      for (const needed of ["Cluster cluster", `LaunchTemplate ${name}`, "Role cluster-nodes"]) {
        assert.ok(dependencies.includes(needed), `${name}: ${needed}`);
      }
    }
  });
});

describe("managed nodes of another config", () => {
  it("take the group's disk, numbers and reservation", async () => {
    const id = "cr-0123456789abcdef0";
    const { registry } = await deployed({
      systemNodes: { instanceTypes: ["m7i.xlarge", "m6i.xlarge"], min: 3, max: 5 },
      gpuNodes: {
        "inference-l4": { instanceTypes: ["g6.12xlarge"], diskGiB: 500, min: 1, max: 3, reservation: { id } },
        block: {
          purpose: "batch",
          gpu: "h100",
          instanceTypes: ["p5.48xlarge"],
          max: 2,
          reservation: { id, type: "capacity-block" },
        },
      },
    });
    const numbers = (name: string) => {
      const { instanceTypes, capacityType, scalingConfig } = registry.get("NodeGroup", name).inputs;
      return { instanceTypes, capacityType, scalingConfig };
    };
    assert.deepEqual(numbers("cluster-system"), {
      instanceTypes: ["m7i.xlarge", "m6i.xlarge"],
      capacityType: "ON_DEMAND",
      scalingConfig: { minSize: 3, maxSize: 5, desiredSize: 3 },
    });
    assert.deepEqual(numbers("cluster-inference-l4"), {
      instanceTypes: ["g6.12xlarge"],
      capacityType: "ON_DEMAND",
      scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 1 },
    });
    assert.equal(numbers("cluster-block").capacityType, "CAPACITY_BLOCK");
    const template = (group: string) => registry.get("LaunchTemplate", `cluster-${group}`).inputs;
    assert.deepEqual(
      template("inference-l4"),
      launchTemplateArgs({
        diskGiB: 500,
        localStorage: true,
        reservation: { id, type: "on-demand" },
        tags: tags("inference-l4"),
      }),
    );
    assert.deepEqual(template("block")["instanceMarketOptions"], { marketType: "capacity-block" });
    const { tag } = registry.get("Tag", "cluster-inference-l4-resources-nvidia.com-gpu").inputs as { tag: Config };
    assert.equal(tag["value"], "4");
  });
});
