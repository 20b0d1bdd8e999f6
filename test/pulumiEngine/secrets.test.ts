/** Secrets on Pulumi's real engine, which decrypts them: what it shows, logs and keeps. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { mayHoldSecret } from "../../stacks/secrets.js";
import { FULL_BUILT, FULL_EXISTING } from "../stacks/fullConfig.js";
import { leavesOf, planted } from "../stacks/leaves.js";
import { EngineProject, hasPulumi, type Result } from "./project.js";

const MARK = "m4rked-s3cret";
type Values = Record<string, unknown>;

/** Everything below a folder, as text. */
function textBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

describe("secrets on Pulumi's real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;
  /** The mark as Pulumi encrypts it. */
  let encrypted: unknown;

  /** Runs with Pulumi's own log at its most talkative. */
  const run = (...args: string[]): Result & { all: string } => {
    const result = project.pulumi(...args, "--logtostderr", "-v=3");
    return { ...result, all: result.stdout + result.stderr };
  };

  /** Makes these the values of the stack. */
  const write = (values: Values): void => {
    const file = parse(readFileSync(project.stackFile, "utf8")) as Values;
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`vllm:${key}`, value]));
    writeFileSync(project.stackFile, stringify({ ...file, config }));
  };

  before(function () {
    if (!hasPulumi()) {
      console.log("    skipped: no pulumi CLI on the PATH");
      this.skip();
    }
    project = new EngineProject("prod");
    assert.equal(project.pulumi("stack", "init", "prod").status, 0);
    assert.equal(project.pulumi("config", "set", "--secret", "vllm:huggingFaceToken", MARK).status, 0);
    const { config } = parse(readFileSync(project.stackFile, "utf8")) as { config: Values };
    encrypted = config["vllm:huggingFaceToken"];
    assert.match(JSON.stringify(encrypted), /^\{"secure":"v1:/);
  });

  after(() => project?.remove());

  for (const [name, values] of Object.entries({ existing: FULL_EXISTING, built: FULL_BUILT })) {
    it(`are refused wherever none may stand, every one named, none shown (${name})`, () => {
      // Every place at once would leave too little to be checked: a config of encrypted values alone.
      const leaves = leavesOf(values);
      write(leaves.reduce<unknown>((all, { keys }) => planted(all, keys, encrypted), values) as Values);
      const { status, all } = run("preview");
      assert.notEqual(status, 0);
      // Of very many problems the first 200 are shown.
      for (const { path } of leaves.filter(({ path }) => !mayHoldSecret(path))) {
        assert.ok(all.includes(`vllm:${path}: is encrypted`), path);
      }
      assert.ok(!all.includes(MARK));
    });
  }

  it("are refused where the whole of a section is one", () => {
    for (const key of ["models", "cluster", "platform"]) {
      const whole = project.pulumi("config", "set", "--secret", `vllm:${key}`, JSON.stringify({ a: MARK }));
      assert.equal(whole.status, 0);
      const { status, all } = run("preview");
      assert.notEqual(status, 0);
      // The engine's own check of Pulumi.yaml, which comes before the program; of several keys it names any.
      assert.match(all, /configuration key '(models|cluster|platform)' must be of type 'object'/);
      assert.ok(!all.includes(MARK));
    }
  });

  it("in their places are encrypted in the state, and in no log and no output", () => {
    const { chat } = (FULL_EXISTING as { models: { chat: { releases: { r1: unknown } } } }).models;
    const right = {
      ...FULL_EXISTING,
      platform: {},
      models: { chat: { ...chat, route: { stable: "r1" }, releases: { r1: chat.releases.r1 } } },
    };
    const secrets = [["huggingFaceToken"], ["cluster", "existing", "kubeconfig"]];
    write(secrets.reduce<unknown>((all, keys) => planted(all, keys, encrypted), right) as Values);
    for (const command of [
      ["preview", "--diff"],
      ["up", "--yes", "--skip-preview"],
      ["stack", "export"],
    ]) {
      const { status, all } = run(...command);
      assert.equal(status, 0, all);
      assert.ok(!all.includes(MARK), command.join(" "));
    }
    const kept = textBelow(join(project.folder, "state"));
    assert.ok(kept.includes("hugging-face"), "the state has the Secret");
    assert.ok(!kept.includes(MARK));
  });
});
