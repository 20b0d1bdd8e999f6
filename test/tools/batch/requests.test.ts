import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { CustomIds } from "../../../tools/batch/customIds.js";
import { linesOf } from "../../../tools/batch/lines.js";
import { Requests } from "../../../tools/batch/requests.js";
import { PROJECT } from "../folders.js";

const TAKEN = { endpoint: "/v1/embeddings", models: ["chat"] };

/** What the program in the cluster finds: kinds of bad lines by their numbers. */
const PYTHON = `
import sys, json
from batch_lines import Bad, Requests, lines_of
for text in json.load(sys.stdin):
    found, requests = [], Requests(${JSON.stringify(TAKEN.endpoint)}, ${JSON.stringify(TAKEN.models)})
    for line in lines_of([bytes.fromhex(text)]):
        try:
            requests.check(line)
            found.append([line.number, "good"])
        except Bad as bad:
            found.append([line.number, bad.kind])
    print(json.dumps(found))
`;

function* chunksOf(text: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
}

async function found(text: Buffer, size: number): Promise<[number, string][]> {
  const requests = new Requests(TAKEN);
  const all: [number, string][] = [];
  for await (const line of linesOf(Readable.from(chunksOf(text, size))))
    all.push([line.number, requests.check(line)?.kind ?? "good"]);
  return all;
}

/** Something else than what belongs there, now and then. */
function mostly(good: unknown): fc.Arbitrary<unknown> {
  const others = [undefined, null, "", 3, "other", [], {}, ["POST"]];
  return fc.oneof({ weight: 9, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

const request = fc
  .record({
    custom_id: fc.oneof(mostly("x"), fc.string({ maxLength: 3 }), fc.string({ unit: "grapheme", maxLength: 3 })),
    method: mostly("POST"),
    url: mostly(TAKEN.endpoint),
    body: fc.oneof(
      { weight: 9, arbitrary: fc.record({ model: mostly("chat") }) },
      { weight: 1, arbitrary: mostly({}) },
    ),
  })
  .map((value) => Buffer.from(JSON.stringify(value)));
const garbage = fc.constantFrom("", " ", "\t\r", "{", "[]", "null", "NaN", '{"a": NaN}', "\ufeff{}", '"text"', "7");
const anyLine = fc.oneof(
  { weight: 6, arbitrary: request },
  { weight: 2, arbitrary: garbage.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
);
const anyFile = fc
  .tuple(fc.array(anyLine, { maxLength: 12 }), fc.constantFrom("\n", "\r\n", " \n"), fc.constantFrom("", "\ufeff"))
  .map(([lines, end, mark]) =>
    Buffer.concat([Buffer.from(mark), ...lines.flatMap((text) => [text, Buffer.from(end)])]),
  );

describe("the check of an input", () => {
  it("finds what the program in the cluster finds, for any file, however it comes in pieces", async () => {
    const files = fc.sample(fc.tuple(anyFile, fc.integer({ min: 1, max: 40 })), 2000);
    const said = execFileSync("python3", ["-c", PYTHON], {
      cwd: join(PROJECT, "components", "programs"),
      env: { ...process.env, PYTHONPATH: ".", PYTHONDONTWRITEBYTECODE: "1" },
      input: JSON.stringify(files.map(([text]) => text.toString("hex"))),
      maxBuffer: 64 << 20,
    });
    const wanted = said.toString().trim().split("\n");
    for (const [index, [text, size]] of files.entries())
      assert.deepEqual(await found(text, size), JSON.parse(wanted[index]!), JSON.stringify(text.toString("latin1")));
  });

  it("shows nothing of a request's content", async () => {
    const secret = "s3cret";
    const line = JSON.stringify({ custom_id: "a", method: "POST", url: TAKEN.endpoint, body: [secret] });
    for await (const one of linesOf(Readable.from(chunksOf(Buffer.from(`${line}\n{"${secret}`), 7)))) {
      const bad = new Requests(TAKEN).check(one);
      assert.ok(bad !== undefined && !bad.message.includes(secret), bad?.message);
    }
  });

  it("knows each of 200,000 custom_ids again", () => {
    const ids = new CustomIds();
    const known = Array.from({ length: 200_000 }, (_, index) => ids.add(`request-${index + 1}`, index + 1));
    assert.ok(known.every((line) => line === undefined));
    for (let line = 1; line <= 200_000; line += 19_991) assert.equal(ids.add(`request-${line}`, 0), line);
  });
});
