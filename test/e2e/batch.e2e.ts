/** Batches on a real control plane: real Job controller, scheduler and admission; the programs run as their pods say. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { folderWith, removeFolders } from "../tools/folders.js";
import { modelConfig } from "../serving/fixtures.js";
import { BatchWorld, request } from "./batchRuns.js";
import type { RunnablePod } from "./kubelet.js";
import { eventually } from "./scenario.js";

/** Runs with interruptions of their own. */
const SEEDS = Number(process.env["PULUMI_VLLM_BATCH_SEEDS"] ?? 50);
/** At once: two cores run a process for each pod. */
const AT_ONCE = 17;
/** Nodes that go without notice, at these times. */
const LOST_NODES_SECONDS = [6, 14, 22, 60];

/** https://gist.github.com/tommyettinger/46a874533244883189143505d203312c: mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Line {
  custom_id: string;
  response: { body: { choices: { message: { content: string } }[] } };
}

/** What was done to a run. */
interface Interruptions {
  evicted: number;
  /** Pods that were deleted or crashed: a retry each. */
  failed: number;
}

const isEnded = ({ status }: RunnablePod) => ["Succeeded", "Failed"].includes(status?.phase ?? "");
const isWorker = ({ metadata }: RunnablePod) => metadata.labels?.["pulumi-vllm.dev/part"] === "worker";
const indexOf = ({ metadata }: RunnablePod) => metadata.labels?.["batch.kubernetes.io/job-completion-index"] ?? "";

/** Interrupts a run's pods at random until it has ended. */
async function interrupt(
  world: BatchWorld,
  name: string,
  random: () => number,
  isOver: () => boolean,
): Promise<Interruptions> {
  const done: Interruptions = { evicted: 0, failed: 0 };
  const failures = new Map<string, number>();
  let isConducted = random() < 0.5;
  for (let left = 2 + Math.floor(random() * 4); left > 0 && !isOver();) {
    await sleep(300 + random() * 900);
    const running = world
      .podsOf(name)
      // Each pod that a conductor needs comes twice as late as the one before: interrupted often, it would only wait.
      .filter((pod) => world.kubelet.runs(pod) && (isWorker(pod) || !isConducted));
    const pod = running[Math.floor(random() * running.length)];
    const dice = random();
    if (pod === undefined) continue;
    const before = failures.get(indexOf(pod)) ?? 0;
    if (dice < 0.5 || before === 2) {
      await world.evict(pod);
      done.evicted += 1;
    } else {
      failures.set(indexOf(pod), before + 1);
      if (dice < 0.75) await world.cluster.remove({ apiVersion: "v1", kind: "Pod", metadata: pod.metadata });
      else world.kubelet.crash(pod);
      if (isWorker(pod)) done.failed += 1;
    }
    isConducted ||= !isWorker(pod);
    left -= 1;
  }
  return done;
}

