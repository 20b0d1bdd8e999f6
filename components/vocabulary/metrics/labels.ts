/** Labels of series. */
import { LABELS } from "../labels.js";

/**
 * Labels that the scrape puts on every vLLM series, since vLLM's own (`model_name`, `engine`) name neither release nor
 * revision. Prefixed, so that they cannot collide with a label of the metric itself.
 */
export const METRIC_LABELS = {
  /** The stack: two of them may share a cluster. */
  stack: "vllm_stack",
  model: "vllm_model",
  release: "vllm_release",
  revision: "vllm_revision",
  class: "vllm_class",
  gpu: "vllm_gpu",
} as const;

/** The pods' labels that these are taken from, by the name on the series. */
export const SOURCE_LABELS: Readonly<Record<string, string>> = {
  [METRIC_LABELS.stack]: LABELS.partOf,
  [METRIC_LABELS.model]: LABELS.instance,
  [METRIC_LABELS.release]: LABELS.release,
  [METRIC_LABELS.revision]: LABELS.revision,
  [METRIC_LABELS.class]: LABELS.class,
  [METRIC_LABELS.gpu]: LABELS.gpu,
};

/** Labels of a series a release. */
export const RELEASE_LEVEL = ["namespace", ...Object.values(METRIC_LABELS)] as const;

/** Labels of a series a model. */
export const MODEL_LEVEL = ["namespace", METRIC_LABELS.stack, METRIC_LABELS.model, METRIC_LABELS.class] as const;

/**
 * How a label of an object is called on kube-state-metrics' `kube_…_labels`, where `metricLabelsAllowlist` shows it: in snake case,
 * so that `eks.amazonaws.com/capacityType` is `label_eks_amazonaws_com_capacity_type` (internal/store/utils.go,
 * kube-state-metrics 2.x).
 */
export function shownLabel(label: string): string {
  const words = label.replace(/[^a-zA-Z0-9_]/g, "_").replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  return `label_${words.toLowerCase()}`;
}
