import assert from "node:assert/strict";

import {
  graceSeconds,
  preStopSeconds,
  progressDeadlineSeconds,
  rolloutSeconds,
  startupSeconds,
} from "../../components/derive/budgets.js";
import { MOST_STARTUP_SECONDS } from "../../components/contract/schema.js";
import { environment } from "../../components/derive/variables.js";
import { GPUS, type GpuType } from "../../components/facts/gpus.js";
import { MACHINES } from "../../components/facts/machines/index.js";
import { cacheOf, CLAIM, contract } from "../contract/fixtures.js";

describe("time budgets", () => {
  for (const drainSeconds of [0, 1, 120, 3600]) {
    it(`give a pod longer than its pre-stop and a drain of ${drainSeconds} s`, () => {
      const chat = contract({}, { "chat/drainSeconds": drainSeconds });
      assert.equal(graceSeconds(chat), 10 + drainSeconds + 20);
      assert.ok(graceSeconds(chat) > preStopSeconds() + drainSeconds);
    });
  }

  it("give vLLM's own time-out the same length, and may be stated as long as any machine's weights take", () => {
    assert.equal(environment(contract({ startupSeconds: 900 }))["VLLM_ENGINE_READY_TIMEOUT_S"], "900");
    const mostGiB = Math.max(...[...MACHINES.values()].map(({ gpu, gpus }) => GPUS[gpu as GpuType].cudaGiB * gpus));
    assert.ok(startupSeconds(mostGiB, { downloads: true }) <= MOST_STARTUP_SECONDS);
  });

  it("leave out the download where the weights are in a cache, and count reading them", () => {
    const cached = contract({}, {}, CLAIM);
    // 15.3 GiB at the pessimistic 0.1 GiB/s of a claim that nobody knows; at 0.5 GiB/s of a node's own disks.
    assert.equal(contract().startupSeconds, 460);
    assert.equal(cached.startupSeconds, 460);
    assert.equal(contract({}, {}, cacheOf({ kind: "node", budgetGiB: 100 })).startupSeconds, 340);
  });

  it("let a rollout wait for a node, an image and the model", () => {
    assert.equal(progressDeadlineSeconds(contract()), 900 + 460);
  });

  it("let a rollout wait for what a new node has to fetch, where each fills a folder of its own", () => {
    const cached = contract({}, {}, cacheOf({ kind: "node", budgetGiB: 100 }));
    // 15.3 GiB at the hub's 0.1 GiB/s.
    assert.equal(progressDeadlineSeconds(cached), 900 + 160 + 340);
    assert.equal(rolloutSeconds(cached), 900 + 160 + 3 * (340 + 150));
  });

  it("let a rollout replace every replica, each with its drain", () => {
    assert.equal(rolloutSeconds(contract()), 900 + 3 * (460 + 150));
  });
});
