/** Helm charts that run vLLM, by the name in their Chart.yaml. Read in their repositories, 2026-11-26. */

export interface ServingChart {
  name: string;
  /** Repository and path of the chart. */
  source: string;
}

export const SERVING_CHARTS: readonly ServingChart[] = [
  { name: "chart-vllm", source: "vllm-project/vllm examples/online_serving/chart-helm" },
  { name: "vllm", source: "opea-project/GenAIInfra helm-charts/common/vllm" },
  { name: "vllm-stack", source: "vllm-project/production-stack helm" },
  { name: "llm-d-modelservice", source: "llm-d-incubation/llm-d-modelservice charts/llm-d-modelservice" },
  { name: "kserve-runtime-configs", source: "kserve/kserve charts/kserve-runtime-configs" },
];
