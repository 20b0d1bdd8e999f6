/** What the starts of replicas took. */

/** What each replica's start took, as a rule of its runtime records it; the label `part` is one of {@link COLD_START_PARTS}. */
export const COLD_START = "vllm_cold_start_seconds";

/**
 * From the pod's creation to its node; then to vLLM's start, with volumes, image pull and the wait for weights; then to Ready; and
 * all three. What vLLM does within `load` is in its log alone: no version up to 0.33.0 has it as a metric.
 */
export const COLD_START_PARTS = ["schedule", "prepare", "load", "total"] as const;
