import assert from "node:assert/strict";

import { rules } from "../../policies/rules/index.js";
import { type NotJudged, type PolicyInput, runPolicies } from "../../tools/policyRunner.js";
import { guarded } from "../../tools/unknownValues.js";
import { COMMIT, deployment, type Json, networkPolicy, resource } from "./fixtures.js";

/** Stand for a text, a list and a map that are not known yet. */
const LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const LATER_LIST = "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2";
const LATER_MAP = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";

const args = (...words: string[]) => deployment({ container: { args: words } });
const release = (repo: string) =>
  resource("kubernetes:helm.sh/v3:Release", "r", { chart: "vllm", repositoryOpts: { repo } });

/** A runtime whose pods' labels are not known yet, with changes of its pods. */
function withLaterLabels(pod: { [key: string]: boolean }): PolicyInput {
  const { template } = deployment({ pod }).props["spec"] as { template: { spec: Json } };
  return deployment({ spec: { template: { metadata: { labels: LATER_MAP }, spec: template.spec } } });
}

const LD_PRELOAD = { name: "LD_PRELOAD", value: "/x.so" };

/** A runtime behind a sidecar of which nothing is known yet. */
function besideLaterImage(...extraArgs: string[]): PolicyInput {
  const { template } = deployment({ extraArgs }).props["spec"] as { template: { spec: { containers: Json[] } } };
  return deployment({ pod: { containers: [{ name: "sidecar", image: LATER }, ...template.spec.containers] } });
}

/** What a rule says of a resource, though a value beside the fault is not known yet. */
const JUDGED: ReadonlyArray<[rule: string, resources: PolicyInput[], message: RegExp]> = [
  ["model-revision", [args("--model", LATER, "--revision=main")], /--revision "main" can move/],
  ["no-remote-code", [deployment({ container: { env: LATER_LIST }, extraArgs: ["--trust-remote-code"] })], /remove it/],
  ["gpu-placement", [deployment({ pod: { nodeSelector: { pool: LATER }, tolerations: [] } })], /nvidia\.com\/gpu/],
  [
    "interactive-off-spot",
    [deployment({ pod: { nodeSelector: { pool: LATER, "karpenter.sh/capacity-type": "spot" } } })],
    /capacity-type=spot/,
  ],
  [
    "memory-request-equals-limit",
    [deployment({ container: { resources: { requests: { memory: LATER }, limits: { "nvidia.com/gpu": 1 } } } })],
    /no resources\.limits\.memory/,
  ],
  ["service-links-off", [withLaterLabels({ enableServiceLinks: true })], /enableServiceLinks/],
  ["helm-chart-version", [release(LATER)], /has no version/],
  [
    "no-injected-code",
    [
      deployment({
        container: { command: ["sh", "-c", "LD_PRELOAD=/x.so vllm serve Qwen/Qwen3-8B"], env: LATER_LIST },
      }),
    ],
    /LD_PRELOAD/,
  ],
  [
    "no-injected-code",
    [deployment({ container: { env: [{ name: "PYTHONPATH", value: LATER }, LD_PRELOAD] } })],
    /LD_PRELOAD/,
  ],
  ["engine-closed", [besideLaterImage("--allowed-local-media-path=/")], /allowed-local-media-path/],
  [
    "network-policy",
    [deployment(), networkPolicy({ ingress: [{ from: LATER_LIST }, {}] })],
    /ingress rule that admits everyone/,
  ],
];

/** Arguments of which one is not known yet and may be the flag that a rule looks for. */
const NOT_JUDGED: ReadonlyArray<[rule: string, resource: PolicyInput]> = [
  ["model-revision", args("Qwen/Qwen3-8B", "--max-model-len=8192", LATER)],
  ["limits-stated", args("Qwen/Qwen3-8B", LATER)],
  ["grace-exceeds-drain", args("Qwen/Qwen3-8B", LATER)],
];

/** Without the labels of a runtime, and without a startup probe. */
const started = (container: { [key: string]: Json }) =>
  deployment({
    labels: { "app.kubernetes.io/component": "x" },
    container: { args: undefined, startupProbe: undefined, ...container },
  });
/** Whether these are a server's depends on what is not known yet: image or devices allow it. */
const MAYBE_SERVERS: ReadonlyArray<[what: string, resource: PolicyInput]> = [
  ["a script", started({ command: ["sh", "-c", LATER] })],
  ["a script of an image of one's own", started({ image: "acme/engine:v1.2.3", command: ["bash", "-lc", LATER] })],
  ["a command", started({ command: LATER_LIST })],
];

async function judge(name: string, resources: readonly PolicyInput[]): Promise<{ found: string[]; notJudged: number }> {
  const notJudged: NotJudged[] = [];
  const known = resources.map((item) => ({ ...item, props: guarded(item.props) }));
  const rule = rules.filter((one) => one.name === name);
  const violations = await runPolicies(known, rule, {}, notJudged);
  return { found: violations.map(({ message }) => message), notJudged: notJudged.length };
}

describe("rules in a preview, with values that are not known yet", () => {
  for (const [rule, resources, message] of JUDGED) {
    it(`${rule} says what it needs no such value for`, async () => {
      const { found } = await judge(rule, resources);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", message);
    });
  }

  for (const [rule, resource] of NOT_JUDGED) {
    it(`${rule} misses no flag that an argument may be`, async () => {
      assert.deepEqual(await judge(rule, [resource]), { found: [], notJudged: 1 });
    });
  }

  for (const [what, resource] of MAYBE_SERVERS) {
    it(`probes-present says that it cannot judge ${what} that may start a server`, async () => {
      assert.deepEqual(await judge("probes-present", [resource]), { found: [], notJudged: 1 });
    });
  }

  it("arguments that are not known at all hide no fault of the pod, and miss no flag", async () => {
    const pod = started({ args: LATER_LIST });
    assert.equal((await judge("probes-present", [pod])).found.length, 1);
    assert.deepEqual(await judge("model-revision", [pod]), { found: [], notJudged: 1 });
    assert.deepEqual(await judge("limits-stated", [pod]), { found: [], notJudged: 1 });
  });

  it("a script of a website that is not known yet is nobody's business", async () => {
    const website = started({ image: "nginx:1.29.1", command: ["sh", "-c", LATER], resources: {} });
    assert.deepEqual(await judge("probes-present", [website]), { found: [], notJudged: 0 });
  });

  it("an argument that is not known yet is the model in first place, and a value behind a flag", async () => {
    const { found } = await judge("limits-stated", [args(LATER, "--served-model-name", LATER, `--revision=${COMMIT}`)]);
    assert.equal(found.length, 3);
  });
});
