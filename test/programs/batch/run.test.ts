import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { folderWith, removeFolders } from "../../tools/folders.js";
import { type Batch, batchOf } from "./support/batch.js";
import { good, request, reversed } from "./support/input.js";
import { type Ended, endOf, run, start } from "./support/program.js";

const IDS = ["a", "b", "c", "d", "e", "f"];

/** A batch of six requests in one shard, cut, and what the stand-in of vLLM works out of it. */
class Shard {
  readonly batch: Batch;
  private readonly journal = join(folderWith(), "journal");

  constructor(input = IDS.map((id) => good(id, `to ${id}`).text).join("\n")) {
    this.batch = batchOf(input, { shardLines: 6, runner: { args: ["--model", "tiny"], tries: 2, stopSeconds: 1 } });
    writeFileSync(this.journal, "");
  }

  env(standIn: object, index = "0"): Record<string, string> {
    return {
      STAND_IN: JSON.stringify({ version: "0.33", journal: this.journal, ...standIn }),
      JOB_COMPLETION_INDEX: index,
    };
  }

  async cut(): Promise<void> {
    const { code, output } = await run("batch_split", this.batch.spec);
    assert.equal(code, 0, output);
  }

  work(standIn: object = {}, index?: string): Promise<Ended> {
    return run("batch_run", this.batch.spec, this.env(standIn, index));
  }

  /** Starts a worker, and ends it with SIGTERM once vLLM works on so many of its requests. */
  async stopAfter(answers: number, standIn: object): Promise<Ended> {
    const child = start("batch_run", this.batch.spec, this.env({ seconds: 0.3, ...standIn }));
    const ended = endOf(child);
    while (this.workedOut().length < answers) await sleep(20);
    child.kill("SIGTERM");
    return ended;
  }

  private notes(): string[] {
    const lines = readFileSync(this.journal, "utf8").split("\n");
    return lines.filter(Boolean).map((line) => JSON.parse(line) as string);
  }

  /** custom_ids in the order in which vLLM answered them, each as often as it did. */
  workedOut(): string[] {
    return this.notes().filter((note) => note !== "started" && !note.startsWith("failed "));
  }

  starts(): number {
    return this.notes().filter((note) => note === "started").length;
  }

  assertDone(): void {
    const answers = this.batch.records("results/00000.jsonl");
    assert.deepEqual(
      answers.map(({ custom_id, response }) => [custom_id, response?.body?.choices[0]?.message.content]),
      IDS.map((id) => [id, reversed(`to ${id}`)]),
    );
    assert.equal(this.batch.has("partial/00000.jsonl"), false);
  }
}

