/**
 * Environment variables that open, redirect or extend the engine. Every variable of vllm/envs.py at 0.30.0, 0.32.0 and
 * 0.33.0 was read, the names of those at 0.8.5 to 0.29.0 (2026-11-26), and those of huggingface_hub, torch, Triton, NCCL, CUDA, glibc, OpenSSL and Python, 2026-11-25.
 */
import { LMCACHE_VARIABLES } from "./lmcache.js";
import { type GuardedVariables, SOURCES } from "./setting.js";

const ENVS = "vllm/envs.py";
const OFF = /^\s*(0+|false|no|off|none)\s*$/i;
const ONE_MACHINE = "leave it out: a replica is one machine";
/** Folders of NVIDIA's driver and of CUDA, and what the image has, as GKE and the images of CUDA set them. */
const DRIVER_FOLDERS =
  /^(:|(\$\{?LD_LIBRARY_PATH\}?|\$\(LD_LIBRARY_PATH\)|\/usr\/local\/(nvidia|cuda(-[\d.]+)?)(\/(lib|lib64|compat|extras\/CUPTI\/lib64))?\/?)(?=:|$))*$/;
const IN_THE_IMAGE = "leave it out: set it in the image, whose digest pins it";
const CACHE_VOLUME = "leave it out: the cache volume decides it";

/** NVIDIA's container runtime gives a container the GPUs that these name, whatever the pod asked Kubernetes for. */
export const NODE_GPUS: GuardedVariables = {
  names: ["NVIDIA_VISIBLE_DEVICES", "NVIDIA_MIG_CONFIG_DEVICES", "NVIDIA_MIG_MONITOR_DEVICES"],
  danger: "opens",
  why: "decides which of the node's GPUs a container sees, those of other pods among them",
  instead: "leave it out: the device plugin sets it for the GPUs that the pod asks for",
  source: "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
};

