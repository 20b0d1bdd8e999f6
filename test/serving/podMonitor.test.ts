import assert from "node:assert/strict";

import { queries } from "../../components/derive/scaling.js";
import { podMonitorSpec } from "../../components/serving/podMonitor.js";
import { contractOf, RUNTIME_LABELS, SELECTOR } from "./fixtures.js";

/** Prometheus' own rule for the meta label of a pod's label. */
const metaLabel = (label: string): string => `__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, "_")}`;

describe("podMonitorSpec", () => {
  it("scrapes the pods' named port every five seconds and says whose series they are", () => {
    assert.deepEqual(podMonitorSpec(SELECTOR), {
      selector: { matchLabels: SELECTOR },
      podMetricsEndpoints: [
        {
          port: "http",
          path: "/metrics",
          interval: "5s",
          scrapeTimeout: "4s",
          relabelings: [
            {
              sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_part_of"],
              targetLabel: "vllm_stack",
              action: "replace",
            },
            {
              sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_instance"],
              targetLabel: "vllm_model",
              action: "replace",
            },
            {
              sourceLabels: ["__meta_kubernetes_pod_label_pulumi_vllm_dev_release"],
              targetLabel: "vllm_release",
              action: "replace",
            },
            {
              sourceLabels: ["__meta_kubernetes_pod_label_pulumi_vllm_dev_revision"],
              targetLabel: "vllm_revision",
              action: "replace",
            },
            {
              sourceLabels: ["__meta_kubernetes_pod_label_pulumi_vllm_dev_class"],
              targetLabel: "vllm_class",
              action: "replace",
            },
            {
              sourceLabels: ["__meta_kubernetes_pod_label_pulumi_vllm_dev_gpu"],
              targetLabel: "vllm_gpu",
              action: "replace",
            },
          ],
        },
      ],
    });
  });

  it("takes its labels from labels that the pods have", () => {
    const known = Object.keys(RUNTIME_LABELS).map(metaLabel);
    const relabelings = podMonitorSpec(SELECTOR).podMetricsEndpoints[0]!.relabelings!;
    for (const { sourceLabels } of relabelings) assert.ok(known.includes(sourceLabels![0]!), sourceLabels![0]);
  });

  it("gives every label that the autoscaler's queries select by, with the value that they look for", () => {
    const relabelings = podMonitorSpec(SELECTOR).podMetricsEndpoints[0]!.relabelings!;
    const podLabels = new Map(Object.entries(RUNTIME_LABELS).map(([label, value]) => [metaLabel(label), value]));
    // The operator puts these on every target; a PodMonitor is named as its runtime.
    const target = new Map<string, string>([
      ["namespace", "models"],
      ["job", "models/chat-r1"],
    ]);
    for (const { sourceLabels, targetLabel } of relabelings) {
      target.set(targetLabel!, podLabels.get(sourceLabels![0]!)!);
    }
    for (const query of Object.values(queries(contractOf(), "models"))) {
      const matchers = [...query.matchAll(/(\w+)="([^"]*)"/g)];
      assert.ok(matchers.length >= 3, query);
      for (const [, label, value] of matchers) assert.equal(target.get(label!), value, label);
    }
  });
});
