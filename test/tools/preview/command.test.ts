import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { parse, stringify } from "yaml";

import { ContractError, formatProblem } from "../../../components/config/problems.js";
import { BadInput } from "../../../tools/failure.js";
import { PolicyConfigError } from "../../../tools/policyConfig.js";
import { preview, type PreviewOptions } from "../../../tools/preview/command.js";
import type { StackDiff } from "../../../tools/preview/diff.js";
import type { StackReport } from "../../../tools/preview/report.js";
import { clusterValues, onDay, TODAY } from "../../cluster/fixtures.js";
import { type Config, merged } from "../../serving/fixtures.js";
import { projectCopy, removeFolders } from "../folders.js";

interface Printed {
  stacks: StackReport[];
  diffs?: StackDiff[];
}

/** Runs the command; the text has no colours. */
async function run(folder: string, stacks: string[], options: Partial<PreviewOptions> = {}) {
  const { text, exitCode } = await preview(folder, stacks, { format: "text", ...options });
  return { text: stripVTControlCharacters(text), exitCode };
}

/** Runs the command with `--json`. */
async function printed(folder: string, stacks: string[], options: Partial<PreviewOptions> = {}): Promise<Printed> {
  return JSON.parse((await run(folder, stacks, { format: "json", ...options })).text) as Printed;
}

/** Changes values of a stack file of a folder. */
function change(folder: string, stack: string, changes: Config): void {
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const { config } = parse(readFileSync(file, "utf8")) as { config: Config };
  writeFileSync(file, stringify({ config: merged(config, changes) }));
}

const release = (changes: Config): Config => ({ "vllm:models": { chat: { releases: { r1: changes } } } });
const REMOTE_CODE = release({ flags: { "trust-remote-code": { value: true, reason: "a test" } } });

/** Sets the levels of a stack's policies. */
function levels(folder: string, stack: string, config: object): void {
  writeFileSync(join(folder, "policies", "config", `${stack}.json`), JSON.stringify(config));
}

/** What the command refuses, a line each. */
async function refused(folder: string, stacks: string[], options: Partial<PreviewOptions> = {}): Promise<string[]> {
  try {
    await run(folder, stacks, options);
  } catch (thrown) {
    assert.ok(
      thrown instanceof ContractError || thrown instanceof PolicyConfigError || thrown instanceof BadInput,
      String(thrown),
    );
    return thrown.problems.map(formatProblem);
  }
  return [];
}

describe("preview, in this process", () => {
  after(removeFolders);

  it("ends with 0 and the stack's text where no mandatory rule is broken", async () => {
    const { text, exitCode } = await run(projectCopy(), ["staging"]);
    assert.equal(exitCode, 0);
    const lines = text.split("\n");
    assert.equal(lines[0], "Stack staging");
    assert.match(lines[1]!, /^Offline preview: /);
    assert.equal(lines.at(-1), "Policies: none broken (policies/config/staging.json)");
  });

  it("ends with 1 and says why where a mandatory rule is broken", async () => {
    const folder = projectCopy();
    change(folder, "staging", REMOTE_CODE);
    const { text, exitCode } = await run(folder, ["staging"]);
    assert.equal(exitCode, 1);
    const lines = text.split("\n");
    const title = "Policies: 1 mandatory and 0 advisory violations (policies/config/staging.json)";
    assert.deepEqual(lines.slice(-3, -1), [title, "  mandatory no-remote-code chat-r1"]);
    assert.equal((await run(folder, ["staging"], { format: "json" })).exitCode, 1);
  });

  it("prints the report as JSON, without differences unless asked", async () => {
    const { stacks, diffs, ...others } = await printed(projectCopy(), ["staging"]);
    assert.deepEqual([diffs, others], [undefined, { version: 1 }]);
    const [{ stack, version, violations, policyConfig, releases }] = stacks as [StackReport];
    assert.deepEqual([stacks.length, stack, version, violations], [1, "staging", 1, []]);
    assert.equal(policyConfig, "policies/config/staging.json");
    assert.deepEqual(
      releases.map(({ model, release }) => `${model}-${release}`),
      ["chat-r1", "chat-small-r1", "embed-r1", "trial-r1"],
    );
  });
});

