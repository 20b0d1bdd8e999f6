import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import type { StackReport } from "../../tools/preview/report.js";
import type { StackDiff } from "../../tools/preview/diff.js";
import { kebab } from "../names.js";
import { type Config, merged } from "../serving/fixtures.js";
import { type Ended, run } from "./commandLine.js";
import { folderWith, PROJECT, projectCopy, removeFolders } from "./folders.js";

const ANSI = "\u001b[";

/** Changes the values of a stack file of a folder. */
function change(folder: string, stack: string, changes: Config): void {
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const { config } = parse(readFileSync(file, "utf8")) as { config: Config };
  writeFileSync(file, stringify({ config: merged(config, changes) }));
}

const release = (changes: Config): Config => ({ "vllm:models": { chat: { releases: { r1: changes } } } });

/** That it failed for what the user gave: with code 2, a message, and no trace of the code. */
function refused({ exitCode, stdout, stderr }: Ended): string {
  assert.equal(exitCode, 2, stderr);
  assert.equal(stdout, "");
  assert.doesNotMatch(stderr, /^\s+at |node:internal|\.ts:\d/m);
  return stderr;
}

describe("the command line", function () {
  this.timeout(60_000);
  after(removeFolders);

  const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  /** Commands by their files; stacks.ts has what several of them share. */
  const commands = readdirSync(join(PROJECT, "tools", "commands"))
    .map((file) => kebab(file.replace(/\.ts$/, "")))
    .filter((name) => name !== "stacks");

  it("is what every npm script that runs TypeScript is short for, named as its command", () => {
    const own = Object.entries(scripts).filter(([, text]) => /tsx|\.ts\b(?!')/.test(text));
    // A script may run one after the other.
    const steps = own.flatMap(([script, text]) => text.split(" && ").map((step) => [script, step] as const));
    const short = steps.map(([script, step]) => {
      const { words } = /^node --import tsx tools\/cli\.ts(?<words>( [a-z0-9-]+)*)$/.exec(step)!.groups!;
      if (script !== "cli") assert.ok(words!.startsWith(` ${script.split(":")[0]}`), script);
      return words!.split(" ")[1];
    });
    assert.deepEqual([...new Set(short.filter((name) => name !== undefined))].sort(), commands);
  });

  it("lists its commands, and the meaning of its exit codes", async () => {
    const { exitCode, stdout, stderr } = await run(folderWith(), ["--help"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const listed = [...stdout.matchAll(/^ {2}([a-z][-a-z0-9]*) .*/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), [...commands, "help"].sort());
    assert.match(stdout, /^Exit code of every command: 0 fine, 1 something is judged bad or did not work, 2 /m);
  });

  it("exits with 2 for a command that is unknown, half or too long, and does nothing", async () => {
    const folder = folderWith();
    const [unknown, half, long, misspelt] = await Promise.all([
      run(folder, ["previw"]),
      run(folder, ["bench"]),
      run(folder, ["docs-check", "README.md"]),
      run(folder, ["generate", "--chek"]),
    ]);
    assert.match(refused(unknown), /^error: unknown command 'previw'\n\(Did you mean preview\?\)/);
    assert.match(refused(half), /^Usage: pulumi-vllm bench \[options\] \[command\]\n/);
    assert.match(refused(long), /^error: too many arguments for 'docs-check'/);
    assert.match(refused(misspelt), /^error: unknown option '--chek'\n\(Did you mean --check\?\)/);
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe("preview", function () {
  this.timeout(60_000);
  after(removeFolders);

  it("shows staging and exits 0 when no mandatory policy is broken", async () => {
    const { exitCode, stdout, stderr } = await run(PROJECT, ["preview"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /^Stack staging\nOffline preview: /);
    assert.match(stdout, /^Policies: .*policies\/config\/staging\.json/m);
    assert.ok(!stdout.includes(ANSI));
  });

  it("colours only where colour is wanted", async () => {
    const { stdout } = await run(PROJECT, ["preview"], { FORCE_COLOR: "1" });
    assert.ok(stdout.includes(ANSI));
  });

  it("writes every stack as JSON, and finds no difference to it afterwards", async () => {
    const first = await run(PROJECT, ["preview", "--all", "--json"]);
    assert.equal(first.exitCode, 0);
    const { stacks } = JSON.parse(first.stdout) as { stacks: StackReport[] };
    assert.deepEqual(
      stacks.map(({ stack, version }) => [stack, version]),
      [
        ["prod", 1],
        ["staging", 1],
      ],
    );
    const file = join(folderWith({ "base.json": first.stdout }), "base.json");
    const second = await run(PROJECT, ["preview", "--all", "--diff", file]);
    assert.equal(second.exitCode, 0);
    assert.equal(second.stdout.match(/^ {2}no resource differs$/gm)!.length, 2);
    assert.doesNotMatch(second.stdout, /^ {2}[+−~] |^ {2}contract /m);
  });

  it("shows what a change does, with the differences in the JSON too", async () => {
    const folder = projectCopy();
    writeFileSync(join(folder, "base.json"), (await run(folder, ["preview", "--json"])).stdout);
    change(folder, "staging", release({ context: 4096 }));
    const { exitCode, stdout } = await run(folder, ["preview", "--json", "--diff", "base.json"]);
    assert.equal(exitCode, 0);
    const [diff, ...others] = (JSON.parse(stdout) as { diffs: StackDiff[] }).diffs;
    assert.deepEqual(
      [others, diff!.stack, diff!.added, diff!.removed, diff!.contracts.map(({ name }) => name)],
      [[], "staging", [], [], ["chat-r1"]],
    );
    assert.deepEqual(
      diff!.changed.map(({ name, properties }) => [name, properties.map(({ path }) => path)]),
      [
        [
          "observability-chat.contract",
          ["spec.groups[0].rules[1].labels.contract_hash", "spec.groups[0].rules[2].expr"],
        ],
        [
          "chat-r1",
          [
            'metadata.annotations["pulumi-vllm.dev/contract"]',
            'metadata.annotations["pulumi-vllm.dev/contract-hash"]',
            "spec.template.spec.containers[0].args",
            "spec.template.spec.containers[0].args",
          ],
        ],
      ],
    );
  });

  it("exits 1 and names the rule when a mandatory policy is broken", async () => {
    const folder = projectCopy();
    change(folder, "staging", release({ flags: { "trust-remote-code": { value: true, reason: "a test" } } }));
    const { exitCode, stdout, stderr } = await run(folder, ["preview", "staging"]);
    assert.equal(exitCode, 1);
    assert.equal(stderr, "");
    assert.match(stdout, /^Policies: 1 mandatory and 0 advisory violations/m);
    assert.match(stdout, /^ {2}mandatory no-remote-code chat-r1$/m);
    const all = await run(folder, ["preview", "--all", "--json"]);
    assert.equal(all.exitCode, 1);
    const { stacks } = JSON.parse(all.stdout) as { stacks: StackReport[] };
    assert.deepEqual(
      stacks.map(({ violations }) => violations.map(({ rule }) => rule)),
      [[], ["no-remote-code"]],
    );
  });

  it("takes the levels of the stack's own file", async () => {
    const folder = projectCopy();
    change(folder, "staging", release({ flags: { "trust-remote-code": { value: true, reason: "a test" } } }));
    writeFileSync(join(folder, "policies", "config", "staging.json"), '{ "no-remote-code": "advisory" }');
    const { exitCode, stdout } = await run(folder, ["preview", "staging"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^ {2}advisory no-remote-code chat-r1$/m);
  });

  it("reports every problem of the config at once", async () => {
    const folder = projectCopy();
    change(folder, "staging", {
      ...release({ image: "vllm/vllm-openai:latest" }),
      "vllm:namespace": "Models",
      "vllm:access": { egress: [{ cidr: "10.0.0.0", ports: [443], reason: "a mirror" }] },
    });
    assert.equal(
      refused(await run(folder, ["preview"])),
      [
        "3 problems, nothing was done:",
        '  vllm:namespace: "Models" is not a Kubernetes name: use lower-case letters, digits and dashes',
        `  vllm:access.egress[0].cidr: "10.0.0.0" is not an address range: use its first address and the prefix's length, such as 10.0.0.0/16 or 2001:db8::/32`,
        '  vllm:models.chat.releases.r1.image: "vllm/vllm-openai:latest" is not pinned: use a version tag with its digest, name:tag@sha256:…',
        "",
      ].join("\n"),
    );
  });

  it("reports the problems of several stacks at once", async () => {
    const folder = projectCopy();
    change(folder, "prod", { "vllm:namespace": "P" });
    const stderr = refused(await run(folder, ["preview", "prod", "stagng"]));
    assert.deepEqual(stderr.split("\n").slice(0, 3), [
      "2 problems, nothing was done:",
      '  prod: vllm:namespace: "P" is not a Kubernetes name: use lower-case letters, digits and dashes',
      '  stagng: Pulumi.stagng.yaml: there is no stack "stagng": use prod or staging; did you mean staging?',
    ]);
  });

  it("refuses levels that no rule has", async () => {
    const folder = projectCopy();
    writeFileSync(join(folder, "policies", "config", "staging.json"), '{ "no-remote-cod": "advisory" }');
    assert.match(
      refused(await run(folder, ["preview"])),
      /staging\.json: no-remote-cod: no rule has this name; did you mean no-remote-code\?\n$/,
    );
  });

  it("refuses a file to compare with that is none", async () => {
    const folder = projectCopy();
    assert.match(
      refused(await run(folder, ["preview", "--diff", "absent.json"])),
      /^1 problem, nothing was done:\n {2}absent\.json: cannot be read: ENOENT: .*; give a file that --json has written\n$/,
    );
  });

  it("refuses what it does not know, and suggests what may be meant", async () => {
    const option = await run(PROJECT, ["preview", "--jsn"]);
    assert.match(refused(option), /^error: unknown option '--jsn'\n\(Did you mean --json\?\)/);
  });

  it("does not take a folder without stacks for one where all is well", async () => {
    const { exitCode, stderr } = await run(folderWith(), ["preview", "--all"]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /there (is|are) no/);
  });

  it("helps", async () => {
    const { exitCode, stdout, stderr } = await run(PROJECT, ["preview", "--help"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(
      stdout,
      /Exit code: 0 fine, 1 a mandatory policy is broken or a rule failed, 2 the config or the call is wrong\.\n$/,
    );
  });
});

describe("render", function () {
  this.timeout(60_000);
  after(removeFolders);

  it("writes a stack's manifests to the folder and says so", async () => {
    const folder = projectCopy();
    const { exitCode, stdout, stderr } = await run(folder, ["render", "prod", "--out", "out"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /^\d+ files in .*\/out; kubectl apply --server-side -k out\n$/);
    const file = readdirSync(join(folder, "out")).find((name) => name.endsWith("-deployment-chat-r1.yaml"));
    const deployment = parse(readFileSync(join(folder, "out", file!), "utf8")) as {
      metadata: { labels: Record<string, string> };
    };
    assert.equal(deployment.metadata.labels["app.kubernetes.io/part-of"], "prod");
    assert.match(readFileSync(join(folder, "out", "SECRETS.md"), "utf8"), /^# Secrets of stack prod$/m);
  });

  it("refuses a call without folder, and a folder that cannot be written", async () => {
    const folder = projectCopy();
    const [without, taken] = await Promise.all([
      run(folder, ["render"]),
      run(folder, ["render", "--out", "Pulumi.staging.yaml/out"]),
    ]);
    assert.match(refused(without), /^error: required option '--out <folder>' not specified\n/);
    assert.match(
      refused(taken),
      /^1 problem, nothing was done:\n {2}.*Pulumi\.staging\.yaml\/out: cannot be written: ENOTDIR: /,
    );
  });

  it("refuses an empty name of a folder", async () => {
    assert.equal(refused(await run(PROJECT, ["render", "--out", ""])), "--out is empty: name a folder\n");
  });

  it("refuses a bad config and an unknown stack, and writes nothing", async () => {
    const folder = projectCopy();
    change(folder, "staging", { "vllm:namespace": "Models" });
    const [bad, unknown] = await Promise.all([
      run(folder, ["render", "--out", "out"]),
      run(folder, ["render", "stagng", "--out", "out"]),
    ]);
    assert.match(refused(bad), /^1 problem, nothing was done:\n {2}vllm:namespace: "Models" is not a Kubernetes name/);
    assert.match(refused(unknown), /there is no stack "stagng": use prod or staging; did you mean staging\?/);
    assert.throws(() => readFileSync(join(folder, "out", "0-namespace-vllm.yaml")), /ENOENT/);
  });
});
