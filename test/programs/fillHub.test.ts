/** Fills from the hub, by the hub's own client, where the machine allows it as the pod runs it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fault, Hub, type HubOptions } from "../../tools/standIns/hub.js";
import { canRunAsPod, runProgram, startProgram } from "../../tools/standIns/programs.js";
import {
  assertTidy,
  cacheFolder,
  COMMIT,
  FILES,
  type Files,
  filesUnder,
  ID,
  isMarked,
  removeCaches,
  revisionFolder,
  until,
} from "./model.js";
import { needsPython } from "./needs.js";

describe("a fill from the hub", () => {
  needsPython();
  let hub: Hub | undefined;

  async function serve(options: Partial<HubOptions> = {}): Promise<Hub> {
    hub = await Hub.start({ files: FILES, id: ID, revision: COMMIT, ...options });
    return hub;
  }

  const artifact = (more: object = {}): object => ({
    id: ID,
    revision: COMMIT,
    source: { hub: { endpoint: hub!.endpoint } },
    ...more,
  });

  afterEach(async () => {
    await hub?.stop();
    hub = undefined;
  });
  after(removeCaches);

  it("has every file verified, as the pod's user on a read-only root", async function () {
    await serve();
    const folder = cacheFolder();
    if (!canRunAsPod()) console.log("      run as this user: it may not make mount namespaces");
    const asPod = canRunAsPod() ? [folder] : undefined;
    const ended = await runProgram("fill.py", { artifact: artifact(), cache: { folder } }, { asPod });
    assert.equal(ended.code, 0, ended.output);
    assertTidy(folder, COMMIT);
    const marker = JSON.parse(readFileSync(join(folder, revisionFolder(COMMIT), ".complete"), "utf8")) as object;
    assert.deepEqual(
      { ...marker, seconds: 0, at: "" },
      {
        id: ID,
        revision: COMMIT,
        source: `${hub!.endpoint}/${ID}`,
        bytes: Object.values(FILES).reduce((sum, { length }) => sum + length, 0),
        files: Object.keys(FILES).length,
        seconds: 0,
        at: "",
      },
    );
  });

  it("that is there already asks the hub for nothing", async () => {
    await serve();
    const spec = { artifact: artifact(), cache: { folder: cacheFolder() } };
    assert.equal((await runProgram("fill.py", spec)).code, 0);
    const asked = hub!.requests.length;
    const again = await runProgram("fill.py", spec);
    assert.equal(again.code, 0);
    assert.match(again.output, /is filled already/);
    assert.equal(hub!.requests.length, asked);
  });

  it("gets over errors, rate limits and broken connections", async () => {
    const faults: Fault[] = ["500", undefined, "429", undefined, "cut", undefined, undefined, "cut", "500", undefined];
    let count = 0;
    await serve({ fault: () => (count < 40 ? faults[count++ % faults.length] : undefined) });
    const folder = cacheFolder();
    const ended = await runProgram("fill.py", { artifact: artifact(), cache: { folder } });
    assert.equal(ended.code, 0, ended.output);
    assertTidy(folder, COMMIT);
  });

  it("that was killed fetches the files again that were not finished, and no others", async () => {
    const large = "model-00001-of-00002.safetensors";
    let held: (() => void) | undefined;
    await serve({ hold: ({ url }) => (url === `/cdn/${large}` ? new Promise((go) => (held = go)) : undefined) });
    const folder = cacheFolder();
    const spec = { artifact: artifact(), cache: { folder }, staleSeconds: 1 };
    const first = await startProgram("fill.py", spec);
    const isThere = (path: string): boolean => existsSync(join(folder, revisionFolder(COMMIT), path));
    const others = Object.keys(FILES).filter((path) => path !== large);
    await until(() => held !== undefined && others.every(isThere));
    first.kill("SIGKILL");
    await first.ended();
    assert.ok(!isMarked(folder, COMMIT) && !isThere(large));

    held = undefined;
    hub!.requests.length = 0;
    const second = await startProgram("fill.py", spec);
    await until(() => held !== undefined);
    held!();
    const ended = await second.ended();
    assert.equal(ended.code, 0, ended.output);
    assert.match(ended.output, /took over a lock/);
    assert.deepEqual(
      hub!.requests.filter((line) => line.startsWith("GET") && !line.includes("/api/")),
      [`GET /cdn/${large}`],
    );
    assertTidy(folder, COMMIT);
  });

  it("leaves out what no engine reads, and `patterns` replaces that rule", async () => {
    const files: Files = {
      ...FILES,
      "pytorch_model.bin": Buffer.from("x"),
      "original/consolidated.00.pth": Buffer.from("y"),
    };
    await serve({ files });
    const folder = cacheFolder();
    assert.equal((await runProgram("fill.py", { artifact: artifact(), cache: { folder } })).code, 0);
    assertTidy(folder, COMMIT);
    const patterns = ["*.json", "*.bin"];
    assert.equal((await runProgram("fill.py", { artifact: artifact({ patterns }), cache: { folder } })).code, 0);
    assertTidy(folder, COMMIT, { ...FILES, "pytorch_model.bin": files["pytorch_model.bin"]! });
  });

  const refusals: {
    what: string;
    options?: Partial<HubOptions>;
    more?: object;
    env?: Record<string, string>;
    message: RegExp;
  }[] = [
    {
      what: "a gated model without its token",
      options: { token: "hf_right" },
      env: { HF_TOKEN: "hf_wr0ng" },
      message: /org\/model is gated: accept its terms with the account of HF_TOKEN/,
    },
    { what: "a commit that the model has not", more: { revision: "d".repeat(40) }, message: /has no commit dddd/ },
    {
      what: "a model that the hub has not",
      more: { id: "org/other" },
      message: /the hub has no such model, or HF_TOKEN may not see it/,
    },
    {
      what: "a branch",
      more: { revision: "main" },
      message: /artifact\.revision: got 'main', 40 hex digits are wanted/,
    },
    {
      what: "patterns that fit no file",
      more: { patterns: ["*.gguf"] },
      message: /none of its 5 files is wanted: check `patterns`/,
    },
    {
      what: "files that would leave the folder",
      options: { files: { "../x.safetensors": Buffer.from("x") } },
      message: /'\.\.\/x\.safetensors' is no file name that a cache takes/,
    },
    {
      what: "a commit that the hub resolves to another",
      options: { says: "e".repeat(40) },
      message: /is no commit of it, the hub answers with eeee/,
    },
  ];
  for (const { what, options, more, env, message } of refusals) {
    it(`refuses ${what}, for good and without a secret in its words`, async () => {
      await serve(options);
      const ended = await runProgram(
        "fill.py",
        { artifact: artifact(more), cache: { folder: cacheFolder() } },
        { env },
      );
      assert.equal(ended.code, 2, ended.output);
      assert.match(ended.output, message);
      assert.ok(!ended.output.includes("hf_wr0ng"));
    });
  }

  it("refuses files whose hash is not the promised one, and keeps none of them", async () => {
    await serve({ spoiled: "model-00002-of-00002.safetensors" });
    const folder = cacheFolder();
    const ended = await runProgram("fill.py", { artifact: artifact(), cache: { folder } });
    assert.equal(ended.code, 2, ended.output);
    assert.match(
      ended.output,
      /model-00002-of-00002\.safetensors: its hash is [0-9a-f]{64}, [0-9a-f]{64} is promised, 3 times/,
    );
    assert.ok(!isMarked(folder, COMMIT));
    assert.ok(!filesUnder(folder).some((name) => name.endsWith("model-00002-of-00002.safetensors")));
  });

  it("says before the first byte how much room is missing", async () => {
    await serve({ pretendBytes: 2 ** 60 });
    const ended = await runProgram("fill.py", { artifact: artifact(), cache: { folder: cacheFolder() } });
    assert.equal(ended.code, 1, ended.output);
    assert.match(ended.output, /GiB are needed and [\d.]+ GiB are free: [\d.]+ GiB are missing/);
    assert.ok(!hub!.requests.some((line) => line.includes("/cdn/")));
  });
});