describe("preview of several stacks", () => {
  after(removeFolders);

  it("shows each in the order of the call, two lines apart", async () => {
    const folder = projectCopy();
    const [staging, prod] = [await run(folder, ["staging"]), await run(folder, ["prod"])];
    const both = await run(folder, ["staging", "prod"]);
    assert.equal(both.text, `${staging.text}\n\n\n${prod.text}`);
    assert.equal(both.exitCode, 0);
    const { stacks } = await printed(folder, ["prod", "staging"]);
    assert.deepEqual(
      stacks.map(({ stack }) => stack),
      ["prod", "staging"],
    );
  });

  it("ends with 1 where one of them is refused, whichever it is", async () => {
    const folder = projectCopy();
    change(folder, "staging", REMOTE_CODE);
    for (const stacks of [
      ["staging", "prod"],
      ["prod", "staging"],
    ]) {
      assert.equal((await run(folder, stacks)).exitCode, 1, stacks.join());
    }
    assert.equal((await run(folder, ["prod"])).exitCode, 0);
  });

  it("refuses all of them with every problem of each", async () => {
    const folder = projectCopy();
    change(folder, "prod", { "vllm:namespace": "P" });
    assert.deepEqual(await refused(folder, ["prod", "staging", "stagng"]), [
      'prod: vllm:namespace: "P" is not a Kubernetes name: use lower-case letters, digits and dashes',
      'stagng: Pulumi.stagng.yaml: there is no stack "stagng": use prod or staging; did you mean staging?',
    ]);
  });
});

