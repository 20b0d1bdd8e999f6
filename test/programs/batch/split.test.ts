import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import fc from "fast-check";

import { removeFolders } from "../../tools/folders.js";
import { type Batch, batchOf, recordsOf } from "./support/batch.js";
import { anyInput, ENDPOINT, good, type Made, request } from "./support/input.js";
import { type Interruption, run } from "./support/program.js";

const split = (batch: Batch, interruption?: Interruption) => run("batch_split", batch.spec, {}, interruption);

/** What the shards have, one after another. */
const cut = (batch: Batch): unknown[] => batch.names("shards").flatMap((name) => batch.records(`shards/${name}`));

/** Three requests, as a file. */
const THREE = ["a", "b", "c"].map((id) => good(id, "hello").text).join("\n");

/** Lines with one that is not a request. */
const withBad = (line: string): string => `${good("a", "hello").text}\n${line}\n${good("b", "hello").text}\n`;

describe("batch_split", () => {
  after(removeFolders);

  it("cuts any input: every request once and in order, every bad line reported with its number", async () => {
    await fc.assert(
      fc.asyncProperty(anyInput(12), async ({ file, lines }) => {
        const batch = batchOf(file);
        const { code, output } = await split(batch);
        const requests = lines.filter(({ bad }) => bad === undefined);
        if (requests.length === 0) {
          assert.equal(code, 2, output);
          assert.deepEqual(batch.names("shards"), []);
          return;
        }
        assert.equal(code, 0, output);
        assert.deepEqual(cut(batch), recordsOf(requests.map(({ text }) => text).join("\n")));
        const found = batch.has("errors.jsonl") ? recordsOf(batch.read("errors.jsonl")) : [];
        assert.deepEqual(found.map(reported), badLines(file, lines));
        const { records, shards, sha256 } = batch.json("run.json");
        assert.equal(sha256, createHash("sha256").update(file).digest("hex"));
        assert.deepEqual([records, shards], [lines.length, Math.ceil(requests.length / 4)]);
      }),
      { numRuns: 12 },
    );
  });

  it("makes the same cut when it is killed at any moment and begins again", async () => {
    const file = Array.from({ length: 3000 }, (_, number) => good(`${number}`, "hello ".repeat(20)).text).join("\n");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 60, max: 300 }), { minLength: 1, maxLength: 3 }), async (kills) => {
        const batch = batchOf(file, { shardLines: 100 });
        for (const afterMs of kills) {
          await split(batch, { signal: "SIGKILL", afterMs });
          // Without run.json nothing counts; with it, everything is there.
          if (batch.has("run.json")) assert.equal(cut(batch).length, 3000);
        }
        assert.equal((await split(batch)).code, 0);
        assert.deepEqual(cut(batch), recordsOf(file));
      }),
      { numRuns: 4 },
    );
  });

  const refusals: [string, string, string | RegExp][] = [
    ["an empty file", "", /no line in it/],
    ["blank lines alone", "\n \r\n\n", /no line in it/],
    ["a JSON array", `[${THREE.replaceAll("\n", ",")}]`, "line 1: a list in place of a JSON object"],
    ["CSV", "id,prompt\n1,hello\n", "2 bad lines (json 2)"],
    ["the same custom_id twice", `${THREE}\n${good("b", "again").text}`, 'line 4: custom_id "b" is that of line 2'],
    [
      "another endpoint",
      withBad(JSON.stringify({ ...request("x", ""), url: "/v1/embeddings" })),
      'url is "/v1/embeddings"',
    ],
    [
      "a model that it does not serve",
      withBad(JSON.stringify({ ...request("x", ""), body: { model: "gpt-5" } })),
      'line 2: body.model is "gpt-5": this batch serves tiny',
    ],
    ["a request without custom_id", withBad("{}"), "line 2: custom_id is missing or null"],
    ["text that is not UTF-8", withBad('"\xff"'), "line 2: no UTF-8"],
  ];
  for (const [what, input, message] of refusals) {
    it(`refuses ${what}, names the line, and cuts nothing`, async () => {
      const batch = batchOf(Buffer.from(input, "latin1"), { badLines: "refuse", shardLines: 1 });
      const { code, output } = await split(batch);
      assert.equal(code, 2, output);
      assert.match(output, typeof message === "string" ? new RegExp(message.replace(/[[\](){}.?]/g, "\\$&")) : message);
      assert.deepEqual(batch.names("shards"), []);
      assert.equal(batch.has("run.json"), false);
    });
  }

  it("names the first 20 bad lines and counts the others, with none of the prompts in the message", async () => {
    const bad = Array.from({ length: 30 }, (_, n) => JSON.stringify({ ...request(`${n}`, "SECRET"), method: "PUT" }));
    const { code, output } = await split(batchOf([...bad, "SECRET"].join("\n"), { badLines: "refuse" }));
    assert.equal(code, 2);
    assert.match(output, /31 bad lines \(json 1, method 30\)/);
    assert.match(output, /line 20: method is "PUT": POST is wanted and 11 more/);
    assert.doesNotMatch(output, /SECRET/);
  });

  it("takes a line of more than 32 MiB for a bad one, and reads on", async () => {
    const batch = batchOf(withBad(good("long", "x".repeat(33 * 2 ** 20)).text));
    assert.equal((await split(batch)).code, 0);
    assert.equal(cut(batch).length, 2);
    assert.match(batch.read("errors.jsonl"), /"line": 2.*longer than 32 MiB/);
  });

  it("leaves a run that is cut already as it is", async () => {
    const batch = batchOf(THREE);
    assert.equal((await split(batch)).code, 0);
    const before = batch.read("run.json");
    const again = await split(batch);
    assert.equal(again.code, 0);
    assert.match(again.output, /cut already/);
    assert.equal(batch.read("run.json"), before);
  });

  it("refuses a run folder that has another input or another cut", async () => {
    const batch = batchOf(THREE);
    assert.equal((await split(batch)).code, 0);
    const other = await run("batch_split", { ...batch.spec, shardLines: 2 });
    assert.equal(other.code, 2);
    assert.match(other.output, /choose another `run`/);
    writeFileSync((batch.spec["input"] as { file: string }).file, `${THREE}\n${good("d", "").text}`);
    const { code, output } = await split(batch);
    assert.equal(code, 2);
    assert.match(output, /output of another input/);
  });

  it("reads a URL, holds it against its sha256, and goes on without it once the run is cut", async () => {
    const server = createServer((_, response) => response.end(THREE)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/in.jsonl?signature=SECRET`;
    const sha256 = createHash("sha256").update(THREE).digest("hex");
    try {
      const wrong = await split(batchOf("", { input: { url, sha256: "0".repeat(64) } }));
      assert.equal(wrong.code, 2);
      assert.match(wrong.output, /its sha256 is/);
      const batch = batchOf("", { input: { url, sha256 } });
      const { code, output } = await split(batch);
      assert.equal(code, 0, output);
      assert.equal(cut(batch).length, 3);
      server.removeAllListeners("request").on("request", (_, response) => response.writeHead(403).end());
      const again = await split(batch);
      assert.equal(again.code, 0, again.output);
      assert.match(again.output, /cannot be read again/);
      assert.doesNotMatch(output + again.output, /SECRET/);
    } finally {
      server.close();
    }
  });

  it("refuses an endpoint that vllm run-batch does not answer, and a spec without models", async () => {
    for (const more of [{ endpoint: "/v1/completions" }, { models: [] }, { shardLines: 0 }, { badLines: "skip" }]) {
      const { code, output } = await split(batchOf(THREE, more));
      assert.equal(code, 2);
      assert.match(output, new RegExp(`spec\\.${Object.keys(more)[0]}`));
    }
    assert.equal((await split(batchOf(THREE, { endpoint: ENDPOINT }))).code, 0);
  });
});

const reported = (entry: unknown): unknown => {
  const { line, record, kind, custom_id } = entry as Record<string, unknown>;
  return { line, record, kind, custom_id };
};

/** The bad lines of an input, as errors.jsonl should have them. */
function badLines(file: Buffer, lines: readonly Made[]): unknown[] {
  const numbers = file
    .toString()
    .split("\n")
    .flatMap((text, at) => (text.replace("\ufeff", "").trim() === "" ? [] : [at + 1]));
  return lines.flatMap(({ bad, customId }, record) =>
    bad === undefined ? [] : [{ line: numbers[record], record, kind: bad, custom_id: customId }],
  );
}