describe("batches on a real control plane", () => {
  after(removeFolders);

  it(`answer each request once and in order in ${SEEDS} runs whose pods and nodes go at random`, async () => {
    const version = (run: string) => (Number(run.split("-").at(-1)) % 2 === 0 ? "0.30" : "0.33");
    const world = await BatchWorld.of(folderWith(), { standIn: (run) => ({ version: version(run) }) });
    const nodes = await Promise.all([
      world.addNode(),
      world.addNode(),
      world.addNode(),
      world.addNode(),
      world.addNode(),
    ]);
    let running = true;
    const losses = (async () => {
      const started = Date.now();
      for (const seconds of LOST_NODES_SECONDS) {
        while (Date.now() - started < seconds * 1000 && running) await sleep(200);
        if (!running) return;
        await world.kubelet.loseNode(nodes.shift()!);
        nodes.push(await world.addNode());
      }
    })();
    const seeds = Array.from({ length: SEEDS }, (_, seed) => seed);
    const evictions = { evicted: 0, failed: 0 };
    try {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
            const { evicted, failed } = await runOf(world, seed);
            evictions.evicted += evicted;
            evictions.failed += failed;
          }
        }),
      );
    } finally {
      running = false;
      await losses;
      await world.kubelet.stop();
    }
    assert.ok(evictions.evicted > SEEDS / 2, `${evictions.evicted} evictions`);
  });

  it("asks for no GPU where the input is wrong, and says which line", async () => {
    const world = await BatchWorld.of(folderWith());
    try {
      const good = JSON.stringify(request("a", "x"));
      const inputs = {
        "not JSON Lines": `${good}\n{"custom_id":`,
        "a custom_id twice": `${good}\n${good}`,
        "another model": JSON.stringify(request("a", "x", { body: { model: "gpt" } })),
        "another endpoint": JSON.stringify(request("a", "x", { url: "/v1/embeddings" })),
        "no line at all": "",
      };
      const runs = Object.values(inputs).map((input, index) => world.submit(`bad-${index}`, input));
      for (const [index, name] of (await Promise.all(runs)).entries()) {
        const what = Object.keys(inputs)[index];
        assert.equal(await world.ended(name, 60), "Failed", what);
        const failed = (await world.job(name))?.status?.conditions?.find(({ type }) => type === "Failed");
        assert.equal(failed?.reason, "PodFailurePolicy", `${what}: no retry`);
        assert.equal(await world.workers(name), undefined, what);
        assert.match(Object.values(world.logs(name)).join(), /refused, a retry is useless/, what);
      }
    } finally {
      await world.kubelet.stop();
    }
  });

  it("holds no more GPUs than the quota, which counts no server of the same class", async () => {
    const server = { trial: modelConfig({ class: "batch", autoscaling: { min: 1, max: 1 } }) };
    const world = await BatchWorld.of(folderWith(), {
      changes: { parallelism: 3, shards: { lines: 1 } },
      others: { batchQuota: { gpus: 1 } },
      models: server,
    });
    try {
      await world.addNode();
      const input = ["a", "b", "c"].map((id) => JSON.stringify(request(id, id))).join("\n");
      const name = await world.submit("quota", input);
      let most = 0;
      const end = world.ended(name, 150);
      for (let isOver = false; !isOver;) {
        most = Math.max(most, world.podsOf(name).filter((pod) => isWorker(pod) && !isEnded(pod)).length);
        isOver = await Promise.race([end.then(() => true), sleep(200, false)]);
      }
      assert.equal(await end, "Complete");
      assert.equal(most, 1);
      const [served] = await world.scenario.scheduled("trial", 1);
      assert.notEqual(served, undefined, "the server has its GPU beside the batch");
    } finally {
      await world.kubelet.stop();
    }
  });

  it("leaves the workers to Kueue where the batch has a queue", async () => {
    const world = await BatchWorld.of(folderWith(), { changes: { queue: "gpus" } });
    try {
      const name = await world.submit("queued", JSON.stringify(request("a", "x")));
      const job = await eventually("the workers' Job", () => world.workers(name));
      assert.equal(job.metadata.labels?.["kueue.x-k8s.io/queue-name"], "gpus");
    } finally {
      await world.kubelet.stop();
    }
  });

  it("starts no run beside one that still goes on", async () => {
    const input = { claim: { name: "data", path: "in/none.jsonl" } };
    // Nobody runs its pods, so that the first run never ends.
    const world = await BatchWorld.of(folderWith(), { changes: { schedule: "* * * * *", input } });
    await world.kubelet.stop();
    const { scenario } = world;
    await scenario.event("CronJob", /^docs-batch$/, "SuccessfulCreate", 90);
    await scenario.event("CronJob", /^docs-batch$/, "JobAlreadyActive", 120);
    const jobs = await scenario.cluster.list("batch/v1", "Job", { namespace: scenario.namespace });
    assert.equal(jobs.length, 1);
  });
});

/** One run from its input to the judgement of its output. */
async function runOf(world: BatchWorld, seed: number): Promise<Interruptions> {
  const random = randomOf(seed);
  const count = 5 + Math.floor(random() * 10);
  const ids = Array.from({ length: count }, (_, index) => `r${index}`);
  const texts = ids.map((id) => `${id} of ${seed}: ${"ä✓".repeat(Math.floor(random() * 20))}`);
  const input = ids.map((id, index) => JSON.stringify(request(id, texts[index]!))).join("\n");
  const name = await world.submit(`s-${seed}`, input);
  let isOver = false;
  const interrupted = interrupt(world, name, random, () => isOver);
  const end = await world.ended(name, 200).finally(() => {
    isOver = true;
  });
  const done = await interrupted;
  assert.equal(end, "Complete", `${name}: ${JSON.stringify((await world.job(name))?.status)}`);

  const output = world.records(name, "output.jsonl") as unknown as Line[];
  const reversed = (text: string) => [...text].reverse().join("");
  assert.deepEqual(
    output.map(({ custom_id, response }) => [custom_id, response.body.choices[0]!.message.content]),
    ids.map((id, index) => [id, reversed(texts[index]!)]),
    `${name}: each answer once, in the input's order`,
  );
  const { status } = (await world.workers(name))!;
  assert.equal(status?.failedIndexes ?? "", "", name);
  assert.ok(
    (status?.failed ?? 0) <= done.failed,
    `${name}: ${status?.failed} failures of ${done.failed}: a disruption cost a retry`,
  );
  return done;
}
