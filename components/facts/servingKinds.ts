/** Kinds of others that run vLLM, and whose pods their controllers put together: what they state says little of what will run. */

export interface ServingKind {
  /** API group. */
  group: string;
  kind: string;
  /** Who makes the pods, as a message says it. */
  controller: string;
  /** How an object says which engine it runs, where there are several. Left out: it runs vLLM. */
  engine?: {
    /** Fields that name it. */
    paths: ReadonlyArray<readonly string[]>;
    /** Names of vLLM, and of servers that choose it. */
    vllm: RegExp;
    /** What runs where no field names one. */
    isDefault: boolean;
  };
  /** Where the kind is defined. Read 2026-11-26. */
  source: string;
}

/** The server for `huggingface` takes vLLM where it knows the model. */
const KSERVE_ENGINE = {
  paths: [
    ["spec", "predictor", "model", "modelFormat", "name"],
    ["spec", "predictor", "model", "runtime"],
  ],
  vllm: /vllm|hugging-?face/i,
  isDefault: false,
};

export const SERVING_KINDS: readonly ServingKind[] = [
  {
    group: "kubeai.org",
    kind: "Model",
    controller: "KubeAI",
    source: "substratusai/kubeai api/k8s/v1/model_types.go (engines OLlama, VLLM, FasterWhisper, Infinity)",
    engine: { paths: [["spec", "engine"]], vllm: /^VLLM$/, isDefault: true },
  },
  {
    group: "serving.kserve.io",
    kind: "InferenceService",
    controller: "KServe",
    source: "kserve/kserve pkg/apis/serving/v1beta1/inference_service.go, config/runtimes, python/huggingfaceserver",
    engine: KSERVE_ENGINE,
  },
  {
    group: "serving.kserve.io",
    kind: "LLMInferenceService",
    controller: "KServe",
    source: "kserve/kserve pkg/apis/serving/v1alpha2/llm_inference_service_types.go",
  },
  {
    group: "kaito.sh",
    kind: "Workspace",
    controller: "KAITO",
    source: "kaito-project/kaito api/v1beta1/workspace_types.go",
  },
  {
    group: "kaito.sh",
    kind: "InferenceSet",
    controller: "KAITO",
    source: "kaito-project/kaito api/v1beta1/inferenceset_types.go",
  },
  {
    group: "apps.nvidia.com",
    kind: "NIMService",
    controller: "NVIDIA's NIM operator",
    source: "NVIDIA/k8s-nim-operator api/apps/v1alpha1/nimservice_types.go",
  },
  {
    group: "nvidia.com",
    kind: "DynamoGraphDeployment",
    controller: "NVIDIA Dynamo",
    source:
      "ai-dynamo/dynamo deploy/cloud/operator/config/crd/bases/nvidia.com_dynamographdeployments.yaml (sglang, vllm, trtllm)",
    engine: { paths: [["spec", "backendFramework"]], vllm: /^vllm$/, isDefault: true },
  },
  {
    group: "model.aibrix.ai",
    kind: "ModelClaim",
    controller: "AIBrix",
    source: "vllm-project/aibrix config/crd/model/model.aibrix.ai_modelclaims.yaml (vllm, sglang)",
    engine: { paths: [["spec", "engine"]], vllm: /^vllm$/, isDefault: true },
  },
  {
    group: "inference.llmaz.io",
    kind: "Playground",
    controller: "llmaz",
    source: "InftyAI/llmaz config/crd/bases/inference.llmaz.io_playgrounds.yaml (default vllm)",
    engine: { paths: [["spec", "backendRuntimeConfig", "backendName"]], vllm: /^vllm$/, isDefault: true },
  },
  {
    group: "workload.serving.volcano.sh",
    kind: "ModelBooster",
    controller: "kthena",
    source: "volcano-sh/kthena workload.serving.volcano.sh_modelboosters.yaml (vLLM's backends alone)",
  },
  {
    group: "production-stack.vllm.ai",
    kind: "VLLMRuntime",
    controller: "vLLM's production stack",
    source: "vllm-project/production-stack operator/api/v1alpha1/vllmruntime_types.go",
  },
];
