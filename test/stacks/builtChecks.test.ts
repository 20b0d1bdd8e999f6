/** What a cluster to build and the other sections may not say together. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { nodeResources } from "../../components/cluster/nodes/nodeGroup.js";
import { gpuNodeLabels } from "../../components/cluster/nodes/nodeGroup.js";
import type { BuiltNodeGroup } from "../../components/cluster/schema.js";
import { AWS_MACHINES } from "../../components/facts/machines/aws.js";
import { DAEMON_SETS } from "../../components/facts/machines/reserves.js";
import { placementOf } from "../../components/derive/nodes/placement.js";
import { parseStackConfig } from "../../stacks/config.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import { deploymentSpec } from "../../components/serving/workload/deployment.js";
import { clusterValues, lines, TODAY } from "../cluster/fixtures.js";
import { type Config, modelConfig } from "../serving/fixtures.js";
import { stackValues } from "./fixtures.js";

const parsed = (cluster: Config, others: Config = {}) =>
  parseStackConfig(stackValues({ cluster: { existing: undefined, ...clusterValues(cluster) }, ...others }), [], TODAY);
const problemsOf = (cluster: Config, others: Config = {}): string[] => lines(parsed(cluster, others).problems);
const addons = (changes: Config): Config => ({ platform: { addons: changes } });

describe("GPUs that pods share on a cluster to build", () => {
  const shared = {
    gpuNodes: {
      shared: {
        purpose: "batch",
        gpu: "l4",
        instanceTypes: ["g6.2xlarge"],
        max: 1,
        capacity: "on-demand",
        sharing: "time-slicing",
      },
    },
  };

  it("need both the nodes and the number of pods", () => {
    const replicas = "vllm:platform.addons.devicePlugin.timeSlicingReplicas";
    assert.deepEqual(problemsOf(shared, addons({ devicePlugin: { timeSlicingReplicas: 4 } })), []);
    assert.deepEqual(problemsOf(shared), [
      `vllm:cluster.gpuNodes.shared.sharing: how many pods share a GPU is not said: set ${replicas}, or leave sharing out`,
    ]);
    assert.deepEqual(problemsOf({}, addons({ devicePlugin: { timeSlicingReplicas: 4 } })), [
      `warning: ${replicas}: no group of nodes shares its GPUs: set sharing: time-slicing on one, or leave this out`,
    ]);
  });

  it("are refused where Karpenter makes the nodes, since it would make none for them", () => {
    const [problem, ...others] = problemsOf(
      { ...shared, nodes: "karpenter" },
      addons({ devicePlugin: { timeSlicingReplicas: 4 } }),
    );
    assert.match(problem!, /^vllm:cluster\.gpuNodes\.shared\.sharing: Karpenter knows of no shares of a GPU/);
    assert.deepEqual(others, []);
  });

  it("take no models, which ask for whole ones", () => {
    const { config } = parsed(shared, addons({ devicePlugin: { timeSlicingReplicas: 4 } }));
    assert.ok(!("shared" in nodeGroupsOf(config!.cluster)!));
    const alone = { gpuNodes: { ...shared.gpuNodes, "inference-l4": undefined, "batch-l4": undefined } };
    assert.match(
      problemsOf(alone, addons({ devicePlugin: { timeSlicingReplicas: 4 } })).join("\n"),
      /no node group offers l4/,
    );
    const labels = gpuNodeLabels(config!.cluster.built!.gpuNodes["shared"]!);
    assert.equal(labels["workload"], "gpu-shared");
    assert.equal(labels["nvidia.com/device-plugin.config"], "shared");
  });
});

describe("add-ons of a cluster to build", () => {
  it("cut no GPU into slices, and say what would", () => {
    for (const migStrategy of ["single", "mixed"]) {
      const [problem] = problemsOf({}, addons({ devicePlugin: { migStrategy } }));
      assert.match(
        problem!,
        /^vllm:platform\.addons\.devicePlugin\.migStrategy: .*MIG manager of NVIDIA's GPU operator/,
      );
    }
  });

  it("are Karpenter or the autoscaler, not both", () => {
    assert.deepEqual(problemsOf({ nodes: "karpenter" }), []);
    assert.deepEqual(problemsOf({ nodes: "karpenter" }, addons({ clusterAutoscaler: { install: true } })), [
      "vllm:platform.addons.clusterAutoscaler.install: Karpenter makes the GPU nodes, and the autoscaler would resize none of them: " +
        "leave it out",
    ]);
  });
});

describe("drains on a cluster to build", () => {
  const drain = (drainSeconds: number, cluster: Config = {}) =>
    problemsOf(cluster, { models: { chat: { drainSeconds } } }).filter((line) => line.includes("drainSeconds"));

  it("beyond the quarter of an hour that a managed node has are warned of", () => {
    assert.deepEqual(drain(600), []);
    const [line] = drain(1200);
    assert.match(
      line!,
      /^warning: vllm:models\.chat\.drainSeconds: a pod may take 12\d\d s to end, .* PodEvictionFailure after 900: use at most (\d+)/,
    );
    const most = Number(/use at most (\d+)/.exec(line!)![1]);
    assert.deepEqual([drain(most), drain(most + 1).length], [[], 1]);
  });

  it("are Karpenter's to wait for", () => {
    assert.deepEqual(drain(3600, { nodes: "karpenter" }), []);
  });
});

describe("a replica's disk on a cluster to build", () => {
  it("fits the smallest node that it may get", () => {
    const disk = (diskGiB: number) =>
      problemsOf({}, { models: { chat: { releases: { r1: { resources: { diskGiB } } } } } });
    assert.deepEqual(disk(372), []);
    assert.deepEqual(disk(373), [
      "vllm:models.chat.releases.r1.resources.diskGiB: 373 GiB do not fit on the group's smallest node, which can give 372 GiB of its disk: " +
        "use instance types with larger NVMe disks, or, for types without, a larger diskGiB of the group",
    ]);
  });
});

describe("a replica's memory on nodes that Karpenter makes", () => {
  const memory = (memoryGiB: number, cluster: Config) =>
    problemsOf(cluster, { models: { chat: { releases: { r1: { resources: { memoryGiB } } } } } });

  it("is what Karpenter expects of a machine that it has not seen, not what there will be", () => {
    assert.deepEqual(memory(29, {}), []);
    assert.deepEqual(memory(29, { nodes: "karpenter" }), [
      "vllm:models.chat.releases.r1.resources.memoryGiB: 29 GiB are more than the 27 that Karpenter expects of a new node's memory, so it would " +
        "make none: ask for at most 27, or use larger instance types",
    ]);
    assert.deepEqual(memory(27, { nodes: "karpenter" }), []);
  });
});

describe("nodes that no model wants at rest", () => {
  it("are warned of with their price", () => {
    assert.deepEqual(problemsOf({ gpuNodes: { "batch-l4": { min: 2 } } }), [
      "warning: vllm:cluster.gpuNodes.batch-l4.min: 2 nodes run, $1.96 an hour, and no model wants one at rest: use 0, or give models an autoscaling.min",
    ]);
    assert.deepEqual(problemsOf({ gpuNodes: { "inference-l4": { min: 1 } } }), []);
  });
});

describe("weights through NAT", () => {
  const large = {
    gpuNodes: { big: { purpose: "inference", gpu: "h100", instanceTypes: ["p5.48xlarge"], max: 2 } },
  };
  const models = {
    chat: modelConfig({
      releases: {
        r1: {
          model: { id: "meta-llama/Llama-3.3-70B-Instruct", revision: "6f6073b423013f6a7d4d9f39144961bfbfbc386b" },
          gpu: { type: "h100", count: 4 },
        },
      },
    }),
  };
  const fetches = (cluster: Config, others: Config = {}) =>
    problemsOf({ ...large, ...cluster }, { models, huggingFaceToken: "hf_x", ...others }).filter((line) =>
      line.includes("NAT"),
    );
  const BUCKET = { kind: "s3", bucket: "llm-cache" };

  it("are warned of with what each start costs, and what to do", () => {
    const [line, ...others] = fetches({});
    assert.match(
      line!,
      /^warning: vllm:cache: without it each start of a replica fetches its weights from the hub through NAT, which costs chat\.r1 \$6\.\d\d, and takes minutes: set one, such as kind: s3/,
    );
    assert.deepEqual(others, []);
  });

  it("are those that are downloaded, whatever they are made into", () => {
    const { chat } = structuredClone(models) as { chat: { releases: { r1: { model: Config } } } };
    chat.releases.r1.model["precision"] = "fp8";
    assert.match(fetches({}, { models: { chat } })[0]!, /costs chat\.r1 \$6\.\d\d,/);
  });

  it("are those of the hub: what lies in a bucket takes the way of S3", () => {
    const { chat } = structuredClone(models) as { chat: { releases: { r1: { model: Config } } } };
    chat.releases.r1.model["source"] = { s3: { bucket: "weights", prefix: "llama" } };
    assert.deepEqual(fetches({}, { models: { chat } }), []);
  });

  it("are nobody's worry with a cache, with a reason for none, and where the cache is wrong itself", () => {
    assert.deepEqual(fetches({}, { cache: BUCKET }), []);
    assert.deepEqual(fetches({}, { cache: { kind: "none", reason: "a demonstration" } }), []);
    assert.deepEqual(fetches({}, { cache: { kind: "s4" } }), []);
  });

  it("are somebody else's bill in an existing VPC", () => {
    const existing = { vpcId: "vpc-00000001", privateSubnetIds: ["subnet-00000001", "subnet-00000002"] };
    assert.deepEqual(fetches({ network: { existing } }), []);
  });
});

describe("a cache on a cluster to build", () => {
  it("is checked against it", () => {
    const cache = { kind: "node", path: "/mnt/other/weights", budgetGiB: 100 };
    assert.deepEqual(problemsOf({}, { cache }), [
      'vllm:cache.path: "/mnt/other/weights" is not on the volume of the nodes\' NVMe disks: use a folder of plain letters, digits, dots and ' +
        "dashes under /mnt/k8s-disks/0, such as /mnt/k8s-disks/0/pulumi-vllm",
    ]);
  });

  it("takes its budget of the disk that a replica can have", () => {
    const disk = (diskGiB: number) =>
      problemsOf(
        {},
        {
          cache: { kind: "node", budgetGiB: 200 },
          models: { chat: { releases: { r1: { resources: { diskGiB } } } } },
        },
      );
    assert.deepEqual(disk(172), []);
    assert.match(
      disk(173)[0]!,
      /resources\.diskGiB: 173 GiB do not fit on the group's smallest node, which can give 172 GiB of its disk beside the cache's budgetGiB of 200: /,
    );
  });
});

/** A quantity of Kubernetes' in base units: cores or bytes. */
function amount(quantity: string): number {
  const [, number, unit] = /^([\d.]+)(m|Mi|Gi)?$/.exec(quantity)!;
  const factor = { m: 1e-3, Mi: 2 ** 20, Gi: 2 ** 30, undefined: 1 }[String(unit)]!;
  return Number(number) * factor;
}

