import assert from "node:assert/strict";

import { removedMetrics } from "../../../../policies/rules/scaling/removedMetrics.js";
import { messages, resource, scaledObject } from "../../fixtures.js";

describe("removed-metrics", () => {
  it("accepts metrics that vLLM has", async () => {
    const query = "max(vllm:kv_cache_usage_perc) + sum(rate(vllm:request_time_per_output_token_seconds_sum[5m]))";
    assert.deepEqual(await messages(removedMetrics, [scaledObject(), scaledObject({}, { metadata: { query } })]), []);
  });

  it("refuses removed ones in autoscalers", async () => {
    const stale = scaledObject({}, { metadata: { query: "max(vllm:gpu_cache_usage_perc)" } });
    assert.deepEqual(await messages(removedMetrics, stale), [
      'query "max(vllm:gpu_cache_usage_perc)" reads vllm:gpu_cache_usage_perc, which vLLM no longer has: use vllm:kv_cache_usage_perc',
    ]);
  });

  it("refuses removed ones in alerts", async () => {
    const rules = [{ alert: "Swapped", expr: "vllm:num_requests_swapped > 0" }];
    const alerts = resource("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "alerts", {
      spec: { groups: [{ rules }] },
    });
    assert.equal((await messages(removedMetrics, alerts)).length, 1);
  });
});
