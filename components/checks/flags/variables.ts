/** Checks of a release's environment variables. */
import { joinPath } from "../../config/parse.js";
import { entriesOf, given, isWrong, type Parts } from "../../config/parts.js";
import { error, type Problem } from "../../config/problems.js";
import { isNamedSecret } from "../../facts/guarded/credentials.js";
import type { RuntimePlan } from "../../derive/plan.js";
import { OWNED_ENV } from "../../derive/variables.js";
import { checkGuardedVariable, checkPlainText } from "./guarded.js";

/** Variables that keep the hub's client off the network; `1`, `on`, `yes` and `true` count (huggingface_hub/constants.py). */
const OFFLINE = new Set(["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]);

/** Without a cache an offline start finds no weights; with one it is offline already. */
function checkOffline(name: string, value: string, at: string): Problem[] {
  if (!OFFLINE.has(name) || !/^(1|on|yes|true)$/i.test(value)) return [];
  return [
    error(`${at}.value`, "starts offline, which vllm:cache does by itself where the weights are there: leave it out"),
  ];
}

/** Every problem of a release's own variables. @param path of the release's `env` */
export function checkVariables(env: Parts<RuntimePlan["env"]>, path: string): Problem[] {
  return entriesOf(env).flatMap(([name, variable]) => {
    const at = joinPath(path, [name]);
    if (OWNED_ENV.has(name)) return [error(at, "the contract sets this variable itself: leave it out")];
    if (isNamedSecret(name, isWrong(variable.value) ? undefined : variable.value)) {
      return [error(at, "looks like a secret, and a contract is plain text: keep it in a Secret")];
    }
    const secrets = checkPlainText(variable, at, "keep it in a Secret");
    return secrets.length > 0
      ? secrets
      : given([variable.value], (value) => [
          ...checkGuardedVariable(name, value, at),
          ...checkOffline(name, value, at),
        ]);
  });
}
