import assert from "node:assert/strict";
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
  this.timeout(120_000);
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

  it("updates one node group when one line of it changes", () => {
    const gpuNodes = { ...BUILT_CLUSTER.gpuNodes, "batch-l4": { ...BUILT_CLUSTER.gpuNodes["batch-l4"], max: 8 } };
    project.configure("vllm:cluster", { ...BUILT_CLUSTER, gpuNodes });
    const changes = steps(project.pulumi("preview", "--json"));
    // A stand-in's preview does not know the group's autoscaling group, which AWS' provider does: its tags seem to change.
    assert.deepEqual(
      changes.filter((step) => !step.startsWith("update Tag cluster-batch-l4-")),
      ["update NodeGroup cluster-batch-l4"],
    );
  });

  it("destroys all it made, the models before the add-ons and those before the cluster", () => {
    const { stdout } = succeeded(project.pulumi("destroy", "--yes", "--skip-preview"));
    const gone = (line: RegExp): number =>
      stdout.split("\n").findIndex((text) => line.test(text) && /deleted/.test(text));
    const order = [
      /ScaledObject chat-r1 /,
      /Release platform-keda /,
      /NodeGroup cluster-system /,
      /eks:Cluster cluster /,
    ];
    const places = order.map(gone);
    assert.ok(!places.includes(-1), stdout);
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
    const state = succeeded(project.pulumi("stack", "export"));
    assert.equal(
      (JSON.parse(state.stdout) as { deployment: { resources?: object[] } }).deployment.resources,
      undefined,
    );
  });
});

describe("the program on Pulumi's real engine", function () {
  this.timeout(120_000);
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
