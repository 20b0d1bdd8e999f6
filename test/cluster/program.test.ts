import assert from "node:assert/strict";

import { type CollectedResource, collect } from "../../tools/collect.js";
import { loadStack } from "../../tools/loadStack.js";
import type { PolicyConfig } from "../../tools/policyConfig.js";
import { readPolicyConfig, runPolicies } from "../../tools/policyRunner.js";
import { type Config, modelConfig } from "../serving/fixtures.js";
import { stackValues } from "../stacks/fixtures.js";
import { folderWith, removeFolders, stackText } from "../tools/folders.js";
import { clusterValues, onDay, TODAY } from "./fixtures.js";

/** A stack with a cluster to build, and models of every class on every group of it. */
const VALUES = stackValues({
  cluster: {
    existing: undefined,
    ...clusterValues({
      publicEndpoint: { cidrs: ["203.0.113.0/24"] },
      access: { ops: { principalArn: "arn:aws:iam::111122223333:role/ops", policy: "cluster-admin" } },
      gpuNodes: {
        "inference-l4": { max: 8 },
        "batch-l40s": { purpose: "batch", gpu: "l40s", instanceTypes: ["g6e.2xlarge"], max: 2 },
      },
    }),
  },
  models: {
    chat: { autoscaling: { min: 2, max: 3 }, warmSpares: 1 },
    digest: modelConfig({ class: "batch" }),
    summary: modelConfig({ class: "batch", releases: { r1: { gpu: { type: "l40s" } } } }),
    trial: modelConfig({ class: "experimental" }),
  },
});

/** The same with Karpenter, whose models the same nodes take. */
const KARPENTER = {
  ...VALUES,
  cluster: { ...(VALUES["cluster"] as Config), nodes: "karpenter" },
};

interface Taint {
  key: string;
  value: string;
  effect: string;
}
interface Group {
  labels: Record<string, string>;
  taints: Taint[];
}
interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}
interface PodSpec {
  nodeSelector: Record<string, string>;
  tolerations: Toleration[];
}

const EFFECTS: Readonly<Record<string, string>> = { NO_SCHEDULE: "NoSchedule" };

/** As Kubernetes matches them: an absent key or effect matches every one. */
const tolerates = ({ key, operator = "Equal", value = "", effect }: Toleration, taint: Taint): boolean =>
  (effect === undefined || effect === EFFECTS[taint.effect]) &&
  (key === undefined ? operator === "Exists" : key === taint.key && (operator === "Exists" || value === taint.value));

const hasLabels = ({ labels }: Group, wanted: Record<string, string>): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** What to expect on which group; others refuse the pod, by their labels or by a taint. */
const GROUPS_OF: Record<string, string[]> = {
  "chat-r1": ["cluster-inference-l4"],
  "chat-spare": ["cluster-inference-l4"],
  "digest-r1": ["cluster-batch-l4"],
  "summary-r1": ["cluster-batch-l40s"],
  "trial-r1": ["cluster-batch-l4"],
};

/** Production's levels, for programs that keep no weights. */
const WITHOUT_CACHE: PolicyConfig = {
  ...readPolicyConfig("policies/config/prod.json"),
  "weights-cached": "disabled",
};

