import assert from "node:assert/strict";

import { ANNOTATIONS, COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { METRIC_LABELS } from "../../components/vocabulary/metrics/labels.js";
import { METRICS } from "../../components/vocabulary/metrics/vllm.js";
import {
  GPU_TAINT,
  NODE_LABELS,
  SPOT_NODE_LABELS,
  SPOT_NODE_TAINTS,
  SPOT_TAINT,
} from "../../components/vocabulary/nodes.js";

describe("the vocabulary", () => {
  it("names every label and annotation once", () => {
    const names = [...Object.values(LABELS), ...Object.values(ANNOTATIONS), ...Object.values(NODE_LABELS)];
    assert.equal(new Set(names).size, names.length);
  });

  it("has keys that Kubernetes takes", () => {
    const key = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
    for (const name of [...Object.values(LABELS), ...Object.values(ANNOTATIONS), ...Object.values(NODE_LABELS)]) {
      assert.match(name, key);
    }
  });

  it("has metric labels that Prometheus takes and vLLM does not use", () => {
    for (const name of Object.values(METRIC_LABELS)) assert.match(name, /^vllm_[a-z_]+$/);
  });

  it("names metrics as vLLM 0.30 does", () => {
    assert.equal(METRICS.running, "vllm:num_requests_running");
    assert.equal(METRICS.waiting, "vllm:num_requests_waiting");
    assert.equal(METRICS.kvCacheUsage, "vllm:kv_cache_usage_perc");
  });

  it("taints GPU nodes and spot nodes", () => {
    assert.deepEqual(GPU_TAINT, { key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" });
    assert.deepEqual(SPOT_TAINT, { key: "node-lifecycle", value: "spot", effect: "NoSchedule" });
  });

  it("knows our own spot nodes first", () => {
    assert.deepEqual(SPOT_NODE_LABELS[0], { key: "node-lifecycle", value: "spot" });
  });

  it("taints a cloud's spot nodes by the label that the cloud knows them by", () => {
    for (const { key, value } of SPOT_NODE_TAINTS) {
      assert.ok(
        SPOT_NODE_LABELS.some((label) => label.key === key && label.value === value),
        key,
      );
    }
  });

  it("tells runtimes from warm spares, batches, caches and gateways", () => {
    assert.deepEqual(Object.values(COMPONENTS), ["runtime", "spare", "batch", "cache", "gateway"]);
  });
});
