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
}

/**
 * The server for `huggingface` takes vLLM where it knows the model.
 * Source: https://github.com/kserve/kserve/tree/master/config/runtimes, python/huggingfaceserver, read 2026-11-26
 */
const KSERVE_ENGINE = {
  paths: [
    ["spec", "predictor", "model", "modelFormat", "name"],
    ["spec", "predictor", "model", "runtime"],
  ],
  vllm: /vllm|hugging-?face/i,
  isDefault: false,
};
/** Source: https://github.com/kubeai-project/kubeai, api/k8s/v1/model_types.go (engines OLlama, VLLM, FasterWhisper, Infinity), read 2026-11-26. */
const KUBEAI_ENGINE = { paths: [["spec", "engine"]], vllm: /^VLLM$/, isDefault: true };
/** Source: https://github.com/ai-dynamo/dynamo, DynamoGraphDeploymentSpec.backendFramework (sglang, vllm, trtllm), read 2026-11-26. */
const DYNAMO_ENGINE = { paths: [["spec", "backendFramework"]], vllm: /^vllm$/, isDefault: true };
/** Source: https://github.com/vllm-project/aibrix, config/crd/model/model.aibrix.ai_modelclaims.yaml (vllm, sglang), read 2026-11-26. */
const AIBRIX_ENGINE = { paths: [["spec", "engine"]], vllm: /^vllm$/, isDefault: true };

/** Source: https://github.com/InftyAI/llmaz, config/crd/bases/inference.llmaz.io_playgrounds.yaml (`backendName`, default vllm), read 2026-11-26. */
const LLMAZ_ENGINE = {
  paths: [["spec", "backendRuntimeConfig", "backendName"]],
  vllm: /^vllm$/,
  isDefault: true,
};

export const SERVING_KINDS: readonly ServingKind[] = [
  { group: "kubeai.org", kind: "Model", controller: "KubeAI", engine: KUBEAI_ENGINE },
  { group: "serving.kserve.io", kind: "InferenceService", controller: "KServe", engine: KSERVE_ENGINE },
  { group: "serving.kserve.io", kind: "LLMInferenceService", controller: "KServe" },
  { group: "kaito.sh", kind: "Workspace", controller: "KAITO" },
  { group: "kaito.sh", kind: "InferenceSet", controller: "KAITO" },
  { group: "apps.nvidia.com", kind: "NIMService", controller: "NVIDIA's NIM operator" },
  { group: "nvidia.com", kind: "DynamoGraphDeployment", controller: "NVIDIA Dynamo", engine: DYNAMO_ENGINE },
  { group: "model.aibrix.ai", kind: "ModelClaim", controller: "AIBrix", engine: AIBRIX_ENGINE },
  { group: "inference.llmaz.io", kind: "Playground", controller: "llmaz", engine: LLMAZ_ENGINE },
  // Its backends are vLLM's alone: https://github.com/volcano-sh/kthena, workload.serving.volcano.sh_modelboosters.yaml, read 2026-11-26.
  { group: "workload.serving.volcano.sh", kind: "ModelBooster", controller: "kthena" },
  { group: "production-stack.vllm.ai", kind: "VLLMRuntime", controller: "vLLM's production stack" },
];
