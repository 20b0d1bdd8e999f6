import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineProject, hasPulumi, type Result, type StackModel } from "./project.js";

const POLICIES = ["--policy-pack", "policies", "--policy-pack-config", "policies/config/prod.json"];

function succeeded(result: Result): Result {
  assert.equal(result.status, 0, `${result.stdout}\n${result.stderr}`);
  return result;
}

/** What a preview would do, as `operation kind name`, without what stays the same. */
function steps(preview: Result): string[] {
  const { steps } = JSON.parse(succeeded(preview).stdout) as { steps: Array<{ op: string; urn: string }> };
  return steps
    .filter(({ op }) => op !== "same")
    .map(({ op, urn }) => {
      const [type, name] = urn.split("::").slice(2);
      return `${op} ${type!.split(/[$:]/).at(-1)} ${name}`;
    })
    .sort();
}

/** A model of the stack file, which has to be there. */
function chat(models: Record<string, StackModel>): StackModel {
  return models["chat"]!;
}

/** A cluster to build in place of the one that is there. */
const BUILT_CLUSTER = {
  name: "llm-prod",
  kubernetesVersion: "1.36",
  amiRelease: "1.36.2-20260714",
  deletionProtection: true,
  network: { cidr: "10.40.0.0/16", interfaceEndpoints: ["ecr.api"] },
  publicEndpoint: { cidrs: ["203.0.113.0/24"] },
  access: { oncall: { principalArn: "arn:aws:iam::123456789012:role/oncall" } },
  gpuNodes: {
    "inference-l40s": { purpose: "inference", gpu: "l40s", instanceTypes: ["g6e.2xlarge"], min: 2, max: 8 },
    "inference-l4": { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], min: 4, max: 10 },
    "batch-l4": { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge", "g6.4xlarge"], capacity: "spot", max: 6 },
  },
};

