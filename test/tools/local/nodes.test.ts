import assert from "node:assert/strict";

import type { NodeGroupConfig, Toleration } from "../../../components/contract/nodeGroup.js";
import { describedGroup, describedGroups } from "../../../components/derive/nodes/nodeGroup.js";
import { quantityOf } from "../../../policies/read/quantity.js";
import { nodeGroupsOf } from "../../../stacks/clusterConfig.js";
import { collect } from "../../../tools/collect.js";
import {
  groupNodes,
  makeNodes,
  nodeObject,
  type NodeShape,
  simulatedNodes,
  stackNodes,
} from "../../../tools/local/nodes.js";
import { onSimulatedNodes } from "../../../tools/local/simulation.js";
import type { KubernetesObject } from "../../../tools/local/client.js";
import { loadStack } from "../../../tools/loadStack.js";
import { isManifest } from "../../../tools/render/manifests.js";
import { group } from "../../contract/fixtures.js";
import { PROJECT } from "../folders.js";
import { FakeCluster } from "./fakes.js";

const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"];
type Group = NodeGroupConfig & { reservation?: { zone: string } };

const nodesOf = (name: string, config: Group, zones: readonly string[], count?: number) =>
  groupNodes(name, describedGroup(config), zones, { count });
const allNodes = (groups: Record<string, Group> | undefined, zones: readonly string[]) =>
  stackNodes(groups && describedGroups(groups), zones);

const GROUP = group();
const RUN = "0123456789abcdef";

interface PodSpec {
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
  containers: { resources: { requests: Record<string, string> } }[];
}

function tolerates(tolerations: readonly Toleration[], taint: NodeShape["taints"][number]): boolean {
  return tolerations.some(
    ({ key, operator = "Equal", value, effect }) =>
      (key === undefined || key === taint.key) &&
      (effect === undefined || effect === taint.effect) &&
      (operator === "Exists" || value === taint.value),
  );
}

/** Whether the scheduler would let a pod be there, were it alone. */
function takes({ metadata, spec, status }: ReturnType<typeof nodeObject>, pod: PodSpec): boolean {
  const { taints } = spec as { taints: NodeShape["taints"] };
  const { allocatable } = status as { allocatable: Record<string, string> };
  return (
    Object.entries(pod.nodeSelector ?? {}).every(([key, value]) => metadata.labels?.[key] === value) &&
    taints.every((taint) => tolerates(pod.tolerations ?? [], taint)) &&
    pod.containers.every(({ resources: { requests } }) =>
      Object.entries(requests).every(([name, amount]) => quantityOf(amount)! <= (quantityOf(allocatable[name]) ?? 0)),
    )
  );
}

