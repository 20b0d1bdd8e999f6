/** An existing stack's next `up` replaces and restarts nothing that need not: state made by an earlier version, then this one's. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EngineProject, hasPulumi, type Result } from "./project.js";

const ROOT = resolve(__dirname, "../..");
/** The version before the code was cut into rooms. */
const BEFORE = "d17b592";

/** An earlier version's code in a folder of its own; `undefined` where the history is not there, as in a shallow clone. */
function checkout(commit: string): string | undefined {
  if (spawnSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: ROOT }).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-before-"));
  const archive = spawnSync("git", ["archive", commit, "components", "stacks", "policies", "package.json"], {
    cwd: ROOT,
    maxBuffer: 64 * 2 ** 20,
  });
  assert.equal(archive.status, 0, archive.stderr.toString());
  assert.equal(spawnSync("tar", ["-x"], { cwd: folder, input: archive.stdout }).status, 0);
  // The code is CommonJS by its own package.json, and finds its packages from where it really is.
  assert.equal(spawnSync("ln", ["-s", join(ROOT, "node_modules"), join(folder, "node_modules")]).status, 0);
  return folder;
}

interface State {
  inputs: { spec?: { template?: object } };
}

interface Step {
  op: string;
  urn: string;
  oldState?: State;
  newState?: State;
}

function templateOf(state: State | undefined): object {
  const template = state?.inputs.spec?.template;
  assert.ok(template !== undefined);
  return template;
}

function stepsOf(preview: Result): Step[] {
  assert.equal(preview.status, 0, `${preview.stdout}\n${preview.stderr}`);
  return (JSON.parse(preview.stdout) as { steps: Step[] }).steps.filter(({ op }) => op !== "same");
}

const nameOf = ({ urn }: Step): string => {
  const [type, name] = urn.split("::").slice(2);
  return `${type!.split(/[$:]/).at(-1)} ${name}`;
};

describe("a stack of an earlier version on Pulumi's real engine", function () {
  this.timeout(240_000);
  let project: EngineProject | undefined;
  let earlier: string | undefined;

  before(function () {
    if (!hasPulumi()) {
      console.log("    skipped: no pulumi CLI on the PATH");
      this.skip();
    }
    earlier = checkout(BEFORE);
    if (earlier === undefined) {
      console.log(`    skipped: commit ${BEFORE} is not in this clone`);
      this.skip();
    }
  });

  afterEach(() => project?.remove());
  after(() => earlier !== undefined && rmSync(earlier, { recursive: true, force: true }));

  for (const stack of ["staging", "prod"]) {
    it(`of ${stack} keeps every resource, and its pods run on`, () => {
      project = new EngineProject(stack);
      project.use(earlier!);
      const up = (...args: string[]): void => {
        const { status, stdout, stderr } = project!.pulumi("up", "--yes", "--skip-preview", ...args);
        assert.equal(status, 0, `${stdout}\n${stderr}`);
      };
      assert.equal(project.pulumi("stack", "init", stack).status, 0);
      up();
      project.use(ROOT);
      const steps = stepsOf(project.pulumi("preview", "--json", "--diff"));
      const touched = steps.map((step) => `${step.op} ${nameOf(step)}`);
      assert.deepEqual(
        steps.filter(({ op }) => op !== "update").map((step) => `${step.op} ${nameOf(step)}`),
        [],
        touched.join("\n"),
      );
      const deployments = steps.filter((step) => nameOf(step).startsWith("Deployment "));
      assert.ok(deployments.length > 0, touched.join("\n"));
      // What is outside of the pods' template, as the contract's text is, restarts none of them.
      for (const step of deployments)
        assert.deepEqual(templateOf(step.newState), templateOf(step.oldState), nameOf(step));
      up();
      up("--expect-no-changes");
    });
  }

  it("of a cluster that it builds has another control plane, and everything else as it was", () => {
    project = new EngineProject("prod");
    project.use(earlier!);
    project.configure("vllm:cluster", {
      name: "llm-prod",
      kubernetesVersion: "1.36",
      network: { cidr: "10.40.0.0/16", interfaceEndpoints: ["ecr.api"] },
      publicEndpoint: { cidrs: ["203.0.113.0/24"] },
      access: { oncall: { principalArn: "arn:aws:iam::123456789012:role/oncall" } },
      gpuNodes: {
        "inference-l40s": { purpose: "inference", gpu: "l40s", instanceTypes: ["g6e.2xlarge"], min: 2, max: 8 },
        "inference-l4": { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], min: 4, max: 10 },
        "batch-l4": {
          ...{ purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge", "g6.4xlarge"], capacity: "spot", max: 6 },
        },
      },
    });
    assert.equal(project.pulumi("stack", "init", "prod").status, 0);
    const up = project.pulumi("up", "--yes", "--skip-preview");
    assert.equal(up.status, 0, `${up.stdout}\n${up.stderr}`);
    project.use(ROOT);
    const steps = stepsOf(project.pulumi("preview", "--json"));
    const named = (op: string): string[] =>
      steps.filter((step) => step.op === op && !nameOf(step).startsWith("Tag ")).map(nameOf);
    assert.deepEqual(named("replace"), []);
    assert.deepEqual(named("delete").sort(), [
      "Cluster cluster",
      "RolePolicyAttachment cluster-aws-ebs-csi-driver-AmazonEBSCSIDriverPolicy",
    ]);
    assert.deepEqual(named("create").sort(), [
      "Addon cluster-eks-node-monitoring-agent",
      "Cluster cluster",
      "Cluster cluster-eksCluster",
      "ManagedAddon cluster-eks-node-monitoring-agent",
      // Of add-ons, since that version.
      ...[
        "keda-api-server",
        "keda-neighbours",
        "prometheus-api-server",
        "prometheus-neighbours",
        "prometheus-readers",
      ].map((name) => `NetworkPolicy platform-${name}`),
      "RolePolicyAttachment cluster-aws-ebs-csi-driver-AmazonEBSCSIDriverPolicyV2",
      "kubernetes cluster-eks-k8s",
    ]);
  });
});
