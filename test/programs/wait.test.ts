/** The step that waits for fills before a server starts. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runProgram, startProgram } from "../../tools/standIns/programs.js";
import { cacheFolder, COMMIT, FILES, ID, manifestOf, removeCaches, revisionFolder, until } from "./model.js";
import { needsPython } from "./needs.js";

describe("waiting for a fill", () => {
  needsPython();
  after(removeCaches);

  const artifactIn = (cache: string): { id: string; revision: string; path: string } => ({
    id: ID,
    revision: COMMIT,
    path: join(cache, revisionFolder(COMMIT)),
  });

  const mark = (cache: string, revision = COMMIT): void => {
    const { path } = artifactIn(cache);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, ".complete"), JSON.stringify({ revision }));
  };

  it("says what it waits for and who fills it, and goes on once the marker is there", async () => {
    const cache = cacheFolder();
    mkdirSync(join(cache, "weights/org--model"), { recursive: true });
    const about = JSON.stringify({ owner: "fill-x", total: 2 ** 34, done: 2 ** 33 });
    writeFileSync(join(cache, `weights/org--model/.${COMMIT}.lock.1`), about);
    const compiled = join(cache, "compiled/abc/l4/chat-r1");
    const running = await startProgram("wait.py", { artifacts: [artifactIn(cache)], timeoutSeconds: 60, compiled });
    await until(() => running.output.includes("waits for the fill"));
    assert.match(
      running.output,
      /waits for the fill of org\/model at c0ffee0+: no \.complete in .*, 8\.00 GiB of 16\.00 GiB by fill-x waitedSeconds=0/,
    );
    mark(cache);
    const { code, output } = await running.ended();
    assert.equal(code, 0, output);
    assert.match(output, /is filled id=org\/model revision=c0ffee/);
    assert.ok(existsSync(compiled));
  });

  it("marks the use of what it waited for", async () => {
    const cache = cacheFolder();
    mark(cache);
    const used = join(artifactIn(cache).path, ".used");
    writeFileSync(used, "");
    utimesSync(used, 1, 1);
    assert.equal((await runProgram("wait.py", { artifacts: [artifactIn(cache)], timeoutSeconds: 5 })).code, 0);
    assert.ok(statSync(used).mtimeMs > 1000 * 60);
  });

  it("ends after its time, which a retry may mend", async () => {
    const { code, output } = await runProgram("wait.py", {
      artifacts: [artifactIn(cacheFolder())],
      timeoutSeconds: 0.1,
    });
    assert.equal(code, 1);
    assert.match(output, /no \.complete in .* after \d+ s: see the fill's log/);
  });

  it("refuses a marker of another revision", async () => {
    const cache = cacheFolder();
    mark(cache, "d".repeat(40));
    const { code, output } = await runProgram("wait.py", { artifacts: [artifactIn(cache)], timeoutSeconds: 5 });
    assert.equal(code, 2);
    assert.match(output, /its marker is of revision dddd/);
  });

  it("says every problem of its input at once", async () => {
    const { code, output } = await runProgram("wait.py", { artifacts: [{ id: "a", revision: "main", path: "x" }] });
    assert.equal(code, 2);
    for (const where of ["artifacts[0].revision", "artifacts[0].path", "timeoutSeconds"])
      assert.ok(output.includes(where));
  });

  describe("for a claim of one's own", () => {
    const { body, revision } = manifestOf(FILES);

    function claim(): string {
      const folder = cacheFolder();
      for (const [path, content] of Object.entries(FILES)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      writeFileSync(join(folder, "manifest.json"), body);
      return folder;
    }
    const check = (path: string, at = revision) =>
      runProgram("wait.py", { artifacts: [{ id: ID, revision: at, path, manifest: true }], timeoutSeconds: 5 });

    it("takes the files of the manifest that the revision stands for", async () => {
      const { code, output } = await check(claim());
      assert.equal(code, 0, output);
      assert.match(output, /has the files of its manifest/);
    });

    it("refuses another manifest, and files of another size, all at once", async () => {
      const other = await check(claim(), "a".repeat(40));
      assert.equal(other.code, 2);
      assert.match(other.output, new RegExp(`its hash begins with ${revision}, the revision is aaaa`));
      const folder = claim();
      writeFileSync(join(folder, "config.json"), "");
      writeFileSync(join(folder, "model-00001-of-00002.safetensors"), "x");
      const cut = await check(folder);
      assert.equal(cut.code, 2);
      assert.match(cut.output, /config\.json: 0 bytes, the manifest says 38/);
      assert.match(cut.output, /model-00001-of-00002\.safetensors: 1 bytes, the manifest says 3000000/);
    });

    it("refuses one without a manifest, and says how to make it", async () => {
      const { code, output } = await check(cacheFolder());
      assert.equal(code, 2);
      assert.match(output, /there is no manifest: make it with `python3 manifest\.py/);
    });
  });
});
