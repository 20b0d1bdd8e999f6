import { CACHE_PATH, COMPILED_PATH } from "../vocabulary/paths.js";
import { SECRET_ENV } from "../vocabulary/secrets.js";
import type { RuntimePlan } from "./plan.js";
import { isOffline, keepsCompiled } from "./weights/delivery.js";

/**
 * Variables of every runtime. The root file system is read-only and the user has no home in the image. vLLM 0.30 and its
 * libraries write below HOME (weights, compiled code, Triton, FlashInfer and CUDA caches) and to /tmp, as traced at a real
 * start; torch's and Triton's own cache variables are overwritten by vLLM, so they are left out.
 */
const FIXED_ENV: Readonly<Record<string, string>> = {
  HOME: `${CACHE_PATH}/home`,
  // torch asks for the user's name, and fails for a number without an entry in /etc/passwd.
  USER: "vllm",
  HF_HOME: `${CACHE_PATH}/huggingface`,
  VLLM_CACHE_ROOT: `${CACHE_PATH}/vllm`,
  // No telemetry from a private network.
  VLLM_NO_USAGE_STATS: "1",
  HF_HUB_DISABLE_TELEMETRY: "1",
};

/**
 * How long the API server waits for the engine, in seconds: 600 unless set, less than large models take to load, and then it ends
 * (vllm/v1/engine/core_client.py, 0.29.0 to 0.33.0).
 */
const READY_TIMEOUT = "VLLM_ENGINE_READY_TIMEOUT_S";

/** Of runtimes whose files are all there: no library asks the hub, not even whether a file has changed. */
const OFFLINE_ENV: Readonly<Record<string, string>> = { HF_HUB_OFFLINE: "1" };

/** Stores the result of memory profiling under the cache root (vllm/envs.py, from 0.26.0 on). */
const STARTUP_PLAN = "VLLM_ENABLE_STARTUP_PLAN";

/** Names that a contract's `env` may not set. */
export const OWNED_ENV: ReadonlySet<string> = new Set([
  ...Object.keys(FIXED_ENV),
  READY_TIMEOUT,
  STARTUP_PLAN,
  ...Object.values(SECRET_ENV),
]);

/**
 * Where a streamed model's bucket is: vLLM hands AWS_ENDPOINT_URL on to the streamer (vllm/model_executor/model_loader/
 * runai_streamer_loader.py, 0.29.0 to 0.33.0); the regions are the variables that AWS' SDKs read.
 */
function bucketVariables(cache: RuntimePlan["cache"]): Record<string, string> {
  if (cache?.kind !== "s3" || cache.read !== "stream") return {};
  const { region, endpoint } = cache;
  return {
    ...(region !== undefined && { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
    ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint }),
  };
}

/** Plain environment variables of a runtime, by name. */
export function environment({
  env,
  startupSeconds,
  artifacts,
  cache,
}: Pick<RuntimePlan, "env" | "startupSeconds" | "artifacts" | "cache">): Record<string, string> {
  const keeps = keepsCompiled(cache);
  return {
    ...FIXED_ENV,
    ...(isOffline(artifacts, cache) && OFFLINE_ENV),
    ...bucketVariables(cache),
    ...(keeps && { VLLM_CACHE_ROOT: COMPILED_PATH }),
    ...(keeps && cache.startupPlan && { [STARTUP_PLAN]: "1" }),
    [READY_TIMEOUT]: String(startupSeconds),
    ...Object.fromEntries(Object.entries(env).map(([name, { value }]) => [name, value])),
  };
}
