import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { folderWith, removeFolders } from "../../tools/folders.js";
import { type Batch, batchOf } from "./support/batch.js";
import { FakeCluster, type Job } from "./support/cluster.js";
import { good, reversed } from "./support/input.js";
import { type Ended, endOf, run, start } from "./support/program.js";

const IDS = ["a", "b", "c", "d", "e"];
const NAME = "nightly-29384756";
const WORKERS = `${NAME}-workers`;

/** The workers' manifest as a spec has it, with a queue of Kueue's. */
const JOB = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { labels: { "kueue.x-k8s.io/queue-name": "gpus" } },
  spec: {
    backoffLimitPerIndex: 1,
    template: {
      spec: { restartPolicy: "Never", containers: [{ name: "worker", env: [{ name: "HOME", value: "/tmp" }] }] },
    },
  },
};

describe("batch_conduct", () => {
  after(removeFolders);

  let batch: Batch;
  let cluster: FakeCluster | undefined;
  after(() => cluster?.close());

  const workerEnv = (standIn: object): Record<string, string> => {
    const folder = folderWith({ journal: "" });
    return { STAND_IN: JSON.stringify({ version: "0.33", journal: join(folder, "journal"), ...standIn }) };
  };

  /** Another cluster for the same batch. */
  async function connect(standIn: object = {}): Promise<void> {
    await cluster?.close();
    cluster = new FakeCluster({ program: "batch_run", spec: batch.spec, env: workerEnv(standIn) });
  }

  async function prepare(standIn: object = {}, job: object = JOB): Promise<void> {
    batch = batchOf(IDS.map((id) => good(id, `to ${id}`).text).join("\n"), {
      ...{ shardLines: 2, runner: { args: ["--model", "tiny"] } },
      workers: { job, parallelism: 2, pollSeconds: 0.2 },
    });
    await connect(standIn);
  }

  const conduct = async (): Promise<Ended> => run("batch_conduct", batch.spec, await cluster!.env(NAME));

  it("cuts, runs an Indexed Job of its own that keeps its queue, and joins in order", async () => {
    await prepare();
    const { code, output } = await conduct();
    assert.equal(code, 0, output);
    assert.deepEqual(
      batch
        .records("output.jsonl")
        .map(({ custom_id, response }) => [custom_id, response?.body?.choices[0]?.message.content]),
      IDS.map((id) => [id, reversed(`to ${id}`)]),
    );
    const { metadata, spec } = cluster!.jobs.get(WORKERS)!;
    assert.deepEqual(metadata.labels, JOB.metadata.labels);
    assert.deepEqual(metadata.ownerReferences, [
      { apiVersion: "batch/v1", kind: "Job", name: NAME, uid: `uid-of-${NAME}` },
    ]);
    assert.deepEqual(
      [spec.completionMode, spec.completions, spec.parallelism, spec.suspend],
      ["Indexed", 3, 2, undefined],
    );
    assert.deepEqual(spec.template.spec.containers[0]!.env, [
      { name: "HOME", value: "/tmp" },
      { name: "BATCH_RUN", value: "r1" },
      { name: "BATCH_SHARDS", value: "0-2" },
    ]);
    const { records, answered, errors, shards, interruptions } = batch.json("report.json");
    assert.deepEqual([records, answered, errors, shards, interruptions], [5, 5, {}, 3, 0]);
  });

  it("does nothing once the output is there, and makes no Job when every shard is done", async () => {
    await prepare();
    await conduct();
    assert.match((await conduct()).output, /the output is there/);
    assert.equal(cluster!.created, 1);
  });

  it("names the shards that failed with the reason, joins nothing, and a new Job goes on with them alone", async () => {
    await prepare({ dies: 1 });
    const { code, output } = await conduct();
    assert.equal(code, 2, output);
    assert.match(output, /shard 0: shard 0: vllm run-batch ended with code 1 with 2 requests open/);
    assert.match(output, /shards without a result: 0-2; 0 of 3 are done/);
    assert.equal(batch.has("output.jsonl"), false);

    await connect();
    const env = { ...workerEnv({}), JOB_COMPLETION_INDEX: "2", BATCH_RUN: "r1" };
    assert.equal((await run("batch_run", batch.spec, env)).code, 0);
    const again = await conduct();
    assert.equal(again.code, 0, again.output);
    const { spec } = cluster!.jobs.get(WORKERS)!;
    assert.deepEqual(spec.template.spec.containers[0]!.env!.at(-1), { name: "BATCH_SHARDS", value: "0-1" });
  });

  it("goes on with the Job that an earlier pod of its Job made, and refuses one of another owner", async () => {
    await prepare();
    const own = { name: NAME, uid: `uid-of-${NAME}` };
    const job = (owner: object): Job =>
      ({ ...JOB, metadata: { name: WORKERS, ownerReferences: [owner] } }) as unknown as Job;
    cluster!.jobs.set(WORKERS, job({ name: "other", uid: "uid-of-another" }));
    const refused = await conduct();
    assert.equal(refused.code, 2);
    assert.match(refused.output, /is there and not of this run \(owners: uid-of-another\)/);
    const complete = { type: "Complete", status: "True", reason: "", message: "" };
    cluster!.jobs.set(WORKERS, { ...job(own), status: { conditions: [complete] } });
    const adopted = await conduct();
    assert.equal(adopted.code, 1);
    assert.match(adopted.output, /is complete, shards without a result: 0-2/);
    assert.equal(cluster!.created, 0);
  });

  it("rides out an API server that is away, and says what its Role lacks", async () => {
    await prepare();
    cluster!.failures.push(503, 429);
    assert.equal((await conduct()).code, 0);
    await prepare();
    cluster!.failures.push(403);
    const { code, output } = await conduct();
    assert.equal(code, 2);
    assert.match(
      output,
      /get Job nightly-29384756-workers in vllm: HTTP 403: not now: the conductor's Role has to allow it/,
    );
  });

  it("leaves a suspended Job to its queue and ends at SIGTERM", async () => {
    await prepare({}, { ...JOB, spec: { ...JOB.spec, suspend: true } });
    const child = start("batch_conduct", batch.spec, await cluster!.env(NAME));
    const ended = endOf(child);
    // Said once the Job is made.
    while (cluster!.created === 0) await sleep(20);
    await sleep(1000);
    child.kill("SIGTERM");
    const { code, output } = await ended;
    assert.equal(code, 1);
    assert.match(output, /waiting in the queue shards=0\/3 requests=0\/5/);
    assert.equal(cluster!.jobs.get(WORKERS)!.spec.suspend, true);
  });

  it("asks for no GPU when the input is refused", async () => {
    await prepare();
    writeFileSync((batch.spec["input"] as { file: string }).file, "");
    const { code } = await conduct();
    assert.equal(code, 2);
    assert.equal(cluster!.created, 0);
  });
});
