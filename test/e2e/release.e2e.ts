/** `npm run release -- next` on a real Prometheus that holds an hour of two releases' series: its queries, and what they lead to. */
import assert from "node:assert/strict";

import { stripVTControlCharacters } from "node:util";
import { OwnPrometheus } from "../../tools/dashboards/prometheus.js";
import { next } from "../../tools/release/command.js";
import { removeFolders } from "../tools/folders.js";
import { fileIn, projectWith, stackWith } from "../tools/release/project.js";
import { seriesOf, type Traffic } from "../tools/release/traffic.js";
import { binaries } from "./world.js";

const ROUTE = "{ stable: r1, canary: { release: r2, weight: 5 } }";

describe("npm run release on a real Prometheus", function () {
  this.timeout(120_000);
  let prometheus: OwnPrometheus;
  beforeEach(async () => {
    prometheus = await OwnPrometheus.start(binaries().prometheus);
  });
  afterEach(() => prometheus.stop());
  after(removeFolders);

  /** The step with this traffic in the last hour, and none of the cluster. */
  async function stepWith(traffic: Readonly<Record<string, Traffic>>) {
    await prometheus.write(seriesOf(traffic, Math.floor(Date.now() / 1000) - 15, "vllm"));
    const folder = projectWith(stackWith({ route: ROUTE }));
    const options = {
      ...{ stack: "staging", json: false, dryRun: false, skipShadow: false, force: false, evaluateTimeout: 10 },
      ...{ prometheus: prometheus.url, timeout: 30 },
    };
    const { text, exitCode } = await next(folder, "chat", options, { env: { KUBECONFIG: "/nope" } });
    return { text: stripVTControlCharacters(text), exitCode, file: fileIn(folder) };
  }

  it("counts what both releases have had, and takes the step", async () => {
    const { text, exitCode, file } = await stepWith({
      r1: { requests: 40_000, failed: 40, refused: 100 },
      r2: { requests: 4000, failed: 4, refused: 10 },
    });
    // Whole: the series began within the hour.
    assert.match(text, /\n40,000 requests to stable, 4,000 to canary, counted by vLLM, in the last 60 min\n/);
    assert.match(text, /\nfailed requests +0\.10 % +0\.10 % +≤ 0\.60 % +within\n/);
    assert.match(text, /\nrefused requests +0\.25 % +0\.25 % +≤ 1\.25 % +within\n/);
    assert.match(text, /\ntime to first token, p95 +0\.484 s +0\.484 s +≤ 0\.581 s +within\n/);
    assert.match(
      text,
      /\ntokens a second, of a request +50\.0 tokens\/s +50\.0 tokens\/s +≥ 45\.0 tokens\/s +within\n/,
    );
    assert.equal(exitCode, 0);
    assert.equal(file, stackWith({ route: ROUTE.replace("weight: 5", "weight: 25") }));
  });

  it("refuses a canary that fails or is slow, and one that has had too little", async () => {
    const bad = await stepWith({ r1: { requests: 40_000, failed: 40 }, r2: { requests: 4000, failed: 120, slow: 6 } });
    assert.equal(bad.exitCode, 1);
    assert.match(
      bad.text,
      /\nrefused: beyond its bound: failed requests; time to first token, p95; time between tokens, p95; tokens a second, of a request\n/,
    );
    assert.equal(bad.file, stackWith({ route: ROUTE }));
  });

  it("says how many more requests it takes", async () => {
    const few = await stepWith({ r1: { requests: 40_000 }, r2: { requests: 100 } });
    assert.equal(few.exitCode, 1);
    const [, needed] =
      /\nfailed requests +0\.00 % +0\.00 % +≤ 0\.50 % +too few to tell +about (\d+) more requests\n/.exec(few.text)!;
    // Wilson's bound of none in n is z²/(n + z²): 2.706 / 0.005 - 2.706, less the hundred.
    assert.ok(Math.abs(Number(needed) - 438) <= 5, needed);
  });
});
