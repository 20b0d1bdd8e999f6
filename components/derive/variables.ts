import { CACHE_PATH } from "./arguments.js";
import type { RuntimeContract } from "../contract/contract.js";
import { checkGuardedVariable, checkPlainText } from "../checks/guarded.js";
import { joinPath } from "../config/parse.js";
import { error, type Problem } from "../config/problems.js";

/** Environment variables that hold secrets; they are read from Secrets, never from the contract. */
export const SECRET_ENV = { apiKey: "VLLM_API_KEY", huggingFaceToken: "HF_TOKEN" } as const;

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

/** Names that a contract's `env` may not set. */
export const OWNED_ENV: ReadonlySet<string> = new Set([...Object.keys(FIXED_ENV), ...Object.values(SECRET_ENV)]);

/** Names of variables that look as if they held a secret. */
const SECRET_NAME = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|API_?KEY|ACCESS_KEY|PRIVATE_KEY)(_|$)/i;

export function looksSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !/_(FILE|PATH|DIR)$/i.test(name);
}

/** Plain environment variables of a runtime, by name. */
export function environment(contract: RuntimeContract): Record<string, string> {
  return {
    ...FIXED_ENV,
    ...Object.fromEntries(Object.entries(contract.env).map(([name, { value }]) => [name, value])),
  };
}

/** Every problem of a contract's own variables. @param path of the release's `env` */
export function checkEnvironment({ env }: Pick<RuntimeContract, "env">, path: string): Problem[] {
  return Object.entries(env).flatMap(([name, variable]) => {
    const at = joinPath(path, [name]);
    if (OWNED_ENV.has(name)) return [error(at, "the contract sets this variable itself: leave it out")];
    if (looksSecret(name)) {
      return [error(at, "looks like a secret, and a contract is plain text: keep it in a Secret")];
    }
    const secrets = checkPlainText(variable, at, "keep it in a Secret");
    return secrets.length > 0 ? secrets : checkGuardedVariable(name, variable.value, at);
  });
}
