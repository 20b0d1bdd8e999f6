import { quote } from "../../../components/config/problems.js";
import { commandsOf } from "../../commands/commands.js";
import { type Flag, flagsOf } from "../../engine/flags.js";
import { workloadRule } from "../../rule.js";

/** Names by which programs are told to run a model repository's Python, or to unpickle what they are sent. */
const ENVIRONMENT = /(^|_)TRUST_REMOTE_CODE$|^VLLM_ALLOW_INSECURE_SERIALIZATION$/;
const OFF = /^(0|false|no|off|)$/i;
/** Python's parser takes any unambiguous beginning; `--trust-req…` are other flags. */
const SHORTEST = "trust-rem";

export const noRemoteCode = workloadRule(
  {
    name: "no-remote-code",
    description: "No container runs code that comes with a model.",
    why: "Nobody reviewed this Python from a model repository, and it runs beside your prompts and credentials.",
    remediationSteps: "Remove the flag or variable and use a model that vLLM supports itself.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    for (const container of workload.containers) {
      if (commandsOf(container).flatMap(flagsOf).some(trustsRemoteCode)) {
        report(`${container.where}: --trust-remote-code runs code of the model repository: remove it`);
      }
      for (const { name, value } of container.environment) {
        if (value === undefined || !ENVIRONMENT.test(name) || OFF.test(value.trim())) continue;
        report(`${container.where}: environment variable ${name} is ${quote(value)}: remove it`);
      }
    }
  },
);

function trustsRemoteCode({ name, negated, values }: Flag): boolean {
  if (negated || !"trust-remote-code".startsWith(name) || name.length < SHORTEST.length) return false;
  return !/^false$/i.test(values[0] ?? "");
}