describe("groupNodes", () => {
  it("makes the nodes that a group has at its largest, in the zones in turn", () => {
    assert.deepEqual(
      nodesOf("pool", { ...GROUP, max: 4 }, ZONES).map(({ name, group, zone }) => [name, group, zone]),
      [
        ["pool-1", "pool", "us-east-1a"],
        ["pool-2", "pool", "us-east-1b"],
        ["pool-3", "pool", "us-east-1c"],
        ["pool-4", "pool", "us-east-1a"],
      ],
    );
    assert.equal(nodesOf("pool", GROUP, ZONES, 7).length, 7);
  });

  it("takes its instance types in turn, each with its own GPUs, cores and memory", () => {
    const instanceTypes = ["g6.2xlarge", "g6.4xlarge", "g6.12xlarge"];
    assert.deepEqual(
      nodesOf("pool", { ...GROUP, instanceTypes, max: 4 }, ZONES).map(({ instanceType, gpus, cpus }) => [
        instanceType,
        gpus,
        cpus,
      ]),
      [
        ["g6.2xlarge", 1, 7.41],
        ["g6.4xlarge", 1, 15.39],
        ["g6.12xlarge", 4, 47.31],
        ["g6.2xlarge", 1, 7.41],
      ],
    );
  });

  it("labels and taints an on-demand node as this project's own nodes are", () => {
    const [node] = nodesOf("pool", GROUP, ZONES);
    assert.deepEqual(node!.labels, {
      accelerator: "l4",
      workload: "gpu-inference",
      "node-lifecycle": "on-demand",
      "nvidia.com/gpu.present": "true",
      "k8s.amazonaws.com/accelerator": "l4",
    });
    assert.deepEqual(node!.taints, [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }]);
  });

  it("keeps others off a spot node by one more taint", () => {
    const [node] = nodesOf("pool", { ...GROUP, purpose: "batch", capacity: "spot" }, ZONES);
    assert.equal(node!.labels["workload"], "gpu-batch");
    assert.equal(node!.labels["node-lifecycle"], "spot");
    assert.deepEqual(node!.taints, [
      { key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" },
      { key: "node-lifecycle", value: "spot", effect: "NoSchedule" },
    ]);
  });

  it("gives nodes with labels of their own those, over ours", () => {
    const [node] = nodesOf(
      "pool",
      { ...GROUP, nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-l4", workload: "llm" } },
      ZONES,
    );
    assert.equal(node!.labels["cloud.google.com/gke-accelerator"], "nvidia-l4");
    assert.equal(node!.labels["workload"], "llm");
    assert.equal(node!.labels["accelerator"], "l4");
  });

  it("gives nodes with tolerations of their own the taints that need these, and none of ours", () => {
    const tolerations: Toleration[] = [
      { key: "gpu", operator: "Exists" },
      { key: "team", operator: "Equal", value: "search", effect: "NoExecute" },
      { operator: "Exists" },
    ];
    const [node] = nodesOf("pool", { ...GROUP, tolerations }, ZONES);
    assert.deepEqual(node!.taints, [
      { key: "gpu", value: "true", effect: "NoSchedule" },
      { key: "team", value: "search", effect: "NoExecute" },
    ]);
    const [open] = nodesOf("pool", { ...GROUP, tolerations: [] }, ZONES);
    assert.deepEqual(open!.taints, []);
  });

  it("has the nodes of a reservation in its zone", () => {
    const nodes = nodesOf("block", { ...GROUP, max: 3, reservation: { zone: "us-east-1f" } }, ZONES);
    assert.deepEqual(
      nodes.map(({ zone }) => zone),
      ["us-east-1f", "us-east-1f", "us-east-1f"],
    );
  });

  it("makes no node of an unknown type", () => {
    assert.deepEqual(nodesOf("pool", { ...GROUP, instanceTypes: ["g99.huge"] }, ZONES), []);
    const types = nodesOf("pool", { ...GROUP, instanceTypes: ["g99.huge", "g6.4xlarge"] }, ZONES);
    assert.deepEqual(
      types.map(({ instanceType }) => instanceType),
      ["g6.4xlarge", "g6.4xlarge"],
    );
  });
});

describe("nodeObject", () => {
  it("is a node that KWOK looks after, with room for pods from the start", () => {
    const resources = {
      cpu: "7410m",
      // 32 GiB without the kernel's, EKS' and the DaemonSets' parts (components/contract/placement).
      memory: "29767Mi",
      "ephemeral-storage": "500Gi",
      pods: "110",
      "nvidia.com/gpu": "1",
    };
    assert.deepEqual(nodeObject(nodesOf("pool", GROUP, ZONES)[1]!, RUN), {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: "pool-2",
        annotations: { "pulumi-vllm.dev/local-run": RUN },
        labels: {
          "kubernetes.io/hostname": "pool-2",
          "kubernetes.io/os": "linux",
          "kubernetes.io/arch": "amd64",
          "node.kubernetes.io/instance-type": "g6.2xlarge",
          "topology.kubernetes.io/zone": "us-east-1b",
          "pulumi-vllm.dev/node-group": "pool",
          accelerator: "l4",
          workload: "gpu-inference",
          "node-lifecycle": "on-demand",
          "nvidia.com/gpu.present": "true",
          "k8s.amazonaws.com/accelerator": "l4",
          "pulumi-vllm.dev/local-run": RUN,
        },
      },
      spec: {
        taints: [
          { key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" },
          { key: "pulumi-vllm.dev/local-run", value: RUN, effect: "NoSchedule" },
        ],
      },
      status: { capacity: resources, allocatable: resources },
    });
  });

  it("offers no GPU on a node that has none", () => {
    const [system] = allNodes({}, ZONES);
    const { status } = nodeObject(system!, RUN) as unknown as { status: { capacity: object } };
    assert.deepEqual(status.capacity, { cpu: "2000m", memory: "8192Mi", "ephemeral-storage": "50Gi", pods: "110" });
  });
});

describe("stackNodes", () => {
  it("adds two nodes for what needs no GPU, without taints", () => {
    const nodes = allNodes(undefined, ZONES);
    assert.deepEqual(
      nodes.map(({ name, zone, instanceType, labels, taints, gpus }) => ({
        name,
        zone,
        instanceType,
        labels,
        taints,
        gpus,
      })),
      ["us-east-1a", "us-east-1b"].map((zone, index) => ({
        name: `without-gpu-${index + 1}`,
        zone,
        instanceType: "m7i.large",
        labels: { workload: "system", "node-lifecycle": "on-demand" },
        taints: [],
        gpus: 0,
      })),
    );
  });

  for (const [stack, groups] of [
    ["staging", { "without-gpu": 2, "inference-l4": 6, "batch-l4": 4 }],
    ["prod", { "without-gpu": 2, "inference-l40s": 8, "inference-l4": 10, "batch-l4": 6 }],
  ] as const) {
    describe(`of ${stack}`, () => {
      const { config, file } = loadStack(PROJECT, stack);
      const nodes = stackNodes(nodeGroupsOf(config.cluster), ZONES);

      it("are as many as its groups have at their largest, each once", () => {
        const counts: Record<string, number> = {};
        for (const { group } of nodes) counts[group] = (counts[group] ?? 0) + 1;
        assert.deepEqual(counts, groups);
        assert.equal(new Set(nodes.map(({ name }) => name)).size, nodes.length);
      });

      it("take its pods by label, taint and room: interactive ones on demand, others on the batch group", async () => {
        const deployments = (await collect(file))
          .filter(isManifest)
          .map(
            ({ inputs }) =>
              onSimulatedNodes(inputs as unknown as KubernetesObject, RUN) as unknown as {
                kind: string;
                metadata: { name: string; labels: Record<string, string> };
                spec: { template: { spec: PodSpec } };
              },
          )
          .filter(({ kind }) => kind === "Deployment");
        assert.ok(deployments.length >= 4);
        for (const { metadata, spec } of deployments) {
          const where = nodes
            .filter((node) => takes(nodeObject(node, RUN), spec.template.spec))
            .map(({ group }) => group);
          const gpu = metadata.labels["pulumi-vllm.dev/gpu"];
          const kind = metadata.labels["pulumi-vllm.dev/class"] === "interactive" ? "inference" : "batch";
          assert.deepEqual([...new Set(where)], [`${kind}-${gpu}`], metadata.name);
          assert.equal(where.length, (groups as Record<string, number>)[`${kind}-${gpu}`], metadata.name);
        }
      });
    });
  }
});

describe("makeNodes", () => {
  const real = { apiVersion: "v1", kind: "Node", metadata: { name: "kind-worker" } };

  it("makes what is missing, removes what is too much, and leaves real nodes alone", async () => {
    const fake = new FakeCluster(real);
    await makeNodes(fake.cluster, nodesOf("pool", { ...GROUP, max: 3 }, ZONES), RUN);
    fake.calls.length = 0;
    const wanted = [...nodesOf("pool", GROUP, ZONES), ...nodesOf("batch", { ...GROUP, max: 1 }, ZONES)];
    await makeNodes(fake.cluster, wanted, RUN);
    assert.deepEqual(
      fake.calls.filter((call) => !call.startsWith("patch")),
      ["list Node", "create Node batch-1", "remove Node pool-3"],
    );
    assert.deepEqual([...fake.objects.values()], [real, ...wanted.map((shape) => nodeObject(shape, RUN))]);
  });

  it("brings labels, taints and sizes of nodes that are there up to date", async () => {
    const fake = new FakeCluster();
    await makeNodes(fake.cluster, nodesOf("pool", { ...GROUP, max: 1 }, ZONES), RUN);
    const changed = nodesOf("pool", { ...GROUP, instanceTypes: ["g6.12xlarge"], capacity: "spot", max: 1 }, ZONES);
    await makeNodes(fake.cluster, changed, RUN);
    assert.deepEqual(
      [...fake.objects.values()],
      changed.map((shape) => nodeObject(shape, RUN)),
    );
  });

  it("leaves nodes of another run and of a foreign KWOK alone, whatever their names", async () => {
    const [ours, theirs] = nodesOf("pool", GROUP, ZONES);
    const others = [
      nodeObject(theirs!, "fedcba9876543210"),
      { ...real, metadata: { name: "kwok-1", annotations: { "kwok.x-k8s.io/node": "fake" } } },
    ];
    const fake = new FakeCluster(...others);
    await makeNodes(fake.cluster, [ours!], RUN);
    await makeNodes(fake.cluster, [], RUN);
    assert.deepEqual([...fake.objects.values()], others);
  });

  it("makes nodes that are known for simulated ones", async () => {
    const fake = new FakeCluster(real);
    await makeNodes(fake.cluster, allNodes(undefined, ZONES), RUN);
    const names = (await simulatedNodes(fake.cluster, RUN)).map(({ metadata }) => metadata.name);
    assert.deepEqual(names, ["without-gpu-1", "without-gpu-2"]);
  });
});
