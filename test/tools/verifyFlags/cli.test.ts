/** The real command line, with a fake Python. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Ended } from "../commandLine.js";
import { folderWith, PROJECT, projectCopy, removeFolders } from "../folders.js";
import { type Behaviour, fakes } from "./fakes.js";

const TSX = pathToFileURL(require.resolve("tsx")).href;
const CLI = [join(PROJECT, "tools", "cli.ts"), "verify-flags"];

/** Runs it in `folder`, with the fakes alone on PATH. */
function run(folder: string, args: readonly string[], behaviour: Behaviour = {}): Promise<Ended> {
  // Empty: the coverage of these processes cannot be added to that of the tests.
  const env = { PATH: fakes(behaviour).path, HOME: process.env["HOME"], NODE_V8_COVERAGE: "" };
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", TSX, ...CLI, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe("npm run verify:flags", function () {
  this.timeout(60_000);
  after(removeFolders);

  it("verifies all stacks when none is named, and keeps its environments in .local/venv", async () => {
    const folder = projectCopy();
    const { exitCode, stdout, stderr } = await run(folder, []);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^prod +chat .*\n(.*\n)*staging +trial .*\n\n8 argument lists: 8 parsed by vLLM itself\n$/m);
    assert.ok(stderr.startsWith(`vLLM 0.30.0: installing its parser into ${join(folder, ".local/venv/vllm-0.30.0")},`));
    const again = await run(folder, ["staging"]);
    assert.deepEqual([again.exitCode, again.stderr], [0, "vLLM 0.30.0: parsing 4 argument lists\n"]);
  });

  it("exits with 1 when a list is refused or could not be verified", async () => {
    const folder = projectCopy();
    const refused = { argument: "--runner=pooling", message: "no such runner" };
    const venv = join(folderWith(), "elsewhere");
    const fails = await run(folder, ["staging", "--venv-folder", venv], { refused });
    assert.equal(fails.exitCode, 1, fails.stderr);
    assert.match(fails.stdout, /no such runner/);
    const none = await run(folder, ["staging"], { programs: [] });
    assert.equal(none.exitCode, 1, none.stderr);
    assert.match(none.stdout, /neither uv nor python3/);
  });

  it("exits with 2 and every problem when the config is wrong", async () => {
    const folder = projectCopy();
    const file = join(folder, "Pulumi.staging.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("enable-prefix-caching:", "enable-prefix-cashing:"));
    const { exitCode, stdout, stderr } = await run(folder, []);
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.match(
      stderr,
      /^1 problem, nothing was done:\n {2}staging: vllm:models\.chat\.releases\.r1\.flags\.enable-prefix-cashing: /,
    );
  });

  it("exits with 2 when the call is wrong: no stack, no such option, a folder that cannot be made", async () => {
    const folder = projectCopy();
    const stack = await run(folder, ["stagin"]);
    assert.equal(stack.exitCode, 2);
    assert.match(stack.stderr, /there is no stack "stagin"/);
    const option = await run(folder, ["--venv"]);
    assert.equal(option.exitCode, 2);
    assert.match(option.stderr, /unknown option '--venv'/);
    const taken = await run(folder, ["staging", "--venv-folder", "Pulumi.prod.yaml"]);
    assert.deepEqual([taken.exitCode, taken.stdout], [2, ""]);
    assert.doesNotMatch(taken.stderr, /^\s+at /m);
    const empty = await run(folderWith(), []);
    assert.equal(empty.exitCode, 2);
    assert.match(empty.stderr, /there are no stacks/);
  });

  it("answers --help without Pulumi's SDK, a stack or a Python", async () => {
    const { exitCode, stdout } = await run(folderWith(), ["--help"], { programs: [] });
    assert.equal(exitCode, 0);
    assert.match(stdout, /Exit code: 0 all parse, 1 some are refused or could not be verified, 2 /);
  });
});
