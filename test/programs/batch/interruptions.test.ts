import assert from "node:assert/strict";
import { join } from "node:path";

import fc from "fast-check";

import { folderWith, removeFolders } from "../../tools/folders.js";
import { type Batch, batchOf, type OutputRecord } from "./support/batch.js";
import { FakeCluster } from "./support/cluster.js";
import { anyInput, type Made, type MadeInput } from "./support/input.js";
import { type Interruption, run } from "./support/program.js";

const NAME = "any-29384756";

const anyInterruption: fc.Arbitrary<Interruption> = fc.record({
  signal: fc.constantFrom("SIGKILL", "SIGTERM"),
  afterMs: fc.integer({ min: 50, max: 1500 }),
});

interface Plan {
  input: MadeInput;
  version: string;
  conductor: Interruption[];
  workers: (Interruption | undefined)[];
  failing: boolean;
}

const anyPlan: fc.Arbitrary<Plan> = fc.record({
  input: anyInput(10).filter(({ lines }) => lines.some(({ bad }) => bad === undefined)),
  version: fc.constantFrom("0.30", "0.33"),
  conductor: fc.array(anyInterruption, { minLength: 1, maxLength: 2 }),
  workers: fc.array(fc.option(anyInterruption, { nil: undefined }), { minLength: 1, maxLength: 4 }),
  failing: fc.boolean(),
});

/** A record of the output as a line of the input should have it. */
function outcome({ bad, customId, answer }: Made): unknown {
  return bad === undefined ? [customId, answer] : [customId, `invalid_${bad}`];
}

const outcomeOf = ({ custom_id, response, error }: OutputRecord): unknown => [
  custom_id,
  response === null ? (error as { code: string }).code : response.body!.choices[0]!.message.content,
];

async function conducted({ input, version, conductor, workers, failing }: Plan): Promise<Batch> {
  const template = { spec: { containers: [{ name: "worker" }] } };
  const batch = batchOf(input.file, {
    ...{ shardLines: 3, runner: { args: ["--model", "tiny"], stopSeconds: 1 } },
    workers: { job: { metadata: {}, spec: { backoffLimitPerIndex: 2, template } }, parallelism: 2, pollSeconds: 0.1 },
  });
  const journal = join(folderWith({ journal: "" }), "journal");
  // One request fails once, and is asked again.
  const first = input.lines.find(({ bad }) => bad === undefined)!.customId!;
  const standIn = { version, journal, seconds: 0.1, ...(failing && { fails: { [first]: 1 } }) };
  const cluster = new FakeCluster({
    ...{ program: "batch_run", spec: batch.spec, env: { STAND_IN: JSON.stringify(standIn) } },
    interruption: () => workers.shift(),
  });
  try {
    const env = await cluster.env(NAME);
    for (const interruption of conductor) await run("batch_conduct", batch.spec, env, interruption);
    const { code, output } = await run("batch_conduct", batch.spec, env);
    assert.equal(code, 0, output);
    assert.ok(cluster.created <= 1, "the workers' Job is made once");
  } finally {
    await cluster.close();
  }
  return batch;
}

describe("a batch whose conductor and workers are killed at any moment", () => {
  after(removeFolders);

  it("answers each request of any input exactly once, in order, with bad lines in their places", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async (plan) => {
        const { lines } = plan.input;
        const batch = await conducted({ ...plan, workers: [...plan.workers] });
        assert.deepEqual(batch.records("output.jsonl").map(outcomeOf), lines.map(outcome));
        const { records, answered, errors } = batch.json("report.json");
        const bad = lines.filter((line) => line.bad !== undefined).length;
        assert.deepEqual(
          [records, answered, errors],
          [lines.length, lines.length - bad, bad === 0 ? {} : { "bad line": bad }],
        );
      }),
      { numRuns: 5 },
    );
  });
});
