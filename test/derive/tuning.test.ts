import assert from "node:assert/strict";

import { conductorJob } from "../../components/batch/conductor.js";
import { enginePodOf } from "../../components/batch/workerPod.js";
import { fillJobSpec, fillRun } from "../../components/cache/fillJob.js";
import { contractHash } from "../../components/contract/contract.js";
import type { OwnEngine } from "../../components/derive/batch/plan.js";
import { TUNING } from "../../components/derive/tuning.js";
import { scaledObjectSpec } from "../../components/serving/autoscaling.js";
import { deploymentSpec } from "../../components/serving/workload/deployment.js";
import { rolloutSeconds } from "../../components/derive/budgets.js";
import type { HoldingCache } from "../../components/derive/weights/delivery.js";
import { fillsOf } from "../../components/derive/weights/fills.js";
import { batchConfig, planOf } from "../batch/fixtures.js";
import { cachedPlan, CLAIM } from "../cache/fixtures.js";
import { CONTEXT, contractOf } from "../serving/fixtures.js";
import { leavesOf } from "../stacks/leaves.js";

/** A release on two GPUs, autoscaled: every constant has a part in it. */
const plan = () => contractOf({ gpu: { type: "l40s", count: 2 } }, { autoscaling: { min: 1, max: 3 } });

/** All that is deployed of it and depends on constants. */
function deployed(): string {
  const release = plan();
  return JSON.stringify([
    deploymentSpec(release, { ...CONTEXT, namespace: "models", partOf: "test" }).spec,
    scaledObjectSpec(release, { name: "chat-r1" }, "models", { url: "http://prometheus" }),
    rolloutSeconds(release),
    ...batchPods(),
    fillPod(),
  ]);
}

/** The conductor and the workers of a batch. */
function batchPods(): object[] {
  const plan = planOf(batchConfig());
  const context = { namespace: "models", nodeGroups: undefined, serviceAccountName: "docs", programs: "docs" };
  const { release: own } = plan.work as OwnEngine;
  return [conductorJob(plan, "test", context, "{}"), enginePodOf(plan, own, context)];
}

/** The Job that fills a cache. */
function fillPod(): object {
  const cache = CLAIM as HoldingCache;
  const [fill] = fillsOf([cachedPlan(CLAIM)], cache);
  const context = { serviceAccountName: "cache", programs: "programs", claim: "models" };
  return fillJobSpec(fillRun(fill!, cache, []), cache, {}, context);
}

describe("a constant of derive/ that is retuned", () => {
  const before = { deployed: deployed(), hash: contractHash(plan().contract) };

  for (const { keys } of leavesOf(TUNING)) {
    const name = keys.join(".");
    const last = keys.at(-1)!;
    const parent = keys.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], TUNING);
    const place = parent as Record<string, number>;
    const value = place[last]!;

    it(`changes what is deployed and no contract's hash: ${name}`, () => {
      place[last] = value * 2;
      try {
        assert.notEqual(deployed(), before.deployed);
        assert.equal(contractHash(plan().contract), before.hash);
      } finally {
        place[last] = value;
      }
      assert.equal(deployed(), before.deployed);
    });
  }
});
