import assert from "node:assert/strict";

import { wakesFromZero } from "../../../../policies/rules/scaling/wakesFromZero.js";
import { type Json, deployment, messages, scaledObject } from "../../fixtures.js";

const RUNNING = {
  type: "prometheus",
  metadata: { query: 'sum(vllm:num_requests_running{model="chat"} and on (pod) up) or vector(0)' },
};
const GATEWAY = { type: "prometheus", metadata: { query: "sum(rate(envoy_cluster_upstream_rq_total[1m]))" } };

async function judged(spec: { [key: string]: Json }): Promise<string[]> {
  return messages(wakesFromZero, [deployment(), scaledObject(spec)]);
}

describe("wakes-from-zero", () => {
  it("refuses zero by the engine's own metrics, KEDA's default included", async () => {
    assert.deepEqual(await judged({ minReplicaCount: 0, triggers: [RUNNING] }), [
      `ScaledObject "chat": spec.minReplicaCount is 0, and no trigger can wake the runtime: add one on the gateway's requests`,
    ]);
    assert.deepEqual(await judged({ minReplicaCount: undefined, triggers: [RUNNING, { type: "cpu" }] }), [
      `ScaledObject "chat": spec.minReplicaCount is not set, which means 0, and no trigger can wake the runtime: add one on the gateway's requests`,
    ]);
    assert.equal((await judged({ minReplicaCount: 1, idleReplicaCount: 0, triggers: [RUNNING] })).length, 1);
  });

  it("accepts a trigger that exists without a pod, and a minimum", async () => {
    for (const waking of [
      GATEWAY,
      { type: "cron" },
      { type: "prometheus", metadata: { query: "sum(vllm:current_qps)" } },
    ]) {
      assert.deepEqual(await judged({ minReplicaCount: 0, triggers: [RUNNING, waking] }), []);
    }
    assert.deepEqual(await judged({ minReplicaCount: 1, triggers: [RUNNING] }), []);
  });
});
