/** Fills from a prefix in S3 with a manifest, into a folder and into S3. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canRunAsPod, type Ended, runProgram, startProgram } from "../../tools/standIns/programs.js";
import { S3_DENIED_KEYS, S3_KEYS } from "../../tools/standIns/s3Server.js";
import {
  assertTidy,
  bytesOf,
  cacheFolder,
  FILES,
  type Files,
  inBucket,
  isMarked,
  manifestOf,
  removeCaches,
  revisionFolder,
  until,
} from "./model.js";
import { useS3Server } from "./s3Server.js";

describe("a fill from a prefix in S3", () => {
  const s3 = useS3Server({ faults: 4 });
  let artifact: Awaited<ReturnType<typeof inBucket>>;

  const fill = (spec: object, env: Readonly<Record<string, string>> = S3_KEYS, asPod?: string[]): Promise<Ended> =>
    runProgram("fill.py", { artifact, ...spec }, { env, ...(asPod && { asPod }) });

  before(async () => {
    await s3().makeBucket("weights");
    await s3().makeBucket("cache");
    artifact = await inBucket(s3(), "weights", "models/a");
  });
  after(removeCaches);

  it("has the files of the manifest, as the pod's user on a read-only root", async () => {
    const folder = cacheFolder();
    const ended = await fill({ cache: { folder } }, S3_KEYS, canRunAsPod() ? [folder] : undefined);
    assert.equal(ended.code, 0, ended.output);
    assertTidy(folder, artifact.revision);
  });

  it("goes on within a file after what an earlier fill left of it", async () => {
    const folder = cacheFolder();
    const path = "model-00001-of-00002.safetensors";
    const left = join(folder, "weights", "org--model", `.${artifact.revision}.part`, "killed.1.abcd", path);
    mkdirSync(dirname(left), { recursive: true });
    writeFileSync(left, FILES[path]!.subarray(0, 1_234_567));
    s3().requests.length = 0;
    const ended = await fill({ cache: { folder } });
    assert.equal(ended.code, 0, ended.output);
    assert.match(ended.output, /goes on with the downloads of a fill that was interrupted owner=killed\.1\.abcd/);
    const asked = s3().requests.filter((line) => line.startsWith(`GET /weights/models/a/${path}`));
    assert.ok(
      asked.length > 0 && asked.every((line) => Number(/bytes=(\d+)-/.exec(line)?.[1]) >= 1_234_567),
      s3().requests.join("\n"),
    );
    assertTidy(folder, artifact.revision);
  });

  it("fetches a file anew when what was left of it is wrong", async () => {
    const folder = cacheFolder();
    const left = join(folder, "weights", "org--model", `.${artifact.revision}.part`, "idle", "config.json");
    mkdirSync(dirname(left), { recursive: true });
    writeFileSync(left, "not what it");
    const ended = await fill({ cache: { folder } });
    assert.equal(ended.code, 0, ended.output);
    assert.match(ended.output, /a download is not what was promised: fetches it anew file=config\.json/);
    assertTidy(folder, artifact.revision);
  });

  it("refuses a manifest that is not the one of the revision", async () => {
    const ended = await fill({ artifact: { ...artifact, revision: "a".repeat(40) }, cache: { folder: cacheFolder() } });
    assert.equal(ended.code, 2, ended.output);
    assert.match(
      ended.output,
      new RegExp(`manifest.json: its hash begins with ${artifact.revision}, the revision is aaaa`),
    );
  });

  it("refuses a prefix without a manifest, and one that it may not read", async () => {
    const source = { s3: s3().place("weights", "nothing") };
    const missing = await fill({ artifact: { ...artifact, source }, cache: { folder: cacheFolder() } });
    assert.equal(missing.code, 2, missing.output);
    assert.match(missing.output, /s3:\/\/weights\/nothing\/manifest\.json: there is no manifest/);
    const denied = await fill({ cache: { folder: cacheFolder() } }, S3_DENIED_KEYS);
    assert.equal(denied.code, 2, denied.output);
    assert.match(denied.output, /AccessDenied/);
    assert.ok(!denied.output.includes(S3_DENIED_KEYS.AWS_SECRET_ACCESS_KEY));
  });

  it("refuses an object that is not what the manifest says", async () => {
    const files: Files = { ...FILES, "config.json": Buffer.from("{}") };
    const spoiled = await inBucket(s3(), "weights", "models/spoiled", files);
    await s3().put("weights", "models/spoiled/config.json", "[]");
    const folder = cacheFolder();
    const ended = await fill({ artifact: spoiled, cache: { folder } });
    assert.equal(ended.code, 2, ended.output);
    assert.match(ended.output, /models\/spoiled\/config\.json: its hash is/);
    assert.ok(!isMarked(folder, spoiled.revision));
  });

  it("says every problem of its input at once", async () => {
    const ended = await fill({ artifact: { id: "../x", revision: "main", source: {} }, cache: {} });
    assert.equal(ended.code, 2, ended.output);
    for (const where of ["artifact.id", "artifact.revision", "artifact.source", "cache"]) {
      assert.ok(ended.output.includes(`${where}: `), where);
    }
  });

  describe("into S3", () => {
    const large: Files = { "config.json": Buffer.from("{}"), "model.safetensors": bytesOf("large", 18_000_000) };

    it("puts each object there whole, with its hash, and the marker last", async () => {
      const from = await inBucket(s3(), "weights", "models/large", large);
      const cache = { s3: s3().place("cache", "one"), scratch: cacheFolder() };
      s3().requests.length = 0;
      const ended = await fill({ artifact: from, cache });
      assert.equal(ended.code, 0, ended.output);
      const prefix = `one/${revisionFolder(from.revision)}`;
      for (const [path, content] of Object.entries(large)) {
        assert.ok((await s3().get("cache", `${prefix}/${path}`))?.equals(content), path);
      }
      const names = [...Object.keys(large), ".complete", ".manifest.json", ".used"];
      assert.deepEqual(await s3().keys("cache", "one/"), names.map((name) => `${prefix}/${name}`).sort());
      assert.equal(
        (await s3().get("cache", `${prefix}/.manifest.json`))?.toString(),
        manifestOf(large).body.toString(),
      );
      const written = s3().requests.filter((line) => line.startsWith("PUT") && line.includes(prefix));
      assert.match(written.at(-1)!, /\.used/);
      assert.match(written.filter((line) => !line.includes(".used")).at(-1)!, /\.complete/);
      assert.equal(await s3().unfinishedUploads("cache"), 0);
    });

    it("sends no object again that an earlier fill has sent", async () => {
      const from = await inBucket(s3(), "weights", "models/large", large);
      const cache = { s3: s3().place("cache", "two"), scratch: cacheFolder() };
      assert.equal((await fill({ artifact: from, cache })).code, 0);
      // As if it had been killed before the marker.
      const prefix = `two/${revisionFolder(from.revision)}`;
      const listed = await s3().keys("cache", prefix);
      assert.ok(listed.includes(`${prefix}/.complete`));
      await s3().remove("cache", `${prefix}/.complete`);
      s3().requests.length = 0;
      const again = await fill({ artifact: from, cache });
      assert.equal(again.code, 0, again.output);
      assert.match(again.output, /are there already files=2 bytes=18000002/);
      assert.ok(!s3().requests.some((line) => /^(PUT|POST).*model\.safetensors/.test(line)));
      assert.deepEqual(await s3().keys("cache", prefix), listed);
    });
  });

  describe("within a budget", () => {
    const bytes = Object.values(FILES).reduce((sum, { length }) => sum + length, 0);

    /** A cache with filled revisions of given sizes, the first used longest ago. */
    function cacheWith(...sizes: number[]): { folder: string; revisions: string[] } {
      const folder = cacheFolder();
      const revisions = sizes.map((size, at) => {
        const revision = String(at).repeat(40);
        const path = join(folder, revisionFolder(revision));
        mkdirSync(path, { recursive: true });
        writeFileSync(join(path, "model.safetensors"), Buffer.alloc(size));
        writeFileSync(join(path, ".complete"), JSON.stringify({ revision }));
        writeFileSync(join(path, ".used"), "");
        const used = new Date(Date.now() - 1000 * (1000 - at));
        utimesSync(join(path, ".used"), used, used);
        return revision;
      });
      return { folder, revisions };
    }

    it("removes what was not used for longest, and no more than it must", async () => {
      const { folder, revisions } = cacheWith(3_000_000, 3_000_000, 3_000_000);
      const keep = [revisionFolder(revisions[0]!)];
      const ended = await fill({ cache: { folder }, budgetBytes: bytes + 6_100_000, keep });
      assert.equal(ended.code, 0, ended.output);
      assert.match(
        ended.output,
        /removed the revision that was not used for longest folder=weights\/org--model\/1{40}/,
      );
      assert.deepEqual(
        revisions.map((revision) => isMarked(folder, revision)),
        [true, false, true],
      );
      assert.ok(!existsSync(join(folder, revisionFolder(revisions[1]!))));
      assert.ok(isMarked(folder, artifact.revision));
    });

    it("refuses when what must stay leaves no room, and says how much is missing", async () => {
      const { folder, revisions } = cacheWith(3_000_000);
      const keep = revisions.map((revision) => revisionFolder(revision));
      const ended = await fill({ cache: { folder }, budgetBytes: bytes, keep });
      assert.equal(ended.code, 2, ended.output);
      assert.match(ended.output, /the budget is 0\.00 GiB; this revision takes .*: raise `budgetGiB` by 0\.00 GiB/);
      assert.ok(isMarked(folder, revisions[0]!));
    });

    it("never removes what is being filled, nor what no fill made", async () => {
      const { folder, revisions } = cacheWith(3_000_000);
      const foreign = join(folder, revisionFolder("f".repeat(40)));
      mkdirSync(foreign, { recursive: true });
      writeFileSync(join(foreign, "mine.safetensors"), Buffer.alloc(1_000_000));
      writeFileSync(join(folder, "weights", "org--model", `.${revisions[0]}.lock.7`), '{"owner":"other"}');
      const ended = await fill({ cache: { folder }, budgetBytes: bytes + 2_000_000 });
      assert.equal(ended.code, 1, ended.output);
      assert.match(ended.output, /are taken by what may not be removed/);
      assert.ok(isMarked(folder, revisions[0]!) && existsSync(join(foreign, "mine.safetensors")));
    });
  });

  it("that holds marks its use, fills what has gone, and ends at SIGTERM", async () => {
    const folder = cacheFolder();
    const spec = { artifact, cache: { folder }, hold: true, holdMinutes: 0.005 };
    const running = await startProgram("fill.py", spec, { env: S3_KEYS });
    await until(() => isMarked(folder, artifact.revision));
    rmSync(join(folder, "weights"), { recursive: true });
    await until(() => isMarked(folder, artifact.revision));
    const used = (): number => statSync(join(folder, revisionFolder(artifact.revision), ".used")).mtimeMs;
    await until(() => existsSync(join(folder, revisionFolder(artifact.revision), ".used")));
    const before = used();
    await until(() => used() > before);
    running.kill("SIGTERM");
    const ended = await running.ended();
    // In the middle of a check it is a failure that may be retried; the pod is gone either way.
    assert.ok(ended.code === 0 || ended.code === 1, ended.output);
    assertTidy(folder, artifact.revision);
  });
});
