import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

import { pythonOfPrograms } from "../../../tools/standIns/python.js";
import { canRunAsPod, type Ended, runProgram } from "../../../tools/standIns/programs.js";
import { S3_DENIED_KEYS, S3_KEYS } from "../../../tools/standIns/s3Server.js";
import { cacheFolder, removeCaches } from "../model.js";
import { useS3Server } from "../s3Server.js";
import { type OutputRecord, recordsOf } from "./support/batch.js";
import { ENDPOINT, good, MODEL, reversed } from "./support/input.js";

const BUCKET = "batches";
const STAND_IN = resolve(__dirname, "standIn");
const IDS = Array.from({ length: 5 }, (_, number) => `r${number}`);

describe("a batch in a bucket whose server fails now and then", () => {
  const s3 = useS3Server({ faults: 4 });
  after(removeCaches);

  let python: string;
  before(async () => {
    python = dirname(await pythonOfPrograms(() => undefined));
    await s3().makeBucket(BUCKET);
    await s3().put(BUCKET, "in/requests.jsonl", IDS.map((id) => good(id, `to ${id}`).text).join("\n"));
  });

  const spec = (): object => ({
    ...{ run: "r1", endpoint: ENDPOINT, models: [MODEL], shardLines: 2, runner: { args: ["--model", MODEL] } },
    input: { s3: { bucket: BUCKET, key: "in/requests.jsonl", endpoint: s3().endpoint } },
    output: { s3: s3().place(BUCKET, "out") },
  });

  /** Runs a program with the stand-in of vLLM; `asPod`: as the user of our pods, with a read-only root, where this machine can. */
  function run(name: string, more: Record<string, string> = {}, asPod = true): Promise<Ended> {
    const folder = cacheFolder();
    writeFileSync(join(folder, "journal"), "");
    const standIn = JSON.stringify({ version: "0.33", journal: join(folder, "journal") });
    const paths = { PATH: [join(STAND_IN, "bin"), python, process.env["PATH"]].join(delimiter) };
    const env = { ...S3_KEYS, ...paths, PYTHONPATH: join(STAND_IN, "lib"), STAND_IN: standIn, ...more };
    return runProgram(`${name}.py`, spec(), { env, ...(asPod && canRunAsPod() && { asPod: [folder] }) });
  }

  it("is cut, run and joined, with no upload left unfinished", async () => {
    const split = await run("batch_split");
    assert.equal(split.code, 0, split.output);
    // As this user: a Python in root's home cannot be started by the user of pods, and workers start one.
    for (const index of ["0", "1", "2"]) {
      const worker = await run("batch_run", { JOB_COMPLETION_INDEX: index }, false);
      assert.equal(worker.code, 0, worker.output);
    }
    const joined = await run("batch_join");
    assert.equal(joined.code, 0, joined.output);
    const output = recordsOf((await s3().get(BUCKET, "out/r1/output.jsonl"))!.toString()) as OutputRecord[];
    assert.deepEqual(
      output.map(({ custom_id, response }) => [custom_id, response?.body?.choices[0]?.message.content]),
      IDS.map((id) => [id, reversed(`to ${id}`)]),
    );
    assert.equal(await s3().unfinishedUploads(BUCKET), 0);
  });

  it("is refused with 2 when the bucket does not let it in", async () => {
    const { code, output } = await run("batch_split", S3_DENIED_KEYS);
    assert.equal(code, 2, output);
    assert.match(output, /the pod's role or key does not allow it/);
  });
});
