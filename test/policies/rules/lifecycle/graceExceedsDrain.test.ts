import assert from "node:assert/strict";

import { graceExceedsDrain } from "../../../../policies/rules/lifecycle/graceExceedsDrain.js";
import { COMMIT, type Json, deployment, messages, plainPod, resource } from "../../fixtures.js";

const args = (...extra: string[]) => ["Qwen/Qwen3-8B", `--revision=${COMMIT}`, ...extra];
const grace = (seconds: Json) => ({ terminationGracePeriodSeconds: seconds });

describe("grace-exceeds-drain", () => {
  it("accepts a grace period above preStop and drain", async () => {
    assert.deepEqual(await messages(graceExceedsDrain, [deployment({ pod: grace(136) }), plainPod()]), []);
  });

  it("refuses a runtime that aborts running requests", async () => {
    for (const drain of [[], ["--shutdown-timeout=0"]]) {
      assert.deepEqual(await messages(graceExceedsDrain, deployment({ container: { args: args(...drain) } })), [
        'container "vllm": --shutdown-timeout is 0, so SIGTERM aborts running requests: set it above 0',
      ]);
    }
  });

  it("refuses a grace period that ends with the drain", async () => {
    assert.deepEqual(await messages(graceExceedsDrain, deployment({ pod: grace(135) })), [
      'container "vllm": terminationGracePeriodSeconds 135 is not above 135, preStop 15 + --shutdown-timeout 120: raise it',
    ]);
  });

  it("knows the default of 30 s", async () => {
    const short = deployment({ pod: grace(undefined), container: { args: args("--shutdown-timeout", "20") } });
    assert.equal((await messages(graceExceedsDrain, short)).length, 1);
    const fits = { args: args("--shutdown-timeout", "20"), lifecycle: undefined };
    assert.deepEqual(await messages(graceExceedsDrain, deployment({ pod: grace(undefined), container: fits })), []);
  });

  it("reads a sleep that the preStop hook runs", async () => {
    const lifecycle = { preStop: { exec: { command: ["sh", "-c", "sleep 30 && true"] } } };
    const found = await messages(graceExceedsDrain, deployment({ container: { lifecycle } }));
    assert.match(found[0] ?? "", /150 is not above 150, preStop 30 \+ --shutdown-timeout 120/);
  });

  it("asks versions that cannot drain for a pause", async () => {
    const old = (seconds: number | undefined) => {
      const lifecycle = seconds === undefined ? undefined : { preStop: { sleep: { seconds } } };
      return deployment({ container: { image: "vllm/vllm-openai:v0.17.1", args: ["m"], lifecycle } });
    };
    assert.deepEqual(await messages(graceExceedsDrain, old(60)), []);
    for (const seconds of [undefined, 150]) {
      assert.deepEqual(await messages(graceExceedsDrain, old(seconds)), [
        'container "vllm": this vLLM cannot drain: pause in preStop, below terminationGracePeriodSeconds 150',
      ]);
    }
  });

  it("reads pauses in minutes, of Python and with a unit", async () => {
    const pauses: Array<[string, number]> = [
      ["sleep 2m", 120],
      ["sleep 20s; sleep 10", 30],
      ["python3 -c 'import time; time.sleep(45)'", 45],
    ];
    for (const [script, seconds] of pauses) {
      const lifecycle = { preStop: { exec: { command: ["sh", "-c", script] } } };
      const found = await messages(graceExceedsDrain, deployment({ container: { lifecycle } }));
      assert.match(found[0] ?? "", new RegExp(`preStop ${seconds} \\+`));
    }
  });

  it("accepts a hook that waits for the running requests", async () => {
    const script = "while curl -s localhost:8000/metrics | grep -q 'num_requests_running.* [1-9]'; do sleep 5; done";
    const lifecycle = { preStop: { exec: { command: ["sh", "-c", script] } } };
    assert.deepEqual(await messages(graceExceedsDrain, deployment({ container: { args: args(), lifecycle } })), []);
  });

  it("asks nothing of servers within jobs", async () => {
    const job = resource("kubernetes:batch/v1:Job", "evaluation", {
      spec: { template: { spec: { containers: [{ name: "a", image: "x", command: ["vllm", "serve", "m"] }] } } },
    });
    assert.deepEqual(await messages(graceExceedsDrain, job), []);
  });
});
