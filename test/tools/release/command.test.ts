import assert from "node:assert/strict";

import { stripVTControlCharacters } from "node:util";
import { back, next, type NextOptions, status } from "../../../tools/release/command.js";
import { ApiServer } from "../cluster/apiServer.js";
import { removeFolders } from "../folders.js";
import { fileIn, projectWith, stackWith } from "./project.js";
import { StandIn } from "./traffic.js";

const SHADOW = "{ stable: r1, shadow: { release: r2, percent: 10 } }";
const AT_5 = "{ stable: r1, canary: { release: r2, weight: 5 } }";
const ENOUGH = { r1: { requests: 40_000, failed: 20 }, r2: { requests: 4000, failed: 2 } };

describe("npm run release", () => {
  let prometheus: StandIn;
  let api: ApiServer;
  before(async () => {
    prometheus = await StandIn.start();
    api = await ApiServer.start();
  });
  after(() => {
    prometheus.stop();
    api.stop();
    removeFolders();
  });
  beforeEach(() => {
    prometheus.traffic = ENOUGH;
    prometheus.gateway = {};
  });

  /** A cluster with these ready replicas of those wanted, by release. */
  function options(
    replicas: Readonly<Record<string, [ready: number, wanted: number]>> = { r1: [2, 2], r2: [1, 1] },
    changes: Partial<NextOptions> = {},
  ): NextOptions {
    api.clear();
    for (const [release, [ready, wanted]] of Object.entries(replicas)) {
      api.put({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: {
          name: `chat-${release}`,
          namespace: "vllm",
          labels: {
            "app.kubernetes.io/name": "vllm",
            "app.kubernetes.io/component": "runtime",
            "app.kubernetes.io/instance": "chat",
            "pulumi-vllm.dev/release": release,
          },
        },
        spec: { replicas: wanted },
        status: { readyReplicas: ready },
      } as never);
    }
    return {
      ...{ stack: "staging", json: false, dryRun: false, skipShadow: false, force: false },
      ...{
        timeout: 10,
        evaluateTimeout: 10,
        prometheus: prometheus.url,
        kubeconfig: api.kubeconfig(),
        context: "test",
      },
      ...changes,
    };
  }

  const AROUND = { env: { PATH: process.env["PATH"], PROMETHEUS_TOKEN: "t0ken" } };
  const plain = ({ text }: { text: string }): string => stripVTControlCharacters(text);

  it("shows stage, shares, replicas and the comparison", async () => {
    const folder = projectWith(stackWith({ route: AT_5 }));
    const shown = await status(folder, "chat", options(), AROUND);
    for (const line of [
      /^chat in stack staging: r2 at 5 %\n/,
      /\nr1 +stable +95 % +100 % of all +2 of 2 ready\n/,
      /\nr2 +canary +5 % +25 % of all +1 of 1 ready\n/,
      /\n40,000 requests to stable, 4,000 to canary, counted by vLLM, in the last 60 min\n/,
      /\nfailed requests +0\.05 % +0\.05 % +≤ 0\.55 % +within\n/,
      /\nrefused requests +0\.00 % +0\.00 % +≤ 1\.00 % +within\n/,
      /\ntime to first token, p95 +0\.484 s +0\.484 s +≤ 0\.581 s +within\n/,
      /\ntime between tokens, p95 +0\.0484 s +0\.0484 s +≤ 0\.0581 s +within\n/,
      /\ntokens a second, of a request +50\.0 tokens\/s +50\.0 tokens\/s +≥ 45\.0 tokens\/s +within\n/,
      /\nanswers that are no JSON +none +none +not known +only the gateway counts them: --evaluate may check it$/,
    ])
      assert.match(plain(shown), line);
    assert.deepEqual([...new Set(prometheus.authorizations)], ["Bearer t0ken"]);
    assert.equal(fileIn(folder), stackWith({ route: AT_5 }));
  });

  it("takes the next step where the comparison is within bounds, and changes one line", async () => {
    const folder = projectWith(stackWith({ route: AT_5 }));
    const taken = await next(folder, "chat", options(), AROUND);
    assert.equal(taken.exitCode, 0);
    assert.equal(fileIn(folder), stackWith({ route: AT_5.replace("weight: 5", "weight: 25") }));
    assert.match(
      plain(taken),
      /\n- {6}route: { stable: r1, canary: { release: r2, weight: 5 } }\n\+ {6}route: { stable: r1, canary: { release: r2, weight: 25 } }\n/,
    );
    assert.match(plain(taken), /Pulumi\.staging\.yaml is changed, and nothing is applied/);
  });

  it("counts errors and refusals at the gateway where it has counted both", async () => {
    prometheus.gateway = {
      r1: { ok: 39_000, busy: 500, validation: 900, quota: 70, json: { valid: 4000, invalid: 4 } },
      r2: { ok: 1000, upstream: 100, timeout: 20, json: { valid: 100, invalid: 20 } },
    };
    const folder = projectWith(stackWith({ route: AT_5 }));
    const refused = await next(folder, "chat", options(), AROUND);
    assert.equal(refused.exitCode, 1);
    assert.match(plain(refused), /\n39,500 requests to stable, 1,120 to canary, counted at the gateway/);
    assert.match(plain(refused), /\nfailed requests +0\.00 % +10\.71 % +≤ 0\.50 % +beyond\n/);
    assert.match(plain(refused), /\nanswers that are no JSON +0\.10 % +16\.67 % +≤ 1\.10 % +beyond$/m);
    assert.match(plain(refused), /\nrefused: beyond its bound: failed requests; answers that are no JSON\n/);
    assert.equal(fileIn(folder), stackWith({ route: AT_5 }));
  });

  it("refuses what is slower, and with too few requests says how many more it takes", async () => {
    prometheus.traffic = { r1: { requests: 40_000 }, r2: { requests: 4000, slow: 8 } };
    const folder = projectWith(stackWith({ route: AT_5 }));
    assert.match(
      plain(await next(folder, "chat", options(), AROUND)),
      /\nrefused: beyond its bound: time to first token, p95; time between tokens, p95; tokens a second, of a request\n/,
    );
    prometheus.traffic = { r1: { requests: 40_000 }, r2: { requests: 40 } };
    const few = plain(await next(folder, "chat", options(), AROUND));
    assert.match(few, /\nfailed requests +0\.00 % +0\.00 % +≤ 0\.50 % +too few to tell +about \d+ more requests\n/);
    assert.match(
      few,
      /\nrefused: too few requests to tell: failed requests; refused requests; time to first token, p95; /,
    );
    prometheus.traffic = { r1: { requests: 40_000 } };
    const none = plain(await next(folder, "chat", options(), AROUND));
    assert.match(none, /\nfailed requests +0\.00 % +none +≤ 0\.50 % +too few to tell +the canary has had none\n/);
    assert.equal(fileIn(folder), stackWith({ route: AT_5 }));
  });

  it("refuses while replicas are not ready, or not there, but for one that may be at zero", async () => {
    const folder = projectWith(stackWith({ route: SHADOW }));
    const said = async (replicas: Record<string, [number, number]>, at = folder) =>
      plain(await next(at, "chat", options(replicas), AROUND));
    assert.match(await said({ r1: [2, 2], r2: [1, 3] }), /\nrefused: 1 of 3 replicas of r2 are ready\n/);
    assert.match(
      await said({ r1: [2, 2] }),
      /\nrefused: r2 is not in the cluster yet: apply the config first \(pulumi up\)\n/,
    );
    const asleep = stackWith({ route: SHADOW }).replace(
      "autoscaling: { min: 1, max: 3 }",
      "autoscaling: { min: 0, max: 3, activation: { query: up } }",
    );
    assert.doesNotMatch(await said({ r1: [1, 1], r2: [0, 0] }, projectWith(asleep)), /refused:/);
  });

  it("takes a forced step, and writes the reason into the route", async () => {
    prometheus.traffic = {};
    const folder = projectWith(stackWith({ route: AT_5 }));
    const taken = await next(folder, "chat", options(undefined, { force: true, reason: "nobody uses it yet" }), AROUND);
    assert.equal(taken.exitCode, 0);
    assert.match(plain(taken), /\nforced: too few requests to tell: /);
    const route = '{ stable: r1, canary: { release: r2, weight: 25 }, reason: "nobody uses it yet" }';
    assert.equal(fileIn(folder), stackWith({ route }));
  });

  it("runs the evaluation with both endpoints, and shows what it says without secrets", async () => {
    const folder = projectWith(stackWith({ route: AT_5 }));
    const env = { ...AROUND.env, OPENAI_API_KEY: "sk-very-secret" };
    const evaluate = 'echo "$MODEL $STABLE_URL $CANARY_URL $STABLE_HEADERS $CANARY_HEADERS $OPENAI_API_KEY"; exit 3';
    const refused = await next(folder, "chat", options(undefined, { evaluate }), { env });
    assert.equal(refused.exitCode, 1);
    const url = "https://llm.example.com";
    assert.ok(
      plain(refused).includes(
        `evaluation: exit code 3\nchat ${url} ${url} {"x-release":"r1"} {"x-release":"r2"} [secret]\n`,
      ),
    );
    assert.match(plain(refused), /\nrefused: the evaluation has failed: exit code 3\n/);
    const late = await next(folder, "chat", options(undefined, { evaluate: "sleep 60", evaluateTimeout: 0.2 }), {
      env,
    });
    assert.match(plain(late), /\nrefused: the evaluation has failed: it has not ended in 0\.2 s\n/);
    assert.equal((await next(folder, "chat", options(undefined, { evaluate: "true" }), { env })).exitCode, 0);
  });

  it("needs neither cluster nor Prometheus to go back, from any stage", () => {
    for (const [route, stable] of [
      [SHADOW, "r1"],
      [AT_5, "r1"],
      ["{ stable: r2, previous: r1 }", "r1"],
    ] as const) {
      const folder = projectWith(stackWith({ route }));
      const taken = back(folder, "chat", { ...options(), kubeconfig: "/nope" });
      assert.equal(taken.exitCode, 0);
      assert.equal(fileIn(folder), stackWith({ route: `{ stable: ${stable} }` }));
    }
  });

  it("goes over all at once without a gateway, once there are as many replicas", async () => {
    const folder = projectWith(stackWith({ hasGateway: false }));
    assert.match(
      plain(await next(folder, "chat", options({ r1: [3, 3], r2: [1, 1] }), AROUND)),
      /\nrefused: r2 has 1 ready, and r1 3 for the same requests: set autoscaling\.min to 3, apply that first, and lower it afterwards\n/,
    );
    assert.equal((await next(folder, "chat", options({ r1: [3, 3], r2: [3, 3] }), AROUND)).exitCode, 0);
    assert.equal(fileIn(folder), stackWith({ hasGateway: false, route: "{ stable: r2, previous: r1 }" }));
  });

  it("writes nothing in a dry run, and tells everything as JSON", async () => {
    const folder = projectWith(stackWith({ route: AT_5 }));
    const { text, exitCode } = await next(folder, "chat", options(undefined, { dryRun: true, json: true }), AROUND);
    assert.equal(exitCode, 0);
    assert.equal(fileIn(folder), stackWith({ route: AT_5 }));
    const { stage, step, isWritten, comparison, replicas } = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(stage, { kind: "canary", candidate: "r2", weight: 5 });
    assert.deepEqual(step, { text: "r2 gets 25 % of the requests", skipped: [] });
    assert.equal(isWritten, false);
    assert.deepEqual(replicas, { value: { r1: { ready: 2, wanted: 2 }, r2: { ready: 1, wanted: 1 } } });
    assert.deepEqual(
      (comparison as { value: { rows: { key: string; verdict: string }[] } }).value.rows.map(({ key, verdict }) => [
        key,
        verdict,
      ]),
      ["errors", "refusals", "ttft", "itl", "tokens"].map((key) => [key, "within"]).concat([["json", "unknown"]]),
    );
  });

  it("does not know refusals that vLLM does not count", async () => {
    const image = `v0.30.0@sha256:${"1".repeat(64)}`;
    const folder = projectWith(stackWith({ route: AT_5, image }));
    assert.match(
      plain(await next(folder, "chat", options(), AROUND)),
      /\nrefused requests +none +none +not known +vLLM counts them since 0\.32, and the gateway has counted none\n/,
    );
  });

  describe("refuses a wrong call", () => {
    const wrong = async (
      message: string | RegExp,
      changes: Partial<NextOptions> & { model?: string },
      text = stackWith(),
    ) => {
      const folder = projectWith(text);
      const { model = "chat", ...others } = changes;
      await assert.rejects(next(folder, model, options(undefined, others), AROUND), { name: "BadInput", message });
      assert.equal(fileIn(folder), text);
    };

    it("of a model that is not there", () =>
      wrong('model: stack staging has no model "chta"; did you mean chat?', { model: "chta" }));

    it("of force without a reason, and of other options, all at once", () =>
      wrong(
        "--timeout: has to be more than 0 seconds\n--force: needs --reason: it is written into the route, for those who review the step",
        { timeout: 0, force: true },
      ));

    it("of a release that is not there, is stable, or is not on its way", async () => {
      await wrong('--release: chat has no release "r9": use r2', { release: "r9" });
      await wrong('--release: "r1" is the stable release already: use r2', { release: "r1" });
    });

    it("of no release where several have no requests", () => {
      const text = stackWith();
      const [, r2 = ""] = /( {8}r2:\n(?: {10}.*\n)+)/.exec(text)!;
      return wrong(
        "--release: chat has several releases without requests: say which one, r2 or r3",
        {},
        text.replace(r2, r2 + r2.replace("r2:", "r3:")),
      );
    });

    it("of a kubeconfig that is none", () => wrong(/^\/nope: is no kubeconfig/, { kubeconfig: "/nope" }));
  });

  it("refuses a step that the config's checks refuse, and leaves the file", async () => {
    const text = stackWith({ route: SHADOW }).replace(
      "autoscaling: { min: 1, max: 3 }",
      "autoscaling: { min: 4, max: 3 }",
    );
    const folder = projectWith(text);
    await assert.rejects(next(folder, "chat", options(), AROUND), { name: "ContractError" });
    assert.equal(fileIn(folder), text);
  });
});
