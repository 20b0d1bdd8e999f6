import { quote } from "../../../components/config/problems.js";
import { valuesOf } from "../../charts/values.js";
import { commandsOf } from "../../commands/commands.js";
import { commandsIn } from "../../commands/script.js";
import { type Flag, flagsOf } from "../../engine/flags.js";
import { objectsOf } from "../../objects/objects.js";
import { pathText } from "../../objects/path.js";
import { visitObjects } from "../../objects/visit.js";
import { each, placeholderOr } from "../../read/unknown.js";
import { isTrue, text } from "../../read/values.js";
import { workloadRule } from "../../rule.js";

/** Names by which programs are told to run a model repository's Python, or to unpickle what they are sent. */
const ENVIRONMENT = /(^|_)TRUST_REMOTE_CODE$|^VLLM_ALLOW_INSECURE_SERIALIZATION$/;
/** Python of vLLM's or transformers' own that is given as text. */
const IN_PYTHON = /\btrust_remote_code\s*=\s*True\b/;
/** Charts' values: `trustRemoteCode: true`, and commands or arguments that are one text. */
const VALUE = /^(enable)?trust[-_]?remote[-_]?code$/i;
const ARGUMENTS_VALUE = /(args|arguments|command|cmd|flags)$/i;
const OFF = /^(0|false|no|off|)$/i;
/** Python's parser takes any unambiguous beginning; `--trust-req…` are other flags. */
const SHORTEST = "trust-rem";

export const noRemoteCode = workloadRule(
  {
    name: "no-remote-code",
    description: "No container runs code that comes with a model.",
    why: "Nobody reviewed this Python from a model repository, and it runs beside your prompts and credentials.",
    remediationSteps: "Remove the flag or variable and use a model that vLLM supports itself.",
    equalForms:
      "Judged alike: `--trust-remote-code` in any spelling and any program, `trust_remote_code=True` in Python given as text, variables that end in `TRUST_REMOTE_CODE`, and unpickling by `VLLM_ALLOW_INSECURE_SERIALIZATION`; in every container, scripts of ConfigMaps and charts' values, where `trustRemoteCode: true` and arguments in one text count, too. Switched off is good. Not seen: Python in an image or a mounted file.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    each(workload.containers, (container) => {
      if (commandsOf(container).flatMap(flagsOf).some(trustsRemoteCode)) {
        report(`${container.where}: --trust-remote-code runs code of the model repository: remove it`);
      }
      if (
        commandsOf(container)
          .flat()
          .some((word) => IN_PYTHON.test(word))
      ) {
        report(`${container.where}: trust_remote_code=True runs code of the model repository: remove it`);
      }
      each(container.environment, (variable) => {
        const { name } = variable;
        if (!ENVIRONMENT.test(name) || OFF.test((variable.value ?? "").trim())) return;
        report(`${container.where}: environment variable ${name} is ${quote(variable.value)}: remove it`);
      });
    });
  },
  (resource, report) =>
    each(objectsOf(resource), (object) =>
      each(valuesOf(object), ({ path: root, value }) =>
        visitObjects(
          value,
          (found, path) => {
            each(Object.keys(found), (key) => {
              const where = pathText([...object.path, ...path, key]);
              if (VALUE.test(key) && isTrue(found[key]))
                report(`${where} runs code of the model repository: remove it`);
              else if (ARGUMENTS_VALUE.test(key) && commandsIn(text(found[key]) ?? "", nothing).some(hasFlag)) {
                report(`${where}: --trust-remote-code runs code of the model repository: remove it`);
              }
            });
            return true;
          },
          root,
        ),
      ),
    ),
);

/** No variable is known of a text in a chart's values. */
const nothing = (): undefined => undefined;

function hasFlag(words: readonly string[]): boolean {
  return flagsOf(words).some(trustsRemoteCode);
}

function trustsRemoteCode(flag: Flag): boolean {
  const { name, negated } = flag;
  if (negated || !"trust-remote-code".startsWith(name) || name.length < SHORTEST.length) return false;
  // A word behind it that is not known yet is of something else, as a rule: it takes no value.
  return !/^false$/i.test(placeholderOr(() => flag.values[0] ?? ""));
}