describe("batch_run", () => {
  after(removeFolders);

  let shard: Shard;
  beforeEach(async () => {
    shard = new Shard();
    await shard.cut();
  });

  for (const version of ["0.30", "0.33"]) {
    it(`answers a shard with vLLM ${version}, and never runs it again once it is done`, async () => {
      const first = await shard.work({ version });
      assert.equal(first.code, 0, first.output);
      shard.assertDone();
      assert.deepEqual(shard.batch.json("results/00000.done")["requests"], 6);
      const again = await shard.work({ version });
      assert.equal(again.code, 0);
      assert.match(again.output, /done already/);
      assert.equal(shard.starts(), 1);
    });
  }

  it("keeps what 0.33 has answered at SIGTERM, and the next pod asks for the rest alone", async () => {
    const stopped = await shard.stopAfter(2, {});
    assert.equal(stopped.code, 1, stopped.output);
    const kept = shard.batch.records("partial/00000.jsonl").map(({ custom_id }) => custom_id);
    assert.deepEqual(kept, IDS.slice(0, kept.length));
    assert.ok(kept.length >= 1 && kept.length < 6, String(kept.length));
    const before = shard.workedOut().length;
    assert.equal((await shard.work()).code, 0);
    shard.assertDone();
    assert.equal(shard.workedOut().length - before, 6 - kept.length);
    assert.equal(shard.batch.json("results/00000.done")["starts"], 2);
  });

  it("keeps it while it runs, too, so that a pod that vanishes loses little", async () => {
    const child = start("batch_run", shard.batch.spec, shard.env({ seconds: 0.4 }));
    const ended = endOf(child);
    while (!existsSync(join(shard.batch.runFolder, "partial/00000.jsonl"))) await sleep(20);
    child.kill("SIGKILL");
    await ended;
    assert.equal((await shard.work()).code, 0);
    shard.assertDone();
  });

  it("begins the shard anew with 0.30, which writes nothing before its end", async () => {
    assert.equal((await shard.stopAfter(2, { version: "0.30" })).code, 1);
    assert.equal(shard.batch.has("partial/00000.jsonl"), false);
    assert.equal((await shard.work({ version: "0.30" })).code, 0);
    shard.assertDone();
  });

  it("waits no longer than stopSeconds for a vLLM that ignores SIGTERM", async () => {
    const started = Date.now();
    const { code, output } = await shard.stopAfter(1, { seconds: 60, ignoresTerm: true });
    assert.equal(code, 1, output);
    assert.match(output, /did not end within 1 s/);
    assert.ok(Date.now() - started < 20_000);
  });

  it("ends with 1 when the engine dies, and takes none of its error records for an answer", async () => {
    for (const version of ["0.30", "0.33"]) {
      const { code, output } = await shard.work({ version, dies: 1 });
      assert.equal(code, 1, output);
      assert.match(String(shard.batch.json("partial/00000.json")["failure"]), /with 6 requests open/);
    }
    assert.equal((await shard.work()).code, 0);
    shard.assertDone();
  });

  it("asks once more after a 500, then takes it for the answer", async () => {
    const { code, output } = await shard.work({ fails: { b: 1, d: 9 } });
    assert.equal(code, 0, output);
    const statuses = shard.batch.records("results/00000.jsonl").map(({ response }) => response!.status_code);
    assert.deepEqual(statuses, [200, 200, 200, 500, 200, 200]);
    assert.deepEqual(shard.workedOut(), ["a", "c", "e", "f", "b"]);
    assert.equal(shard.batch.json("results/00000.done")["errors"], 1);
  });

  it("answers a request that vLLM's parser refuses with its message, and runs the others", async () => {
    const hot = { ...request("c", "to c"), body: { ...request("c", "to c").body, temperature: "hot" } };
    shard = new Shard([good("a", "to a").text, JSON.stringify(hot), good("b", "to b").text].join("\n"));
    await shard.cut();
    const { code, output } = await shard.work({ version: "0.30" });
    assert.equal(code, 0, output);
    const [, refused] = shard.batch.records("results/00000.jsonl");
    assert.equal(refused!.response!.status_code, 400);
    assert.match(JSON.stringify(refused!.error), /Input should be a valid number/);
    assert.deepEqual(shard.workedOut(), ["a", "b"]);
  });

  it("ends with 2 for arguments that vLLM refuses, an index that the run does not have, and a run that is not cut", async () => {
    assert.equal((await shard.work({ usage: true })).code, 2);
    assert.equal((await shard.work({}, "1")).code, 2);
    assert.equal((await shard.work({}, "")).code, 2);
    assert.equal((await run("batch_run", { ...shard.batch.spec, run: "r2" }, shard.env({}))).code, 2);
  });

  it("takes the shard that BATCH_SHARDS has at its index", async () => {
    const two = batchOf(IDS.map((id) => good(id, `to ${id}`).text).join("\n"), {
      shardLines: 2,
      runner: { args: ["x"] },
    });
    assert.equal((await run("batch_split", two.spec)).code, 0);
    const { code, output } = await run("batch_run", two.spec, { ...shard.env({}, "1"), BATCH_SHARDS: "0,2" });
    assert.equal(code, 0, output);
    assert.deepEqual(two.names("results"), ["00002.done", "00002.jsonl"]);
  });
});