describe("preview's levels", () => {
  after(removeFolders);

  it("are those of the stack's own file, not of another stack's", async () => {
    const folder = projectCopy();
    for (const stack of ["staging", "prod"]) change(folder, stack, REMOTE_CODE);
    levels(folder, "staging", { "no-remote-code": "advisory" });
    const staging = await run(folder, ["staging"]);
    assert.equal(staging.exitCode, 0);
    assert.match(staging.text, /^ {2}advisory no-remote-code chat-r1$/m);
    const { stacks } = await printed(folder, ["staging", "prod"]);
    assert.deepEqual(
      stacks.map(({ policyConfig, violations }) => [policyConfig, violations.map(({ rule, level }) => [rule, level])]),
      [
        ["policies/config/staging.json", [["no-remote-code", "advisory"]]],
        ["policies/config/prod.json", [["no-remote-code", "mandatory"]]],
      ],
    );
  });

  it("are each rule's own where the stack has no file", async () => {
    const folder = projectCopy();
    rmSync(join(folder, "policies", "config", "staging.json"));
    const { text, exitCode } = await run(folder, ["staging"]);
    assert.match(text, /\(each rule's own levels\)$/m);
    assert.equal(exitCode, 0);
    const [report] = (await printed(folder, ["staging"])).stacks;
    assert.ok(!("policyConfig" in report!));
  });

  it("can turn a rule off", async () => {
    const folder = projectCopy();
    change(folder, "staging", REMOTE_CODE);
    levels(folder, "staging", { "no-remote-code": "disabled" });
    const [report] = (await printed(folder, ["staging"])).stacks;
    assert.deepEqual(report!.violations, []);
  });

  it("are refused where no rule has the name, before anything is run", async () => {
    const folder = projectCopy();
    levels(folder, "staging", { "no-remote-cod": "advisory" });
    assert.deepEqual(await refused(folder, ["prod", "staging"]), [
      `${join(folder, "policies", "config", "staging.json")}: no-remote-cod: no rule has this name; did you mean no-remote-code?`,
    ]);
  });
});

describe("preview with an earlier report", () => {
  after(removeFolders);

  /** A project with the report of its stacks in `base.json`. */
  async function withBase(...stacks: string[]): Promise<{ folder: string; diff: string }> {
    const folder = projectCopy();
    const diff = join(folder, "base.json");
    writeFileSync(diff, (await run(folder, stacks, { format: "json" })).text);
    return { folder, diff };
  }

  it("finds no difference where there is none", async () => {
    const { folder, diff } = await withBase("staging");
    const { text, exitCode } = await run(folder, ["staging"], { diff });
    assert.equal(exitCode, 0);
    const [title, nothing, cost, after] = text.split("\n");
    assert.deepEqual([title, nothing, after], ["Change of stack staging", "  no resource differs", ""]);
    assert.match(cost!, /^ {2}models an hour: (\S+) → \1 \(±\$0\.00 at the least, ±\$0\.00 at the most\)$/);
  });

  it("shows what differs above the stack, and has it in the JSON", async () => {
    const { folder, diff } = await withBase("staging");
    change(folder, "staging", release({ context: 4096 }));
    const { text } = await run(folder, ["staging"], { diff });
    const difference = text.slice(text.indexOf("Change of stack staging")).split("\n");
    assert.equal(difference[1], "  ~ Deployment chat-r1");
    assert.deepEqual(difference.slice(2, 4), [
      '      spec.template.spec.containers[0].args: "--max-model-len=8192" → nothing',
      '      spec.template.spec.containers[0].args: nothing → "--max-model-len=4096"',
    ]);
    assert.equal(difference[4], "  ~ PrometheusRule observability-chat.contract: 2 differences in its rules");
    assert.match(difference[5]!, /^ {2}contract chat-r1: [0-9a-f]{16} → [0-9a-f]{16}$/);
    const { diffs } = await printed(folder, ["staging"], { diff });
    assert.deepEqual(
      diffs!.map(({ stack, added, removed, changed }) => [stack, added, removed, changed.map(({ name }) => name)]),
      [["staging", [], [], ["observability-chat.contract", "chat-r1"]]],
    );
  });

  it("compares each stack with itself, and a new one with nothing", async () => {
    const { folder, diff } = await withBase("prod");
    const { stacks, diffs } = await printed(folder, ["staging", "prod"], { diff });
    assert.deepEqual(
      diffs!.map(({ stack, added, removed, changed }) => [stack, added.length, removed.length, changed.length]),
      [
        ["staging", stacks[0]!.resources.length, 0, 0],
        ["prod", 0, 0, 0],
      ],
    );
    assert.deepEqual(diffs![0]!.hourlyUsd, { before: { minUsd: 0, maxUsd: 0 }, after: stacks[0]!.hourlyUsd });
  });

  it("still ends with 1 where a mandatory rule is broken", async () => {
    const { folder, diff } = await withBase("staging");
    change(folder, "staging", REMOTE_CODE);
    assert.equal((await run(folder, ["staging"], { diff })).exitCode, 1);
  });

  it("refuses the report of another stack, against which everything would be new", async () => {
    const { folder, diff } = await withBase("prod");
    assert.deepEqual(await refused(folder, ["staging"], { diff }), [
      `${diff}: is of prod, and the preview is of staging: give what --json printed of the same stack`,
    ]);
  });

  it("refuses a file that is none", async () => {
    const folder = projectCopy();
    const diff = join(folder, "Pulumi.staging.yaml");
    const [problem, ...others] = await refused(folder, ["staging"], { diff });
    assert.deepEqual(others, []);
    assert.ok(
      problem!.startsWith(`${diff}: cannot be read: `) && problem!.endsWith("; give a file that --json has written"),
    );
  });
});

describe("preview of a stack that builds its cluster", () => {
  after(removeFolders);

  it("shows and prices the cluster, which breaks no rule", async () => {
    const folder = projectCopy();
    change(folder, "staging", {
      "vllm:cluster": { existing: undefined, ...clusterValues({ gpuNodes: { "inference-l4": { max: 6 } } }) },
    });
    const { text, exitCode } = await onDay(TODAY, () => run(folder, ["staging"]));
    assert.equal(exitCode, 0);
    assert.match(text, /^├─ GpuCluster cluster$/m);
    assert.match(
      text,
      /^│ {2}├─ eks Cluster cluster\n│ {2}│ {2}@pulumi\/eks 4\.3\.0 makes here:\n│ {2}│ {5}aws eks Cluster cluster-eksCluster$/m,
    );
    assert.match(text, /^nodes inference-l4 {4}0–6 {2}\$0\.00–\$5\.93$/m);
    // 0.667 and 14.882: the control plane, three gateways, three to five system nodes, none or six of each GPU group.
    assert.match(text, /^Whole cluster: \$0\.67–\$14\.88 an hour, \$487–\$10,864 a month$/m);
    assert.match(text, /^Policies: none broken \(policies\/config\/staging\.json\)$/m);
  });

  it("warns of a version whose support ends, and ends with 0", async () => {
    const folder = projectCopy();
    change(folder, "staging", {
      "vllm:cluster": {
        existing: undefined,
        ...clusterValues({
          kubernetesVersion: "1.34",
          amiRelease: "1.34.9-20260714",
          gpuNodes: { "inference-l4": { max: 6 } },
        }),
      },
    });
    const { text, exitCode } = await onDay(TODAY, () => run(folder, ["staging"]));
    assert.equal(exitCode, 0);
    assert.match(
      text,
      /^ {2}vllm:cluster\.kubernetesVersion: EKS ends the support of 1\.34 on 2026-12-02, in 11 days: move to 1\.35 or 1\.36$/m,
    );
  });
});
