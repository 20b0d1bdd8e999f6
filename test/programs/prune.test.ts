/** What pruning removes, and what it never does. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { runProgram, startProgram } from "../../tools/standIns/programs.js";
import { S3_KEYS } from "../../tools/standIns/s3Server.js";
import {
  assertRight,
  cacheFolder,
  filesUnder,
  inBucket,
  isMarked,
  removeCaches,
  revisionFolder,
  until,
} from "./model.js";
import { useS3Server } from "./s3Server.js";

interface Pruned {
  revisions: { folder: string; bytes: number; complete: boolean; kept: string | null; removed: boolean }[];
  others: string[];
  bytes: number;
  freedBytes: number;
}

async function prune(spec: object): Promise<Pruned> {
  const { code, output } = await runProgram("prune.py", spec, { env: S3_KEYS });
  assert.equal(code, 0, output);
  return JSON.parse(output.trimEnd().split("\n").at(-1)!) as Pruned;
}

const STATES = ["complete", "partial", "foreign", "locked"] as const;
type State = (typeof STATES)[number];

/** The files of a revision in a state, by name in the cache. */
function filesOf(revision: string, state: State): Record<string, string> {
  const folder = revisionFolder(revision);
  const beside = `weights/org--model/.${revision}`;
  return {
    [`${folder}/model.safetensors`]: "x".repeat(100),
    ...(state === "complete" && { [`${folder}/.complete`]: JSON.stringify({ revision }) }),
    ...((state === "partial" || state === "locked") && { [`${beside}.part/idle/config.json`]: "{" }),
    ...(state === "locked" && { [`${beside}.lock.3`]: '{"owner":"other"}' }),
  };
}

describe("pruning", () => {
  const s3 = useS3Server({ faults: 2 });
  before(async () => {
    await s3().makeBucket("cache");
    await s3().makeBucket("weights");
  });
  after(removeCaches);

  const write = (folder: string, files: Record<string, string>): void => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  };

  it("removes just what no release names, nobody fills and a fill made, and that only when told to", async () => {
    const caches = fc.array(fc.record({ state: fc.constantFrom(...STATES), isKept: fc.boolean() }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(caches, fc.boolean(), async (found, apply) => {
        const folder = cacheFolder();
        const revisions = found.map((one, at) => ({ ...one, revision: String(at).repeat(40) }));
        for (const { revision, state } of revisions) write(folder, filesOf(revision, state));
        const keep = revisions.filter(({ isKept }) => isKept).map(({ revision }) => revisionFolder(revision));
        const before = filesUnder(folder);
        const pruned = await prune({ cache: { folder }, keep, apply });
        const goes = (one: (typeof revisions)[number]): boolean =>
          apply && !one.isKept && (one.state === "complete" || one.state === "partial");
        const gone = revisions.filter(goes).map(({ revision }) => revision);
        assert.deepEqual(
          filesUnder(folder),
          before.filter((name) => !gone.some((revision) => name.includes(revision))),
        );
        assert.deepEqual(
          pruned.revisions.filter(({ removed }) => removed).map(({ folder: name }) => name),
          gone.map((revision) => revisionFolder(revision)),
        );
        assert.equal(pruned.revisions.length, revisions.length);
      }),
      { numRuns: 12, seed: 3 },
    );
  });

  it("lists each revision with size and why it stays", async () => {
    const folder = cacheFolder();
    const [a, b, c, d] = ["a", "b", "c", "d"].map((digit) => digit.repeat(40));
    write(folder, {
      ...filesOf(a!, "complete"),
      ...filesOf(b!, "complete"),
      ...filesOf(c!, "locked"),
      ...filesOf(d!, "foreign"),
    });
    write(folder, { "weights/notes.txt": "mine" });
    const { revisions, others } = await prune({ cache: { folder }, keep: [revisionFolder(a!)] });
    assert.deepEqual(
      revisions.map(({ bytes, complete, kept, removed }) => [bytes, complete, kept, removed]),
      [
        [155, true, "a release names it", false],
        [155, true, null, false],
        [118, false, "other fills it", false],
        [100, false, "no fill made it", false],
      ],
    );
    assert.deepEqual(others, ["weights/notes.txt"]);
    assert.equal(readFileSync(join(folder, "weights/notes.txt"), "utf8"), "mine");
  });

  it("does the same in S3", async () => {
    const [a, b] = ["a".repeat(40), "b".repeat(40)];
    for (const [name, content] of Object.entries({ ...filesOf(a, "complete"), ...filesOf(b, "complete") })) {
      await s3().put("cache", `p/${name}`, content);
    }
    await s3().put("cache", "other/file", "x");
    const pruned = await prune({ cache: { s3: s3().place("cache", "p") }, keep: [revisionFolder(a)], apply: true });
    assert.equal(pruned.freedBytes, 155);
    assert.deepEqual(await s3().keys("cache"), [
      "other/file",
      `p/${revisionFolder(a)}/.complete`,
      `p/${revisionFolder(a)}/model.safetensors`,
    ]);
  });

  it("refuses to guess what to keep", async () => {
    const folder = cacheFolder();
    const { code, output } = await runProgram("prune.py", { cache: { folder }, apply: true });
    assert.equal(code, 2);
    assert.match(output, /keep: the folders that releases name are wanted/);
  });

  it("again and again does not disturb a fill that goes on", async () => {
    const artifact = await inBucket(s3(), "weights", "models/a");
    const folder = cacheFolder();
    const running = await startProgram("fill.py", { artifact, cache: { folder } }, { env: S3_KEYS });
    await until(() => existsSync(join(folder, "weights")));
    let fills = true;
    const ended = running.ended().finally(() => (fills = false));
    while (fills && !isMarked(folder, artifact.revision))
      await prune({ cache: { folder }, keep: [revisionFolder(artifact.revision)], apply: true });
    const { code, output } = await ended;
    assert.equal(code, 0, output);
    assertRight(folder, artifact.revision);
  });
});
