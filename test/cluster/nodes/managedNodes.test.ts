import assert from "node:assert/strict";

import { EksGpuCluster } from "../../../components/cluster/eksGpuCluster.js";
import type { BuiltNodeGroup } from "../../../components/cluster/schema.js";
import { nodeConfig } from "../../../components/cluster/nodes/nodeConfig.js";
import {
  autoscalerTags,
  launchTemplateArgs,
  nodeResources,
  type NodeTaint,
} from "../../../components/cluster/nodes/nodeGroup.js";
import type { Config } from "../../serving/fixtures.js";
import type { Registry } from "../../serving/registered.js";
import { ACCOUNT, awsRegistered, inputsOf, reasonOf, type Run } from "../../aws/awsRegistered.js";
import { builtCluster, group, spotGroup } from "../fixtures.js";

const deployed = (changes: Config = {}): Promise<Run<EksGpuCluster>> =>
  awsRegistered(() => new EksGpuCluster("cluster", { cluster: builtCluster(changes), tags: { team: "ml" } }));

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
  releaseVersion: "1.36.2-20260714",
  nodeRoleArn: `arn:aws:iam::${ACCOUNT}:Role/cluster-nodes`,
  subnetIds: ["cluster-private-0", "cluster-private-1", "cluster-private-2"],
  updateConfig: { maxUnavailable: 1 },
  nodeRepairConfig: { enabled: true },
  launchTemplate: { id: `cluster-${group}`, version: "1" },
  tags: tags(group),
});
const GPU_GROUP = { amiType: "AL2023_x86_64_NVIDIA", capacityType: "ON_DEMAND" };