export const GUARDED_VARIABLES: readonly GuardedVariables[] = [
  NODE_GPUS,
  ...LMCACHE_VARIABLES,
  {
    names: ["VLLM_SERVER_DEV_MODE"],
    distinct: true,
    danger: "opens",
    why: "opens /collective_rpc, /update_weights, /pause and others without a key",
    instead: "leave it out: debug a copy that serves nobody",
    source: `${ENVS}, vllm/entrypoints/launchers/api_server/routers.py`,
    harmless: OFF,
  },
  {
    names: ["VLLM_ALLOW_RUNTIME_LORA_UPDATING"],
    distinct: true,
    danger: "opens",
    why: "lets requests load adapters from any repository or path",
    instead: "leave it out: name adapters in lora-modules",
    source: "vllm/entrypoints/serve/lora/api_router.py",
    harmless: OFF,
  },
  {
    names: ["VLLM_DEBUG_LOG_API_SERVER_RESPONSE", "VLLM_TRACE_FUNCTION", "VLLM_TORCH_PROFILER_*", "VLLM_TORCH_CUDA_*"],
    distinct: true,
    danger: "opens",
    why: "writes answers or the engine's inside to logs and files",
    instead: "leave it out: debug a copy that serves nobody",
    source: ENVS,
    harmless: OFF,
  },
  {
    names: ["VLLM_REQUEST_BODY_LOG_LEVEL"],
    distinct: true,
    danger: "opens",
    why: "writes what users sent to the log",
    instead: "leave it out: metrics and traces show requests without their text",
    source: `${ENVS} of 0.33.0`,
    since: "0.33.0",
    harmless: OFF,
  },
  {
    names: ["VLLM_USE_RUST_FRONTEND"],
    distinct: true,
    danger: "opens",
    why: "puts another server before the engine than the one whose key and limits this contract rests on",
    instead: "leave it out",
    source: "vllm/entrypoints/cli/serve.py",
    harmless: OFF,
  },
  {
    names: ["VLLM_ALLOW_INSECURE_SERIALIZATION"],
    distinct: true,
    danger: "injects",
    why: "unpickles what a process is sent, which may run any code",
    instead: "leave it out",
    source: "vllm/v1/serial_utils.py",
    harmless: OFF,
  },
  {
    names: ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"],
    distinct: true,
    danger: "injects",
    why: "unpickles checkpoints, which may run any code",
    instead: "leave it out, and use safetensors",
    source: "torch/serialization.py",
    harmless: OFF,
  },
  {
    names: ["VLLM_PLUGINS"],
    distinct: true,
    danger: "injects",
    why: "loads plugins that add endpoints or fetch adapters from the hub",
    instead: "leave it out: the image's general plugins are loaded without it",
    source: "vllm/plugins/__init__.py load_endpoint_plugins, vllm/plugins/lora_resolvers/hf_hub_resolver.py",
  },
  {
    names: ["VLLM_LOGGING_CONFIG_PATH"],
    distinct: true,
    danger: "injects",
    why: "reads a logging dictConfig, which may call any Python object and send logs anywhere",
    instead:
      "leave it out: VLLM_LOGGING_LEVEL sets how much is logged, and this project's observability.logs in which form",
    source: "vllm/logger.py",
  },
  {
    names: ["VLLM_LOGGING_STREAM"],
    distinct: true,
    danger: "injects",
    why: "imports Python by name",
    instead: "use ext://sys.stdout or ext://sys.stderr",
    source: "vllm/logger.py",
    harmless: /^ext:\/\/sys\.std(out|err)$/,
  },
  {
    names: ["VLLM_RUST_FRONTEND_PATH", "VLLM_NCCL_SO_PATH", "VLLM_CUDART_SO_PATH", "VLLM_CUDA_COMPATIBILITY_PATH"],
    distinct: true,
    danger: "injects",
    why: "runs a program or loads a library from there",
    instead: IN_THE_IMAGE,
    source: `${ENVS}, vllm/env_override.py`,
  },
  {
    names: [
      ...["OMP_TOOL_LIBRARIES", "UCX_MODULE_DIR", "NVSHMEM_BOOTSTRAP_PLUGIN", "NIXL_PLUGIN_DIR", "TVM_LIBRARY_PATH"],
      ...["TRITON_PLUGIN_PATHS", "TRITON_PASS_PLUGIN_PATH", "OTEL_PYTHON_CONFIGURATOR", "OTEL_PYTHON_TRACER_PROVIDER"],
    ],
    danger: "injects",
    why: "loads a library or imports Python",
    instead: IN_THE_IMAGE,
    source:
      "OpenMP 5.2 section 21.13, UCX and NVSHMEM guides, NIXL and Triton READMEs, opentelemetry-sdk documentation",
  },
  {
    names: [
      ...["LIBRARY_PATH", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX"],
      ...["NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS", "NVCC_CCBIN", "VLLM_NCCL_INCLUDE_PATH"],
    ],
    danger: "injects",
    why: "changes what the compilers that the engine calls at its start build in",
    instead: IN_THE_IMAGE,
    source:
      "GCC manual (Environment Variables Affecting GCC), CUDA compiler driver manual (nvcc environment variables), vllm/utils/nccl.py",
  },
  {
    names: ["TORCH_HOME", "NUMBA_CACHE_DIR"],
    danger: "injects",
    why: "names a folder whose code is run",
    instead: CACHE_VOLUME,
    source: "torch.hub and Numba documentation",
    folder: true,
  },
  {
    names: ["TIKTOKEN_ENCODINGS_BASE"],
    danger: "redirects",
    why: "fetches the vocabulary from another address",
    instead: "leave it out, or name a folder of the image",
    source: "openai/harmony README, vLLM's recipe for gpt-oss",
    harmless: /^\//,
  },
  {
    names: ["LD_LIBRARY_PATH"],
    danger: "injects",
    why: "has the loader look for libraries elsewhere",
    instead: IN_THE_IMAGE,
    source: `${SOURCES.loader}; https://pkg.go.dev/github.com/GoogleCloudPlatform/container-engine-accelerators/cmd/nvidia_gpu (GKE's driver)`,
    harmless: DRIVER_FOLDERS,
  },
  {
    names: ["LD_*", "GLIBC_TUNABLES", "GCONV_PATH", "CONDA_PREFIX"],
    danger: "injects",
    why: "has the loader put libraries into every process, or look for them elsewhere",
    instead: IN_THE_IMAGE,
    source: SOURCES.loader,
  },
  {
    names: [
      ...["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHONUSERBASE"],
      ...["PYTHONPLATLIBDIR", "PYTHONEXECUTABLE", "PYTHONPYCACHEPREFIX", "PYTHON_PRESITE", "PYTHONCASEOK"],
    ],
    danger: "injects",
    why: "has Python run or import what is there",
    instead: IN_THE_IMAGE,
    source: SOURCES.python,
  },
  {
    names: ["PYTHONWARNINGS"],
    danger: "injects",
    why: "imports the modules of its categories",
    instead: "use an action alone, such as ignore",
    source: SOURCES.python,
    harmless: /^[a-z]+(,[a-z]+)*$/,
  },
  {
    names: ["BASH_ENV", "BASH_FUNC_*", "SHELLOPTS", "BASHOPTS", "PROMPT_COMMAND", "PS4"],
    danger: "injects",
    why: "has shells run what is there",
    instead: IN_THE_IMAGE,
    source: "https://www.gnu.org/software/bash/manual/bash.html#Bash-Startup-Files",
  },
  {
    names: ["PATH", "CC", "CXX", "NVCC", "CUDACXX", "CUDA_HOME", "CUDA_PATH", "*PTXAS_PATH", "DG_JIT_*"],
    danger: "injects",
    why: "decides which compilers and programs are run",
    instead: IN_THE_IMAGE,
    source: "triton/runtime/build.py, torch/utils/cpp_extension.py, deep_gemm/jit",
  },
  {
    names: [
      ...["CUDA_INJECTION64_PATH", "CUDA_INJECTION32_PATH", "NVTX_INJECTION64_PATH", "NVTX_INJECTION32_PATH"],
      ...[
        "TRITON_LIBCUDA_PATH",
        "TRITON_LIBDEVICE_PATH",
        "TRITON_CACHE_MANAGER",
        "TRITON_OVERRIDE_*",
        "NCCL_CONF_FILE",
      ],
    ],
    danger: "injects",
    why: "loads a library or module from there",
    instead: IN_THE_IMAGE,
    source: "CUPTI and NVTX documentation, triton/knobs.py, NCCL user guide (environment variables)",
  },
  {
    names: ["NCCL_*_PLUGIN"],
    danger: "injects",
    why: "loads a library by name",
    instead: `use none, or ${IN_THE_IMAGE}`,
    source: "https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/env.html",
    harmless: /^none$/i,
  },
  {
    names: ["OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES"],
    danger: "injects",
    why: "loads libraries that OpenSSL is told to",
    instead: IN_THE_IMAGE,
    source: "https://docs.openssl.org/master/man7/openssl-env/",
  },
  {
    names: [
      ...["TORCHINDUCTOR_CACHE_DIR", "TORCHINDUCTOR_*REMOTE_CACHE*", "TORCH_EXTENSIONS_DIR", "TRITON_CACHE_DIR"],
      ...["TRITON_HOME", "FLASHINFER_WORKSPACE_BASE", "FLASHINFER_CUBIN*", "VLLM_FLASHINFER_AUTOTUNE_CACHE_DIR"],
      ...["VLLM_XLA_CACHE_PATH", "CUDA_CACHE_PATH", "CUTE_CUBIN_PATH", "XDG_CACHE_HOME"],
    ],
    danger: "redirects",
    why: "runs compiled code from there",
    instead: CACHE_VOLUME,
    source: "torch/_inductor/config.py, triton/knobs.py, flashinfer/jit/env.py",
    folder: true,
  },
  {
    names: ["HF_ENDPOINT", "HF_INFERENCE_ENDPOINT", "HUGGINGFACE_CO_STAGING"],
    distinct: true,
    danger: "redirects",
    why: "has weights come from another server, which is sent the hub's token",
    instead: "leave it out, and reach huggingface.co through HTTPS_PROXY: only there does a commit name the weights",
    source: SOURCES.hub,
    harmless: /^(https:\/\/huggingface\.co\/?|0|false|no|off)$/i,
  },
  {
    names: ["HF_TOKEN_PATH", "HF_STORED_TOKENS_PATH"],
    danger: "redirects",
    why: "reads the hub's token from another file",
    instead: "set the config secret vllm:huggingFaceToken",
    source: SOURCES.hub,
  },
  {
    names: [
      ...["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "HF_XET_CACHE", "HF_MODULES_CACHE"],
      ...["HF_ASSETS_CACHE", "HUGGINGFACE_ASSETS_CACHE"],
    ],
    danger: "redirects",
    why: "takes weights and code from there without asking the hub",
    instead: CACHE_VOLUME,
    source: SOURCES.hub,
    folder: true,
  },
  {
    names: ["VLLM_USE_MODELSCOPE", "MODELSCOPE_*"],
    distinct: true,
    danger: "redirects",
    why: "loads weights from ModelScope, where the hub's commits mean nothing",
    instead: "leave it out: weights come from the hub at their revision",
    source: ENVS,
    harmless: OFF,
  },
  {
    names: ["VLLM_MODEL_REDIRECT_PATH", "VLLM_LORA_RESOLVER_*"],
    distinct: true,
    danger: "redirects",
    why: "loads other weights than those that are asked for",
    instead: "leave it out: set model.id and model.revision",
    source: "vllm/transformers_utils/utils.py, vllm/plugins/lora_resolvers",
  },
  {
    names: [
      ...["S3_ENDPOINT_URL", "AWS_ENDPOINT_URL*", "RUNAI_STREAMER_S3_ENDPOINT", "AWS_CONFIG_FILE"],
      ...["AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_*", "AWS_EC2_METADATA_SERVICE_*"],
    ],
    danger: "redirects",
    why: "decides which server gets the cloud's credentials, or where they come from",
    instead: "leave it out: weights come from the hub at their revision",
    source: "https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html, vllm/envs.py",
  },
  {
    names: ["MOONCAKE_*", "VLLM_*_SIDE_CHANNEL_*", "VLLM_MOONCAKE_BOOTSTRAP_PORT"],
    danger: "redirects",
    why: "sends what was computed of prompts to other machines",
    instead: ONE_MACHINE,
    source: `${ENVS}, vllm/distributed/kv_transfer`,
  },
  {
    names: [
      ...["VLLM_HOST_IP", "VLLM_LOOPBACK_IP", "VLLM_PORT", "VLLM_RPC_BASE_PATH", "VLLM_DP_*", "HOST_IP"],
      ...["MASTER_ADDR", "MASTER_PORT", "RAY_ADDRESS", "NCCL_COMM_ID"],
    ],
    danger: "redirects",
    why: "has the engine's processes meet at another address",
    instead: ONE_MACHINE,
    source: `${ENVS}, vllm/distributed/parallel_state.py`,
  },
  {
    names: ["VLLM_USAGE_STATS_SERVER"],
    distinct: true,
    danger: "redirects",
    why: "sends usage data there",
    instead: "leave it out",
    source: "vllm/usage/usage_lib.py",
  },
  {
    names: ["HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS"],
    danger: "redirects",
    why: "changes which server a name leads to",
    instead: "leave it out: the cluster's DNS decides it",
    source:
      "https://man7.org/linux/man-pages/man5/resolv.conf.5.html, https://man7.org/linux/man-pages/man7/hostname.7.html",
  },
  {
    names: ["SSLKEYLOGFILE", "PYTHONHTTPSVERIFY", "GIT_SSL_NO_VERIFY", "NODE_TLS_REJECT_UNAUTHORIZED"],
    danger: "redirects",
    why: "takes the protection off TLS connections",
    instead: "leave it out; for a company's authority set SSL_CERT_FILE",
    source: "https://docs.python.org/3/library/ssl.html, PEP 493",
  },
  {
    // Platforms behind a proxy of their own need these: a path to a file is right, nothing switches the check off.
    names: ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE"],
    danger: "redirects",
    why: "takes the protection off TLS connections where it is no file",
    instead: "give the absolute path of the authorities' file",
    source: "https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification",
    harmless: /^\/\S+$/,
    emptyCounts: true,
    needed: true,
  },
  {
    // The same: a proxy sees encrypted connections only, and its own password belongs in a Secret.
    names: ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY"],
    danger: "redirects",
    why: "holds a password, or is no proxy",
    instead: "use http://host:port without a user",
    source: "https://everything.curl.dev/usingcurl/proxies/env.html",
    harmless: /^((https?|socks[45]h?a?):\/\/)?[^\s@/]+\/?$/i,
    needed: true,
  },
];

/** A name with `*` as an expression. */
export function namesMatcher(names: readonly string[]): RegExp {
  const alternatives = names.map((name) => name.replaceAll("*", ".*"));
  return new RegExp(`^(${alternatives.join("|")})$`, "i");
}
