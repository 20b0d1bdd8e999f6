/** Kinds of others that run vLLM, and whose pods their controllers put together: what they state says little of what will run. */

export interface ServingKind {
  /** API group. */
  group: string;
  kind: string;
  /** Who makes the pods, as a message says it. */
  controller: string;
}

export const SERVING_KINDS: readonly ServingKind[] = [
  { group: "kubeai.org", kind: "Model", controller: "KubeAI" },
  { group: "serving.kserve.io", kind: "InferenceService", controller: "KServe" },
  { group: "serving.kserve.io", kind: "LLMInferenceService", controller: "KServe" },
  { group: "kaito.sh", kind: "Workspace", controller: "KAITO" },
  { group: "kaito.sh", kind: "InferenceSet", controller: "KAITO" },
  { group: "apps.nvidia.com", kind: "NIMService", controller: "NVIDIA's NIM operator" },
  { group: "nvidia.com", kind: "DynamoGraphDeployment", controller: "NVIDIA Dynamo" },
  { group: "production-stack.vllm.ai", kind: "VLLMRuntime", controller: "vLLM's production stack" },
];
