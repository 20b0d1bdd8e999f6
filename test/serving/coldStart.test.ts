import assert from "node:assert/strict";
import { COLD_START_PARTS } from "../../components/vocabulary/metrics/coldStart.js";
import { prometheusStackValues } from "../../components/platform/prometheus/values.js";
import { coldStartRuleSpec } from "../../components/serving/coldStart.js";
import { contractOf } from "./fixtures.js";

/** What the queries answer is in test/e2e/coldStart.e2e.ts. */
describe("coldStartRuleSpec", () => {
  const [group] = coldStartRuleSpec(contractOf(), "models").groups!;

  it("records each part with model and release", () => {
    const recorded = group!.rules!.map(({ record, labels }) => ({ record, labels }));
    assert.deepEqual(
      recorded,
      COLD_START_PARTS.map((part) => ({
        record: "vllm_cold_start_seconds",
        labels: { part, vllm_model: "chat", vllm_release: "r1" },
      })),
    );
  });

  it("asks for pods of its own namespace alone", () => {
    for (const { expr } of group!.rules!) {
      for (const [selector] of String(expr).matchAll(/(?<=\w)\{[^}]*\}/g)) assert.match(selector, /namespace="models"/);
    }
  });

  it("needs labels of pods that our own kube-state-metrics shows", () => {
    const { metricLabelsAllowlist } = prometheusStackValues({ clusterName: "c" })["kube-state-metrics"];
    const shown = /^pods=\[(.*)\]$/.exec(metricLabelsAllowlist.find((entry) => entry.startsWith("pods="))!)![1]!;
    const names = shown.split(",").map((label) => `label_${label.replace(/[^a-zA-Z0-9_]/g, "_")}`);
    const asked = [...String(group!.rules![0]!.expr).matchAll(/label_\w+(?=[="])/g)].map(([label]) => label);
    const labels = [...new Set(asked)].filter((label) => label !== "label_replace");
    assert.deepEqual(labels.sort(), [
      "label_app_kubernetes_io_instance",
      "label_pulumi_vllm_dev_release",
      "label_pulumi_vllm_dev_revision",
    ]);
    for (const label of labels) assert.ok(names.includes(label), label);
  });
});
