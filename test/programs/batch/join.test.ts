import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { removeFolders } from "../../tools/folders.js";
import { type Batch, batchOf } from "./support/batch.js";
import { good, request } from "./support/input.js";
import { type Ended, run } from "./support/program.js";

const BAD = JSON.stringify({ ...request("bad", ""), method: "GET" });

/** Results of a shard as a worker writes them; `statuses` of its requests. */
function answered(batch: Batch, shard: string, statuses: Record<string, number>): void {
  const lines = Object.entries(statuses).map(([custom_id, status_code]) =>
    JSON.stringify({ custom_id, response: { status_code }, error: status_code < 400 ? null : { code: status_code } }),
  );
  const folder = join(batch.runFolder, "results");
  writeFileSync(join(folder, `${shard}.jsonl`), `${lines.join("\n")}\n`);
  const done = { requests: lines.length, errors: 0, starts: 3, seconds: 10 };
  writeFileSync(join(folder, `${shard}.done`), JSON.stringify(done));
}

describe("batch_join", () => {
  after(removeFolders);

  let batch: Batch;
  const joined = (): Promise<Ended> => run("batch_join", batch.spec);

  beforeEach(async () => {
    const lines = ["a", "b", "c"].map((id) => good(id, id).text);
    batch = batchOf([BAD, lines[0], BAD.replace("bad", "worse"), lines[1], lines[2], "{"].join("\n"), {
      shardLines: 2,
    });
    assert.equal((await run("batch_split", batch.spec)).code, 0);
    mkdirSync(join(batch.runFolder, "results"));
  });

  it("puts every record in its place, bad lines among them, and counts errors by status", async () => {
    answered(batch, "00000", { a: 200, b: 400 });
    answered(batch, "00001", { c: 500 });
    const { code, output } = await joined();
    assert.equal(code, 0, output);
    const records = batch.records("output.jsonl");
    assert.deepEqual(
      records.map(({ custom_id }) => custom_id),
      ["bad", "a", "worse", "b", "c", null],
    );
    assert.deepEqual(records[0], {
      id: "bad-line-1",
      custom_id: "bad",
      response: null,
      error: { code: "invalid_method", message: 'line 1: method is "GET": POST is wanted' },
    });
    const { errors, interruptions, workerSeconds } = batch.json("report.json");
    assert.deepEqual([errors, interruptions, workerSeconds], [{ "400": 1, "500": 1, "bad line": 3 }, 4, 20]);
  });

  it("refuses to join while a shard is not done, and names it", async () => {
    answered(batch, "00000", { a: 200, b: 200 });
    const { code, output } = await joined();
    assert.equal(code, 1);
    assert.match(output, /1 of 2 shards are not done: 1/);
    assert.equal(batch.has("output.jsonl"), false);
  });

  it("writes no output of results that answer other requests, or not all", async () => {
    answered(batch, "00001", { c: 200 });
    for (const wrong of [{ b: 200, a: 200 }, { a: 200 }, { a: 200, x: 200 }] as Record<string, number>[]) {
      answered(batch, "00000", wrong);
      const { code, output } = await joined();
      assert.equal(code, 1);
      assert.match(output, /00000\.jsonl: line \d does not answer/);
      assert.equal(batch.has("output.jsonl"), false);
    }
  });

  it("leaves an output that is there as it is", async () => {
    answered(batch, "00000", { a: 200, b: 200 });
    answered(batch, "00001", { c: 200 });
    assert.equal((await joined()).code, 0);
    const before = batch.read("output.jsonl");
    answered(batch, "00001", { c: 500 });
    assert.equal((await joined()).code, 0);
    assert.equal(batch.read("output.jsonl"), before);
  });
});
