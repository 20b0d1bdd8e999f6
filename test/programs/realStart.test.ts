/**
 * A start of real vLLM from weights that are there, as its pod runs it. Takes minutes, so only where PULUMI_VLLM_REAL_VLLM names a virtual
 * environment that has vLLM for CPU; needs root for the namespaces. docs/cache.md has the figures.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStartLog } from "../../tools/coldstart/startLog.js";

const VENV = process.env["PULUMI_VLLM_REAL_VLLM"];
const PROGRAMS = join(__dirname, "realStart");
const START_MS = 1_800_000;

describe("real vLLM from weights that are there", function () {
  this.timeout(START_MS);
  let folder: string;
  const python = join(VENV ?? "", "bin", "python");

  before(function () {
    if (VENV === undefined || process.getuid?.() !== 0) this.skip();
    folder = mkdtempSync(join(tmpdir(), "real-start-"));
    mkdirSync(join(folder, "cache"));
    const made = spawnSync(python, [join(PROGRAMS, "tiny_model.py"), join(folder, "model")], { encoding: "utf8" });
    assert.equal(made.status, 0, made.stderr);
    spawnSync("chmod", ["-R", "a+rX", folder]);
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("starts without a network and answers, and writes nothing outside its volumes", () => {
    const args = [join(PROGRAMS, "as_pod.sh"), python, join(folder, "model"), join(folder, "cache")];
    const { status, stdout, stderr } = spawnSync("bash", args, { encoding: "utf8", maxBuffer: 2 ** 26 });
    assert.equal(status, 0, stderr.slice(-4000));
    const { readySeconds, firstTokenSeconds } = JSON.parse(stdout) as Record<string, number>;
    console.log(
      `      ready after ${readySeconds!.toFixed(0)} s, first token after ${firstTokenSeconds!.toFixed(0)} s`,
    );
    assert.doesNotMatch(stderr, /Read-only file system|Permission denied/);
    const stamped = stderr.replace(/^/gm, "2026-01-01T00:00:00Z ");
    const { seconds, moments } = readStartLog(stamped);
    assert.ok(seconds.weights! > 0 && seconds.engine! > seconds.weights!);
    assert.ok(moments.loadBegins !== undefined && moments.firstAnswer !== undefined);
  });
});
