/** How Prometheus finds a runtime's pods, and by which labels their series are found again. */
import type { Monitors, SeriesLabels } from "../contract/prometheus.js";
import type { Monitoring } from "../engine/environment.js";
import { METRIC_LABELS } from "../vocabulary/metrics/labels.js";
import { HTTP_PORT } from "../vocabulary/ports.js";

type Annotations = Readonly<Record<string, string>>;

export function monitorsOf({ monitors = "podMonitor" }: Pick<Monitoring, "monitors">): Monitors {
  return monitors;
}

/**
 * Read by the job `kubernetes-pods` of the chart prometheus-community/prometheus and its many copies, which makes labels of all
 * labels of a pod: https://github.com/prometheus-community/helm-charts/blob/main/charts/prometheus/values.yaml
 */
const SCRAPED: Annotations = {
  "prometheus.io/scrape": "true",
  "prometheus.io/port": String(HTTP_PORT),
  "prometheus.io/path": "/metrics",
};

const DEFAULTS = {
  annotations: { model: "app_kubernetes_io_instance", release: "pulumi_vllm_dev_release" },
  none: { model: METRIC_LABELS.model, release: METRIC_LABELS.release },
} as const;

/** Annotations of the pods. @param own those of the traffic class */
export function annotationsOf(own: Annotations | undefined, monitoring: Monitoring): Annotations | undefined {
  return monitorsOf(monitoring) === "annotations" ? { ...own, ...SCRAPED } : own;
}

/** Labels of a release's series; `undefined` for those of its PodMonitor. */
export function seriesOf(monitoring: Pick<Monitoring, "monitors" | "seriesLabels">): SeriesLabels | undefined {
  const monitors = monitorsOf(monitoring);
  if (monitors === "podMonitor") return undefined;
  const { namespace = "namespace", pod = "pod", model, release } = monitoring.seriesLabels ?? {};
  const defaults = DEFAULTS[monitors];
  return { namespace, pod, model: model ?? defaults.model, release: release ?? defaults.release };
}
