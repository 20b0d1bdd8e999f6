import type { IPodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import { SOURCE_LABELS } from "../vocabulary/metrics/labels.js";
import { PORT_NAME } from "../vocabulary/ports.js";

/** How a pod's label becomes a target label: Prometheus' own name for `pulumi-vllm.dev/release` and the like. */
function metaLabel(label: string): string {
  return `__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, "_")}`;
}

/** Scrapes every five seconds, since the autoscaler can be no faster than its metrics. */
export function podMonitorSpec(selector: Record<string, string>): IPodMonitor["spec"] {
  return {
    selector: { matchLabels: selector },
    podMetricsEndpoints: [
      {
        port: PORT_NAME,
        path: "/metrics",
        interval: "5s",
        scrapeTimeout: "4s",
        relabelings: Object.entries(SOURCE_LABELS).map(([targetLabel, label]) => ({
          sourceLabels: [metaLabel(label)],
          targetLabel,
          action: "replace" as const,
        })),
      },
    ],
  };
}
