/**
 * Servers that take vLLM's arguments from environment variables: DJL's LMI containers, where `OPTION_MAX_MODEL_LEN` is
 * `--max-model-len`. Source: deepjavalibrary/djl-serving 00db630,
 * serving/docs/lmi/user_guides/vllm_user_guide.md ("Pass-Through"), read 2026-11-26
 */
import { SPEC_ENV } from "../../components/vocabulary/paths.js";
import type { Container } from "../pods/containers.js";
import { at, fields, strings } from "../read/values.js";

/** What chooses vLLM among the engines of the image. */
const CHOOSES_ENGINE = "OPTION_ROLLING_BATCH";
const MODEL = "HF_MODEL_ID";
const OPTION = /^OPTION_(?<name>[A-Z0-9_]+)$/;

/** @returns `undefined` where variables choose no vLLM */
export function variableArguments(container: Container): string[] | undefined {
  if (!container.environmentNames.includes(CHOOSES_ENGINE)) return undefined;
  if (container.environmentValue(CHOOSES_ENGINE) !== "vllm") return undefined;
  return container.environment.flatMap(({ name, value = "" }) => {
    if (name === MODEL) return ["--model", value];
    const option = name === CHOOSES_ENGINE ? undefined : OPTION.exec(name)?.groups?.["name"];
    return option === undefined ? [] : [`--${option.toLowerCase().replaceAll("_", "-")}`, value];
  });
}

/** Arguments in the document that this project's batch_run.py is given (components/programs/batch_run.py). */
export function specArguments(container: Container): string[] {
  if (!container.environmentNames.includes(SPEC_ENV)) return [];
  try {
    const spec = fields(JSON.parse(container.environmentValue(SPEC_ENV) ?? "{}"));
    return strings(at(spec["runner"], "args"));
  } catch (thrown) {
    // A variable of that name that is another program's.
    if (thrown instanceof SyntaxError) return [];
    throw thrown;
  }
}