describe("a runtime that placement accepts", function () {
  this.timeout(60_000);
  /** Groups of any machines of one GPU type and number of GPUs. */
  const machines = [...AWS_MACHINES.values()];
  const groups = fc.constantFrom(...machines).chain(({ gpu, gpus }) => {
    const alike = machines.filter((machine) => machine.gpu === gpu && machine.gpus === gpus).map(({ name }) => name);
    return fc.record({
      gpu: fc.constant(gpu),
      instanceTypes: fc.uniqueArray(fc.constantFrom(...alike), { minLength: 1, maxLength: 4 }),
      diskGiB: fc.integer({ min: 50, max: 2000 }),
      count: fc.integer({ min: 1, max: gpus }),
    });
  });
  const asked = fc.record({
    cpus: fc.integer({ min: 1, max: 190 }),
    memoryGiB: fc.integer({ min: 4, max: 2000 }),
    diskGiB: fc.integer({ min: 10, max: 30_000 }),
  });

  it("asks for nothing that an empty group's template node does not show beside its DaemonSets", () => {
    let accepted = 0;
    fc.assert(
      fc.property(groups, asked, ({ gpu, instanceTypes, diskGiB, count }, resources) => {
        const gpuNodes = {
          "inference-l4": undefined,
          "batch-l4": undefined,
          only: { purpose: "inference", gpu, instanceTypes, diskGiB, max: 4 },
        };
        // A model so small that it fits every GPU, whole or split.
        const model = { releases: { r1: { gpu: { type: gpu, count }, resources } } };
        const { config } = parsed(
          { gpuNodes },
          { models: { chat: modelConfig({ ...model, autoscaling: { min: 1, max: 1 } }) } },
        );
        fc.pre(config !== undefined);
        accepted += 1;
        const nodes = config.cluster.built!.gpuNodes["only"] as BuiltNodeGroup;
        const [plan] = [...config.models[0]!.releases.values()];
        const { spec } = deploymentSpec(plan!, {
          namespace: "vllm",
          partOf: "test",
          placement: placementOf(plan!, nodeGroupsOf(config.cluster)),
          serviceAccountName: "chat",
          apiKey: { name: "chat", key: "api-key" },
        }) as {
          spec: {
            template: {
              spec: {
                containers: { resources: { requests: Record<string, string> } }[];
                nodeSelector: Record<string, string>;
              };
            };
          };
        };
        const { containers, nodeSelector } = spec.template.spec;
        const shown = nodeResources(nodes);
        const daemonSets: Record<string, number> = {
          cpu: DAEMON_SETS.millicores / 1000,
          memory: DAEMON_SETS.memoryGiB * 2 ** 30,
        };
        for (const [name, quantity] of Object.entries(containers[0]!.resources.requests)) {
          assert.ok(name in shown, `${name} is not shown`);
          // The autoscaler puts the DaemonSets' pods onto the template first; a millionth is what a quantity rounds away.
          const left = amount(shown[name]!) - (daemonSets[name] ?? 0);
          assert.ok(amount(String(quantity)) <= left * (1 + 1e-6), `${name}: ${quantity} of ${shown[name]}`);
        }
        const labels = gpuNodeLabels(nodes);
        for (const [key, value] of Object.entries(nodeSelector)) assert.equal(labels[key], value);
      }),
      { numRuns: 60, maxSkipsPerRun: 400 },
    );
    assert.ok(accepted >= 60);
  });
});