describe("managed nodes", () => {
  let run: Run<EksGpuCluster>;
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
        scalingConfig: { minSize: 3, maxSize: 5, desiredSize: 3 },
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

  it("leave the number of nodes to the autoscaler once they are made, and stay in their zones", () => {
    const desired = ["scalingConfig.desiredSize", "subnetIds"];
    assert.deepEqual(run.ignored, {
      "NodeGroup cluster-system": desired,
      "NodeGroup cluster-inference-l4": desired,
      "NodeGroup cluster-batch-l4": desired,
      // AWS' list of zones may change; subnets stay where they are.
      ...Object.fromEntries(
        ["private", "public"].flatMap((kind) =>
          [0, 1, 2].map((zone) => [`Subnet cluster-${kind}-${zone}`, ["availabilityZone"]]),
        ),
      ),
    });
  });

  it("start from a launch template each, GPU nodes with their own disks in one volume", () => {
    const disks = nodeConfig({ localStorage: true });
    const gpuTemplate = (group: string) =>
      launchTemplateArgs({ diskGiB: 100, tags: tags(group), userData: disks }, ["g6.2xlarge"]);
    assert.deepEqual(inputsOf(registry, "LaunchTemplate"), {
      "cluster-system": launchTemplateArgs({ diskGiB: 50, tags: tags("system") }, ["m7i.large"]),
      "cluster-inference-l4": gpuTemplate("inference-l4"),
      "cluster-batch-l4": gpuTemplate("batch-l4"),
    });
  });

  it("have the folder for weights on GPU nodes, where a cache is on their disks", async () => {
    const cacheFolder = "/mnt/k8s-disks/0/weights";
    const { registry: cached } = await awsRegistered(
      () => new EksGpuCluster("cluster", { cluster: builtCluster(), tags: { team: "ml" }, cacheFolder }),
    );
    const userData = (group: string) => cached.get("LaunchTemplate", `cluster-${group}`).inputs["userData"];
    const expected = Buffer.from(nodeConfig({ localStorage: true, cacheFolder })).toString("base64");
    assert.deepEqual(
      [userData("system"), userData("inference-l4"), userData("batch-l4")],
      [undefined, expected, expected],
    );
  });

  it("tell the autoscaler by tags what a node of an empty group would be like", () => {
    const expected = (
      name: string,
      labels: Record<string, string>,
      taints: NodeTaint[],
      resources: Record<string, string>,
    ) =>
      Object.entries(autoscalerTags({ labels, taints, resources })).map(([key, value]) => ({
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
        ...expected("system", SYSTEM_LABELS, [], {}),
        ...expected("inference-l4", INFERENCE_LABELS, [GPU_TAINT], nodeResources(group())),
        ...expected("batch-l4", BATCH_LABELS, [GPU_TAINT, SPOT_TAINT], nodeResources(spotGroup())),
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
      "Tag cluster-batch-l4-resources-cpu",
      "Tag cluster-batch-l4-resources-ephemeral-storage",
      "Tag cluster-batch-l4-resources-memory",
      "Tag cluster-batch-l4-resources-nvidia.com-gpu",
      "Tag cluster-batch-l4-taint-node-lifecycle",
      "Tag cluster-batch-l4-taint-nvidia.com-gpu",
    ]);
  });

  it("wait for the control plane, their template, and their role with its permissions", () => {
    for (const { name, dependencies } of registry.ofKind("NodeGroup")) {
      for (const needed of [
        "Cluster cluster",
        `LaunchTemplate ${name}`,
        "Role cluster-nodes",
        "RolePolicyAttachment cluster-nodes-AmazonEC2ContainerRegistryPullOnly",
        "RolePolicyAttachment cluster-nodes-AmazonEKSWorkerNodePolicy",
      ]) {
        assert.ok(dependencies.includes(needed), `${name}: ${needed}`);
      }
    }
  });

  it("wait for the ways out of their subnets, which so outlive them", () => {
    const routes = [0, 1, 2].flatMap((zone) => [
      `NatGateway cluster-${zone}`,
      `RouteTable cluster-private-${zone}`,
      `RouteTableAssociation cluster-private-${zone}`,
    ]);
    for (const { name, dependencies } of registry.ofKind("NodeGroup")) {
      for (const route of routes) assert.ok(dependencies.includes(route), `${name}: ${route}`);
    }
  });

  it("ask which zones offer each group's types", () => {
    const asked = run.calls.filter(({ token }) => token === "getInstanceTypeOfferings");
    const question = (...values: string[]) => ({
      token: "getInstanceTypeOfferings",
      inputs: { locationType: "availability-zone", filters: [{ name: "instance-type", values }] },
    });
    assert.deepEqual(asked, [question("m7i.large"), question("g6.2xlarge"), question("g6.2xlarge", "g6.4xlarge")]);
  });
});

describe("managed nodes of another config", () => {
  it("take the group's disk, numbers and reservation", async () => {
    const id = "cr-0123456789abcdef0";
    const { registry } = await deployed({
      systemNodes: { instanceTypes: ["m7i.xlarge", "m6i.xlarge"], min: 3, max: 5 },
      gpuNodes: {
        "inference-l4": {
          instanceTypes: ["g6.12xlarge"],
          diskGiB: 500,
          min: 1,
          max: 3,
          reservation: { id, zone: "eu-central-1b" },
        },
        block: {
          purpose: "batch",
          gpu: "h100",
          instanceTypes: ["p5.48xlarge"],
          max: 2,
          reservation: { id, type: "capacity-block", zone: "eu-central-1c" },
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
    assert.deepEqual(numbers("cluster-block"), {
      // In the launch template: EKS refuses it in both.
      instanceTypes: undefined,
      capacityType: "CAPACITY_BLOCK",
      scalingConfig: { minSize: 0, maxSize: 2, desiredSize: 0 },
    });
    assert.deepEqual(registry.get("NodeGroup", "cluster-inference-l4").inputs["subnetIds"], ["cluster-private-1"]);
    assert.deepEqual(registry.get("NodeGroup", "cluster-block").inputs["subnetIds"], ["cluster-private-2"]);
    const template = (group: string) => registry.get("LaunchTemplate", `cluster-${group}`).inputs;
    assert.deepEqual(
      template("inference-l4"),
      launchTemplateArgs(
        {
          diskGiB: 500,
          userData: nodeConfig({ localStorage: true }),
          reservation: { id, type: "on-demand", zone: "eu-central-1b" },
          tags: tags("inference-l4"),
        },
        ["g6.2xlarge"],
      ),
    );
    assert.deepEqual(
      template("block"),
      launchTemplateArgs(
        {
          diskGiB: 100,
          userData: nodeConfig({ localStorage: true }),
          reservation: { id, type: "capacity-block", zone: "eu-central-1c" },
          instanceType: "p5.48xlarge",
          tags: tags("block"),
        },
        ["p5.48xlarge"],
      ),
    );
    assert.equal(template("block")["instanceType"], "p5.48xlarge");
    const { tag } = registry.get("Tag", "cluster-inference-l4-resources-nvidia.com-gpu").inputs as { tag: Config };
    assert.equal(tag["value"], "4");
  });
});

describe("zones of managed nodes", () => {
  const id = "cr-0123456789abcdef0";
  const NO_GROUPS = { "inference-l4": undefined, "batch-l4": undefined };
  const ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
  const offered = (zones: string[], types = ["g6.2xlarge", "g6.4xlarge"]) => ({
    getInstanceTypeOfferings: {
      locations: [...zones.flatMap((zone) => types.map(() => zone)), ...ZONES],
      // The system's type is offered everywhere.
      instanceTypes: [...zones.flatMap(() => types), ...ZONES.map(() => "m7i.large")],
    },
  });
  /** A cluster where AWS offers the GPU types in these zones. */
  const where = (zones: string[], gpuNodes: Config = {}): Promise<Run<EksGpuCluster>> =>
    awsRegistered(
      () => new EksGpuCluster("cluster", { cluster: builtCluster({ gpuNodes }) }),
      undefined,
      offered(zones),
    );
  /** Why a group would have no subnet, where AWS offers its types in these zones. */
  const refusal = async (zones: string[], nodes: BuiltNodeGroup): Promise<string> => {
    // A valid cluster is asked: what is registered with a failed Output never ends under mocks.
    const { made } = await awsRegistered(
      () => {
        const cluster = new EksGpuCluster("cluster", { cluster: builtCluster({ gpuNodes: NO_GROUPS }) });
        return reasonOf(cluster["subnetsFor"]("gpuNodes.gpu", nodes));
      },
      undefined,
      offered(zones),
    );
    return made;
  };

  it("are those of the cluster that offer all of a group's types: EKS refuses a group with another one", async () => {
    const { registry } = await where(["eu-central-1c", "eu-central-1a", "eu-central-1f"]);
    const subnets = (name: string) => registry.get("NodeGroup", `cluster-${name}`).inputs["subnetIds"];
    const ids = ["cluster-private-0", "cluster-private-1", "cluster-private-2"];
    assert.deepEqual(subnets("inference-l4"), [ids[0], ids[2]]);
    assert.deepEqual(subnets("batch-l4"), [ids[0], ids[2]]);
    assert.deepEqual(subnets("system"), ids);
  });

  it("are those that a group states, and then its subnets are what the config says", async () => {
    const { registry, ignored } = await where(["eu-central-1a", "eu-central-1b"], {
      "inference-l4": { zones: ["eu-central-1b"] },
    });
    assert.deepEqual(registry.get("NodeGroup", "cluster-inference-l4").inputs["subnetIds"], ["cluster-private-1"]);
    assert.deepEqual(ignored["NodeGroup cluster-inference-l4"], ["scalingConfig.desiredSize"]);
  });

  it("are the reservation's alone", async () => {
    const reservation = { id, zone: "eu-central-1b" };
    const { registry, ignored } = await where(["eu-central-1a", "eu-central-1b"], { "inference-l4": { reservation } });
    const { subnetIds, updateConfig } = registry.get("NodeGroup", "cluster-inference-l4").inputs;
    assert.deepEqual(subnetIds, ["cluster-private-1"]);
    assert.deepEqual(ignored["NodeGroup cluster-inference-l4"], ["scalingConfig.desiredSize"]);
    // A full reservation has no room for a successor before its predecessor is gone.
    assert.deepEqual(updateConfig, { maxUnavailable: 1, updateStrategy: "MINIMAL" });
  });

  it("have to be the cluster's for a reservation", async () => {
    assert.equal(
      await refusal(["eu-central-1a"], group({ reservation: { id, zone: "eu-central-1d" } })),
      'gpuNodes.gpu.reservation.zone: "eu-central-1d" is not one of the cluster\'s zones ' +
        "(eu-central-1a, eu-central-1b, eu-central-1c): name one of those, or add it to network.additionalZones",
    );
    assert.equal(
      await refusal(["eu-central-1a"], group({ zones: ["eu-central-1a", "eu-central-1e"] })),
      'gpuNodes.gpu.zones: "eu-central-1e" is not one of the cluster\'s zones ' +
        "(eu-central-1a, eu-central-1b, eu-central-1c): name one of those, or add it to network.additionalZones",
    );
  });

  it("have to offer all of the types, or those are named that do", async () => {
    const none = (types: string, zones = "eu-central-1a, eu-central-1b, eu-central-1c") =>
      `gpuNodes.gpu.instanceTypes: not all of ${types} are offered in ${zones}; `;
    assert.equal(
      await refusal(["eu-central-1d", "eu-central-1e"], spotGroup()),
      `${none("g6.2xlarge, g6.4xlarge")}eu-central-1d, eu-central-1e offers all of them: ` +
        "add that to network.additionalZones, or use other types",
    );
    assert.equal(
      await refusal([], group()),
      `${none("g6.2xlarge")}no zone of the region offers all of them: add that to network.additionalZones, or use other types`,
    );
    assert.equal(
      await refusal(["eu-central-1a"], group({ zones: ["eu-central-1b"] })),
      `${none("g6.2xlarge", "eu-central-1b")}eu-central-1a offers all of them: use those zones, or other types`,
    );
  });
});
