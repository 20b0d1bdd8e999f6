import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { RunFiles } from "../../../tools/batch/files.js";
import { fetchFile } from "../../../tools/batch/fetch.js";
import type { Target } from "../../../tools/batch/batches.js";
import { Cluster } from "../../../tools/local/client.js";
import { folderWith, removeFolders } from "../folders.js";
import { ApiServer } from "./apiServer.js";

/** Connections in a row that bring nothing are given up after one more. */
const MOST_BREAKS = 3;

describe("the files of a run", () => {
  let server: ApiServer;
  let cluster: Cluster;
  let files: RunFiles;
  let place: string;

  before(async () => {
    server = await ApiServer.start();
    cluster = new Cluster(server.kubeconfig());
    place = join(server.folder, "claims", "data");
    const folder = { output: { folder: "/claims/data" }, run: "r" };
    const container = { namespace: "vllm", pod: "p", container: "vllm" };
    files = new RunFiles({ cluster } as Target, container, folder, new AbortController().signal);
  });

  after(() => {
    cluster.close();
    server.stop();
    removeFolders();
  });

  it("come back as they went, for any bytes and any breaks of the connection on the way back", async () => {
    const sizes = fc.oneof(fc.constantFrom(0, 1, 65_535, 65_536, 65_537), fc.integer({ min: 0, max: 3_000_000 }));
    const breaks = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: MOST_BREAKS });
    await fc.assert(
      fc.asyncProperty(sizes, breaks, async (size, at) => {
        const content = randomBytes(size);
        const sha256 = createHash("sha256").update(content).digest("hex");
        const [sent, got] = [join(folderWith(), "sent"), join(folderWith(), "got")];
        writeFileSync(sent, content);
        server.breaks.length = 0;
        await files.upload({ file: sent, bytes: size, sha256 }, () => undefined);
        cpSync(join(place, "r", "input.jsonl"), join(place, "r", "output.jsonl"));
        server.breaks.push(...at.map((output) => ({ output })));
        await fetchFile(files, "output.jsonl", got, { bytes: size, sha256 }, () => undefined);
        assert.ok(readFileSync(got).equals(content));
      }),
      {
        numRuns: 4,
        examples: [
          [0, []],
          [200_000, [0, 65_536, 1]],
        ],
      },
    );
  });

  it("refuse an upload of another content than was announced, and keep what was there", async () => {
    rmSync(join(place, "r", "input.jsonl"), { force: true });
    const file = join(folderWith({ in: "abc" }), "in");
    await assert.rejects(
      files.upload({ file, bytes: 3, sha256: "0".repeat(64) }, () => undefined),
      /sha256 .* arrived in place of 0{64}/,
    );
    assert.ok(!existsSync(join(place, "r", "input.jsonl")));
  });

  it("give up a file that never comes whole, and keep its beginning for the next call", async () => {
    writeFileSync(join(place, "r", "output.jsonl"), "0123456789");
    const out = join(folderWith(), "out");
    const expected = { bytes: 10, sha256: createHash("sha256").update("0123456789").digest("hex") };
    server.breaks.push({ output: 4 }, ...Array.from({ length: 4 }, () => ({ output: 0 })));
    await assert.rejects(
      fetchFile(files, "output.jsonl", out, expected, () => undefined),
      /4 of 10 bytes have come/,
    );
    assert.ok(!existsSync(out));
    await fetchFile(files, "output.jsonl", out, expected, () => undefined);
    assert.equal(readFileSync(out, "utf8"), "0123456789");
  });
});
