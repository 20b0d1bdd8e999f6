/**
 * Servers that take vLLM's arguments from environment variables: DJL's LMI containers, where `OPTION_MAX_MODEL_LEN` is
 * `--max-model-len`. Source: deepjavalibrary/djl-serving 00db630,
 * serving/docs/lmi/user_guides/vllm_user_guide.md ("Pass-Through"), read 2026-11-26
 */
import type { Container } from "../pods/containers.js";

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
