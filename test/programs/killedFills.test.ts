/** Fills that are killed or frozen at any moment, two of them at once: a marker is never there without every file. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { runProgram, type Running, startProgram } from "../../tools/standIns/programs.js";
import { S3_KEYS } from "../../tools/standIns/s3Server.js";
import {
  assertRight,
  assertTidy,
  cacheFolder,
  FILES,
  filesUnder,
  inBucket,
  isMarked,
  manifestOf,
  removeCaches,
  revisionFolder,
  until,
} from "./model.js";
import { useS3Server } from "./s3Server.js";

/** Interrupted fills into a folder; half as many into S3. More of them: `KILLED_FILLS=100 npx mocha test/programs/killedFills.test.ts`. */
const RUNS = Number(process.env["KILLED_FILLS"] ?? 8);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** When a fill is killed: after it has begun, this many milliseconds later. */
const moments = fc.array(fc.array(fc.nat(400), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 });

describe("fills that are interrupted", () => {
  const s3 = useS3Server({ faults: 3 });
  let artifact: Awaited<ReturnType<typeof inBucket>>;

  before(async () => {
    await s3().makeBucket("weights");
    await s3().makeBucket("cache");
    artifact = await inBucket(s3(), "weights", "models/a");
  });
  after(removeCaches);

  const start = (cache: object): Promise<Running> =>
    startProgram("fill.py", { artifact, cache, staleSeconds: 1 }, { env: S3_KEYS });

  /** Starts fills at once and kills each at its moment; with some signals in between they end by themselves. */
  async function interrupt(cache: object, delays: readonly number[]): Promise<void> {
    await Promise.all(
      delays.map(async (delay, at) => {
        const running = await start(cache);
        const begun = Date.now();
        while (!/ (fills|another) /.test(running.output) && Date.now() - begun < 5000) await sleep(10);
        await sleep(delay);
        running.kill(at === 0 ? "SIGKILL" : "SIGTERM");
        await running.ended();
      }),
    );
  }

  /** A fill that stopped in the middle; where one is done before it is frozen, another is tried. */
  async function frozenFill(): Promise<{ folder: string; frozen: Running }> {
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const folder = cacheFolder();
      const frozen = await start({ folder });
      await until(() => filesUnder(folder).some((name) => /\.lock\.\d+$/.test(name)));
      frozen.kill("SIGSTOP");
      if (!isMarked(folder, artifact.revision)) return { folder, frozen };
      frozen.kill("SIGKILL");
      await frozen.ended();
    }
    return assert.fail("every one of 20 fills was done before it was frozen");
  }

  it("leave a folder that is right wherever it is marked, and that the next fill completes", async function () {
    await fc.assert(
      fc.asyncProperty(moments, async (rounds) => {
        const folder = cacheFolder();
        for (const delays of rounds) {
          await interrupt({ folder }, delays);
          if (isMarked(folder, artifact.revision)) assertRight(folder, artifact.revision);
        }
        const ended = await runProgram("fill.py", { artifact, cache: { folder }, staleSeconds: 1 }, { env: S3_KEYS });
        assert.equal(ended.code, 0, ended.output);
        assertRight(folder, artifact.revision);
      }),
      { numRuns: RUNS, seed: 15, endOnFailure: true },
    );
  });

  it("leave a prefix of S3 that is right wherever it is marked, and that the next fill completes", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1200), { minLength: 1, maxLength: 2 }), async (delays) => {
        run += 1;
        const cache = { s3: s3().place("cache", `run${run}`), scratch: cacheFolder() };
        const isRight = async (): Promise<void> => {
          const prefix = `run${run}/${revisionFolder(artifact.revision)}`;
          for (const [path, content] of Object.entries(FILES)) {
            assert.ok((await s3().get("cache", `${prefix}/${path}`))?.equals(content), path);
          }
          const manifest = await s3().get("cache", `${prefix}/.manifest.json`);
          assert.equal(manifest?.toString(), manifestOf(FILES).body.toString());
        };
        const isMarkedThere = async (): Promise<boolean> =>
          (await s3().keys("cache", `run${run}/`)).some((key) => key.endsWith("/.complete"));
        await interrupt(cache, delays);
        if (await isMarkedThere()) await isRight();
        const ended = await runProgram("fill.py", { artifact, cache, staleSeconds: 1 }, { env: S3_KEYS });
        assert.equal(ended.code, 0, ended.output);
        assert.ok(await isMarkedThere());
        await isRight();
      }),
      { numRuns: RUNS / 2, seed: 15, endOnFailure: true },
    );
  });

  it("and are not alone fill once: the second waits and finds it filled", async () => {
    const folder = cacheFolder();
    s3().requests.length = 0;
    const both = await Promise.all([start({ folder }), start({ folder })]);
    const ended = await Promise.all(both.map((running) => running.ended()));
    assert.deepEqual(
      ended.map(({ code }) => code),
      [0, 0],
      ended.map(({ output }) => output).join("\n"),
    );
    assert.equal(ended.filter(({ output }) => output.includes(" fills ")).length, 1);
    assertTidy(folder, artifact.revision);
  });

  it("by a frozen node end when it wakes up after another has taken over", async () => {
    const { folder, frozen } = await frozenFill();
    const other = await (await start({ folder })).ended();
    assert.equal(other.code, 0, other.output);
    assert.match(other.output, /took over a lock that was not renewed/);
    frozen.kill("SIGCONT");
    const woken = await frozen.ended();
    // It saw that its lock was gone, or that the files that it brought were not its own any more.
    assert.notEqual(woken.code, null);
    assertRight(folder, artifact.revision);
    assert.ok(existsSync(join(folder, revisionFolder(artifact.revision), ".complete")));
  });
});