describe("the program with a cluster to build", () => {
  let resources: CollectedResource[];
  let groups: Map<string, Group>;
  let pods: Map<string, PodSpec>;
  const inputsOf = (type: string): Array<[string, Config]> =>
    resources.filter((resource) => resource.type === type).map(({ name, inputs }) => [name, inputs]);

  before(async () => {
    resources = await onDay(TODAY, () => {
      const { file, warnings } = loadStack(folderWith({ "Pulumi.test.yaml": stackText(VALUES) }), "test");
      assert.deepEqual(warnings, []);
      return collect(file);
    });
    groups = new Map(inputsOf("aws:eks/nodeGroup:NodeGroup").map(([name, inputs]) => [name, inputs as never]));
    pods = new Map(
      inputsOf("kubernetes:apps/v1:Deployment").map(([name, { spec }]) => [
        name,
        (spec as { template: { spec: PodSpec } }).template.spec,
      ]),
    );
  });
  after(removeFolders);

  it("breaks no policy of production", async () => {
    const judged = resources.map(({ inputs, ...resource }) => ({ ...resource, props: inputs }));
    assert.deepEqual(await runPolicies(judged, undefined, WITHOUT_CACHE), []);
  });

  it("finds a node group for every pod, whose taints the pod tolerates, and no other", () => {
    assert.deepEqual([...groups.keys()].sort(), [
      "cluster-batch-l4",
      "cluster-batch-l40s",
      "cluster-inference-l4",
      "cluster-system",
    ]);
    assert.deepEqual([...pods.keys()].sort(), Object.keys(GROUPS_OF).sort());
    for (const [name, { nodeSelector, tolerations }] of pods) {
      const matching = [...groups].filter(([, group]) => hasLabels(group, nodeSelector));
      assert.deepEqual(
        matching.map(([group]) => group),
        GROUPS_OF[name],
        name,
      );
      for (const [group, { taints }] of matching) {
        for (const taint of taints) {
          assert.ok(
            tolerations.some((toleration) => tolerates(toleration, taint)),
            `${name} does not tolerate ${taint.key} of ${group}`,
          );
        }
      }
    }
  });

  it("has the taints keep pods off GPUs that do not ask for them, and interactive ones off spot", () => {
    for (const [name, { taints }] of groups) {
      assert.equal(
        taints.some(({ key }) => key === "nvidia.com/gpu"),
        name !== "cluster-system",
        name,
      );
    }
    const spot = groups.get("cluster-batch-l4")!.taints.find(({ key }) => key === "node-lifecycle")!;
    assert.ok(!pods.get("chat-r1")!.tolerations.some((toleration) => tolerates(toleration, spot)));
    assert.ok(pods.get("trial-r1")!.tolerations.some((toleration) => tolerates(toleration, spot)));
  });

  it("reaches the cluster by its own kubeconfig, which holds no secret", () => {
    const providers = inputsOf("pulumi:providers:kubernetes");
    assert.deepEqual(providers.map(([name]) => name).sort(), ["cluster", "platform"]);
    for (const [name, { clusterIdentifier, kubeconfig }] of providers) {
      assert.equal(clusterIdentifier, "llm-test", name);
      const { users } = JSON.parse(kubeconfig as string) as { users: Array<{ user: object }> };
      assert.deepEqual(
        users.map(({ user }) => Object.keys(user)),
        [["exec"]],
        name,
      );
    }
    const masked = resources.filter(({ type, secret }) => secret && /^(aws|pulumi):/.test(type));
    assert.deepEqual(masked, []);
  });

  it("tags what AWS bills with the stack", () => {
    for (const type of ["eks/cluster:Cluster", "eks/nodeGroup:NodeGroup", "ec2/natGateway:NatGateway", "ec2/vpc:Vpc"]) {
      for (const [name, { tags }] of inputsOf(`aws:${type}`)) {
        assert.equal((tags as Config)["app.kubernetes.io/part-of"], "test", `${type} ${name}`);
      }
    }
  });

  it("makes no network, cluster or node of AWS outside the cluster's component", () => {
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    const rootOf = (resource: CollectedResource): CollectedResource => {
      const parent = byUrn.get(resource.parent ?? "");
      return parent === undefined || parent.type === "pulumi:pulumi:Stack" ? resource : rootOf(parent);
    };
    const ofAws = resources.filter(({ type }) => /^aws:(ec2|eks|kms|autoscaling|cloudwatch)\//.test(type));
    assert.ok(ofAws.length > 50);
    const outside = ofAws.filter(
      (resource) =>
        rootOf(resource).type !== "pulumi-vllm:cluster:GpuCluster" && !resource.type.includes("podIdentityAssociation"),
    );
    assert.deepEqual(outside, []);
  });
});

describe("the program with a cluster whose nodes Karpenter makes", () => {
  let resources: CollectedResource[];
  before(async () => {
    resources = await onDay(TODAY, () => {
      const { file, warnings } = loadStack(folderWith({ "Pulumi.test.yaml": stackText(KARPENTER) }), "test");
      assert.deepEqual(warnings, []);
      return collect(file);
    });
  });
  after(removeFolders);

  const namesOf = (type: string): string[] =>
    resources.filter((resource) => resource.type === type).map(({ name }) => name);

  it("breaks no policy of production", async () => {
    const judged = resources.map(({ inputs, ...resource }) => ({ ...resource, props: inputs }));
    assert.deepEqual(await runPolicies(judged, undefined, WITHOUT_CACHE), []);
  });

  it("has Karpenter in the autoscaler's place, and a pool and a class for each group", () => {
    assert.deepEqual(namesOf("aws:eks/nodeGroup:NodeGroup"), ["cluster-system"]);
    const releases = namesOf("kubernetes:helm.sh/v3:Release");
    assert.ok(
      releases.some((name) => name.includes("karpenter")) && !releases.some((name) => name.includes("autoscaler")),
    );
    assert.deepEqual(namesOf("kubernetes:karpenter.sh/v1:NodePool").sort(), [
      "nodes-batch-l4",
      "nodes-batch-l40s",
      "nodes-inference-l4",
    ]);
    assert.equal(namesOf("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass").length, 3);
  });

  it("makes pools once Karpenter is there, and models once there are pools", () => {
    const pool = resources.find(({ name, type }) => name === "nodes-batch-l4" && type.endsWith(":NodePool"))!;
    assert.ok(pool.dependencies!.some((urn) => urn.endsWith("::platform-karpenter")));
    const provider = resources.find(({ name, type }) => name === "cluster" && type === "pulumi:providers:kubernetes")!;
    assert.ok(provider.dependencies!.includes(pool.urn));
  });

  it("keeps Karpenter from ending nodes under pods that people wait for, and from no others", () => {
    for (const { name, inputs } of resources.filter(({ type }) => type === "kubernetes:apps/v1:Deployment")) {
      const { metadata } = (inputs["spec"] as { template: { metadata: Config } }).template;
      const expected = name === "chat-r1" ? { "karpenter.sh/do-not-disrupt": "true" } : undefined;
      assert.deepEqual(metadata["annotations"], expected, name);
    }
  });
});

describe("the program with a cluster to build and a cache", function () {
  this.timeout(120_000);
  after(removeFolders);

  const runs = new Map<string, CollectedResource[]>();
  /** Each program runs once. */
  async function withCache(cache: Config, nodes: "managed" | "karpenter" = "managed"): Promise<CollectedResource[]> {
    const text = stackText({ ...VALUES, cluster: { ...(VALUES["cluster"] as Config), nodes }, cache });
    const made =
      runs.get(text) ??
      (await onDay(TODAY, () => collect(loadStack(folderWith({ "Pulumi.test.yaml": text }), "test").file)));
    runs.set(text, made);
    return made;
  }

  const CACHES: Record<string, Config> = {
    efs: { kind: "efs" },
    "fsx-lustre": { kind: "fsx-lustre" },
    "s3, mounted": { kind: "s3", bucket: "llm-cache" },
    "s3, streamed": { kind: "s3", bucket: "llm-cache", read: "stream" },
    node: { kind: "node", budgetGiB: 200 },
  };

  for (const [name, cache] of Object.entries(CACHES)) {
    it(`breaks no policy of production: ${name}`, async () => {
      const judged = (await withCache(cache)).map(({ inputs, ...resource }) => ({ ...resource, props: inputs }));
      assert.deepEqual(await runPolicies(judged, undefined, readPolicyConfig("policies/config/prod.json")), []);
    });
  }

  it("makes what is in the cluster once its storage and permissions are there", async () => {
    for (const [cache, needed] of [
      [CACHES["efs"]!, ["cache-0", "cache-1", "cache-2"]],
      [CACHES["fsx-lustre"]!, ["cache"]],
      [CACHES["s3, streamed"]!, ["s3-test-cache", "s3-chat-r1"]],
    ] as const) {
      const resources = await withCache(cache);
      const { dependencies } = resources.find(
        ({ name, type }) => name === "cluster" && type === "pulumi:providers:kubernetes",
      )!;
      const names = dependencies!.map((urn) => urn.split("::").at(-1)!);
      for (const one of needed) assert.ok(names.includes(one), `${one} of ${names.join()}`);
    }
  });

  it("has the folder for weights made on GPU nodes of either kind", async () => {
    const managed = await withCache(CACHES["node"]!);
    const template = managed.find(
      ({ name, type }) => name === "cluster-inference-l4" && type.includes("launchTemplate"),
    )!;
    const text = Buffer.from(template.inputs["userData"] as string, "base64").toString();
    assert.match(text, /--mode=0770 \/mnt\/k8s-disks\/0\/pulumi-vllm/);
    const karpenter = await withCache(CACHES["node"]!, "karpenter");
    const nodeClass = karpenter.find(({ name }) => name === "nodes-inference-l4-class")!;
    assert.match((nodeClass.inputs["spec"] as { userData: string }).userData, /0770 \/mnt\/k8s-disks\/0\/pulumi-vllm/);
  });
});