describe("a stack that builds its cluster, on Pulumi's real engine", function () {
  this.timeout(400_000);
  let project: EngineProject;

  before(function () {
    if (!hasPulumi()) this.skip();
    project = new EngineProject("prod");
    succeeded(project.pulumi("stack", "init", "prod"));
    project.configure("vllm:cluster", BUILT_CLUSTER);
  });

  after(() => project?.remove());

  it("comes up with the policies of production, and a second update changes nothing", () => {
    succeeded(project.pulumi("up", "--yes", "--skip-preview", ...POLICIES));
    succeeded(project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  /** Changes of the config, over what it was at first. */
  const change = (changes: object): void => project.configure("vllm:cluster", { ...BUILT_CLUSTER, ...changes });
  const withGroup = (name: keyof typeof BUILT_CLUSTER.gpuNodes, changes: object): object => ({
    gpuNodes: { ...BUILT_CLUSTER.gpuNodes, [name]: { ...BUILT_CLUSTER.gpuNodes[name], ...changes } },
  });
  // A stand-in's preview does not know a changed group's autoscaling group, which AWS' provider does: its tags seem to change.
  const changes = (): string[] =>
    steps(project.pulumi("preview", "--json")).filter((step) => !/^(update|replace) Tag /.test(step));
  const up = (): void => void succeeded(project.pulumi("up", "--yes", "--skip-preview"));

  it("updates one node group when one line of it changes", () => {
    change(withGroup("batch-l4", { max: 8 }));
    assert.deepEqual(changes(), ["update NodeGroup cluster-batch-l4"]);
    up();
  });

  it("raises min above the number of nodes, and sends AWS one that it takes", () => {
    change(withGroup("batch-l4", { min: 2, max: 8 }));
    assert.deepEqual(changes(), ["update NodeGroup cluster-batch-l4"]);
    up();
    succeeded(project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  it("keeps the number of nodes that the autoscaler has made, when max changes and when it does not", () => {
    project.aws(({ groups }) => {
      const [, batch] = Object.entries(groups).find(([name]) => name.includes("batch-l4"))!;
      batch.desired = 5;
    });
    change(withGroup("batch-l4", { min: 2, max: 8 }));
    succeeded(project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
    change(withGroup("batch-l4", { min: 2, max: 7 }));
    up();
    project.aws(({ groups }) => {
      const [, batch] = Object.entries(groups).find(([name]) => name.includes("batch-l4"))!;
      assert.deepEqual([batch.min, batch.max, batch.desired], [2, 7, 5]);
    });
    change({});
    up();
  });

  it("adds a zone beside the others, and replaces nothing", () => {
    change({ network: { ...BUILT_CLUSTER.network, additionalZones: ["us-east-1d"] } });
    const made = changes();
    assert.deepEqual(
      made.filter((step) => !step.startsWith("create ")),
      // An interface endpoint and S3's gateway serve the new zone, too.
      ["update NodeGroup cluster-system", "update VpcEndpoint cluster-ecr.api", "update VpcEndpoint cluster-s3"].filter(
        (step) => made.includes(step),
      ),
    );
    assert.ok(made.includes("create Subnet cluster-private-3"), made.join("\n"));
    change({});
  });

  it("replaces the group whose instance type changes, and nothing else", () => {
    change(withGroup("inference-l4", { instanceTypes: ["g6.4xlarge"] }));
    assert.deepEqual(changes(), ["replace NodeGroup cluster-inference-l4"]);
    change({});
  });

  it("moves control plane, add-ons and nodes to the next version in place, and refuses to leave one out", () => {
    change({ kubernetesVersion: "1.35", amiRelease: "1.35.6-20260714" });
    const { status, stdout, stderr } = project.pulumi("preview");
    assert.notEqual(status, 0);
    assert.match(stdout + stderr, /kubernetesVersion: the cluster runs 1\.36, and EKS does not go back to 1\.35/);
    project.aws(({ clusters }) => (clusters["llm-prod"] = { version: "1.34" }));
    change({});
    const refused = project.pulumi("preview");
    assert.notEqual(refused.status, 0);
    assert.match(
      refused.stdout + refused.stderr,
      /the cluster runs 1\.34, and EKS goes one minor version at a time: use 1\.35/,
    );
    project.aws(({ clusters }) => (clusters["llm-prod"] = { version: "1.36" }));
    succeeded(project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  it("is destroyed only once its protection is off, and loses nothing before", () => {
    const before = project.pulumi("stack", "export").stdout;
    const { status, stdout, stderr } = project.pulumi("destroy", "--yes");
    assert.notEqual(status, 0);
    assert.match(stdout + stderr, /cannot be deleted\s+because it is protected/);
    const urns = (text: string): string[] =>
      (JSON.parse(text) as { deployment: { resources: { urn: string }[] } }).deployment.resources
        .map(({ urn }) => urn)
        .sort();
    assert.deepEqual(urns(project.pulumi("stack", "export").stdout), urns(before));
    change({ deletionProtection: false });
    up();
  });

  it("destroys all it made, the models before the add-ons and those before the cluster", () => {
    const { stdout } = succeeded(project.pulumi("destroy", "--yes", "--skip-preview"));
    const gone = (line: RegExp): number =>
      stdout.split("\n").findIndex((text) => line.test(text) && /deleted/.test(text));
    const order = [
      /ScaledObject chat-r1 /,
      /Release platform-keda /,
      /NodeGroup cluster-system /,
      /eks:Cluster cluster-eksCluster /,
      // EKS needs its role's rights to take its network interfaces away.
      /RolePolicyAttachment cluster-control-plane-AmazonEKSClusterPolicy /,
    ];
    const places = order.map(gone);
    assert.ok(!places.includes(-1), stdout);
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
    const logs = gone(/LogGroup cluster /);
    assert.ok(logs > places[3]!, stdout);
    const state = succeeded(project.pulumi("stack", "export"));
    assert.equal(
      (JSON.parse(state.stdout) as { deployment: { resources?: object[] } }).deployment.resources,
      undefined,
    );
  });

  it("is not made by somebody whom access lists: EKS takes no second entry for the creator", () => {
    change({ access: { ci: { principalArn: "arn:aws:iam::123456789012:role/ci/deployer", policy: "cluster-admin" } } });
    const { status, stdout, stderr } = project.pulumi("preview");
    assert.notEqual(status, 0);
    assert.match(stdout + stderr, /access\.ci\.principalArn: .* is who creates the cluster/);
    assert.doesNotMatch(stdout + stderr, /^\s+at .+:\d+:\d+/m);
  });
});

describe("a stack whose nodes Karpenter makes, on Pulumi's real engine", function () {
  this.timeout(400_000);
  let project: EngineProject;

  before(function () {
    if (!hasPulumi()) this.skip();
    project = new EngineProject("prod");
    succeeded(project.pulumi("stack", "init", "prod"));
    const gpuNodes = Object.fromEntries(
      Object.entries(BUILT_CLUSTER.gpuNodes).map(([name, group]) => [name, { ...group, min: 0 }]),
    );
    project.configure("vllm:cluster", { ...BUILT_CLUSTER, deletionProtection: false, nodes: "karpenter", gpuNodes });
  });

  after(() => project?.remove());

  it("comes up with the policies of production, and a second update changes nothing", () => {
    // Its clusters of these tests are not protected, so that they can go.
    const levels = join(project.folder, "levels.json");
    const prod = JSON.parse(readFileSync("policies/config/prod.json", "utf8")) as object;
    writeFileSync(levels, JSON.stringify({ ...prod, "cluster-deletion-protection": "disabled" }));
    const policies = ["--policy-pack", "policies", "--policy-pack-config", levels];
    succeeded(project.pulumi("up", "--yes", "--skip-preview", ...policies));
    succeeded(project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  it("takes models, pools, Karpenter and the cluster away in this order", () => {
    const { stdout } = succeeded(project.pulumi("destroy", "--yes", "--skip-preview"));
    const gone = (line: RegExp): number =>
      stdout.split("\n").findIndex((text) => line.test(text) && /deleted/.test(text));
    const places = [
      /Deployment chat-r1 /,
      /karpenter\.sh\/v1:NodePool nodes-inference-l4 /,
      /EC2NodeClass nodes-inference-l4-class /,
      /Release platform-karpenter /,
      /eks:Cluster cluster-eksCluster /,
    ].map(gone);
    assert.ok(!places.includes(-1), stdout);
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
  });
});

describe("the program on Pulumi's real engine", function () {
  this.timeout(400_000);
  let project: EngineProject;

  before(function () {
    if (!hasPulumi()) {
      console.log("    skipped: no pulumi CLI on the PATH");
      this.skip();
    }
    project = new EngineProject("prod");
    succeeded(project.pulumi("stack", "init", "prod"));
  });

  after(() => project?.remove());

  it("passes the policy pack with production's levels", () => {
    const { stdout } = succeeded(project.pulumi("preview", ...POLICIES));
    assert.match(stdout, /✅ pulumi-vllm@/);
  });

  it("comes up, and a second update changes nothing", () => {
    succeeded(project.pulumi("up", "--yes", "--skip-preview"));
    succeeded(project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  it("says in its outputs what is live", () => {
    const { stdout } = succeeded(project.pulumi("stack", "output", "models", "--json"));
    const live = JSON.parse(stdout) as Record<string, Record<string, string>>;
    assert.deepEqual(Object.keys(live).sort(), ["chat", "chat-small", "embed", "trial"]);
    assert.equal(live["chat"]!["release"], "r1");
    assert.equal(live["chat"]!["revision"], "b968826d9c46dd6066d109eabc6255188de91218");
    assert.equal(live["chat"]!["url"], "http://chat.vllm.svc:8000");
  });

  it("keeps API keys encrypted in the state", () => {
    const { stdout } = succeeded(project.pulumi("stack", "export"));
    const { deployment } = JSON.parse(stdout) as {
      deployment: { resources: Array<{ type: string; outputs?: { result?: object; stringData?: object } }> };
    };
    const passwords = deployment.resources.filter(({ type }) => type.endsWith(":RandomPassword"));
    assert.equal(passwords.length, 4);
    for (const { outputs } of passwords) assert.ok("ciphertext" in outputs!.result!);
    for (const { outputs } of deployment.resources.filter(({ type }) => type === "kubernetes:core/v1:Secret")) {
      assert.ok("ciphertext" in outputs!.stringData!);
    }
  });

  it("updates one Deployment when one line of a release changes", () => {
    project.edit((models) => {
      chat(models).releases["r1"]!.context = 16384;
    });
    assert.deepEqual(steps(project.pulumi("preview", "--json")), ["update Deployment chat-r1"]);
    project.edit((models) => {
      chat(models).releases["r1"]!.context = 32768;
    });
  });

  it("adds a release beside the old one and moves the route, and moves only the route to go back", () => {
    project.edit((models) => {
      const { releases, route } = chat(models);
      releases["r2"] = { ...structuredClone(releases["r1"]!), context: 16384 };
      route.stable = "r2";
    });
    assert.deepEqual(steps(project.pulumi("preview", "--json")), [
      "create Deployment chat-r2",
      "create NetworkPolicy chat-r2",
      "create PodDisruptionBudget chat-r2",
      "create PodMonitor chat-r2",
      "create PrometheusRule chat-r2",
      "create ScaledObject chat-r2",
      "create Service chat-r2",
      "create ServiceAccount chat-r2",
      "create VllmRuntime chat-r2",
      "update Service chat",
    ]);
    succeeded(project.pulumi("up", "--yes", "--skip-preview"));
    project.edit((models) => {
      chat(models).route.stable = "r1";
    });
    assert.deepEqual(steps(project.pulumi("preview", "--json")), ["update Service chat"]);
  });

  it("reads a model's shape from a file beside the stack's, wherever the program's own file is", () => {
    const before = readFileSync(project.stackFile, "utf8");
    writeFileSync(join(project.folder, "mine.json"), readFileSync("tools/models/configs/Qwen--Qwen3-8B.json"));
    project.edit((models) => {
      Object.assign(chat(models).releases["r1"]!.model, { id: "acme/mine", architecture: "mine.json" });
    });
    succeeded(project.pulumi("preview"));
    writeFileSync(project.stackFile, before);
  });

  it("refuses what a policy forbids", () => {
    project.edit((models) => {
      chat(models).releases["r1"]!.flags!["trust-remote-code"] = { value: true, reason: "a model with code" };
    });
    const { status, stdout } = project.pulumi("preview", ...POLICIES);
    assert.notEqual(status, 0);
    assert.match(stdout, /\[mandatory\] +\[severity: critical\] +no-remote-code/);
  });

  it("names every problem of the config at once, without a stack trace", () => {
    project.edit((models) => {
      const { releases, route } = chat(models);
      route.stable = "r9";
      releases["r1"]!.image = "vllm/vllm-openai:latest";
    });
    const { status, stdout, stderr } = project.pulumi("preview");
    assert.notEqual(status, 0);
    assert.match(stdout + stderr, /vllm:models\.chat\.route\.stable: there is no release "r9": use r1 or r2/);
    assert.match(stdout + stderr, /vllm:models\.chat\.releases\.r1\.image: "vllm\/vllm-openai:latest" is not pinned/);
    assert.doesNotMatch(stdout + stderr, /^\s+at .+:\d+:\d+/m);
  });

  it("destroys all it made", () => {
    succeeded(project.pulumi("destroy", "--yes", "--skip-preview"));
    const { stdout } = succeeded(project.pulumi("stack", "export"));
    assert.equal((JSON.parse(stdout) as { deployment: { resources?: object[] } }).deployment.resources, undefined);
  });
});
