/**
 * Models that vLLM refuses in fp16 for their numbers: of the types gemma2, gemma3, gemma3_text and glm4, here by their makers' names on
 * the hub. Source: `_FLOAT16_NOT_SUPPORTED_MODELS` of vllm/config/model.py, the same in 0.29.0 to 0.33.0, read 2026-11-26.
 */
const NAMES: readonly RegExp[] = [/^google\/gemma-[23]-/i, /^(zai-org|THUDM)\/GLM-(4|Z1)-(9B|32B)(-[a-z]+)*-0414$/i];

export function refusesFp16(id: string): boolean {
  return NAMES.some((name) => name.test(id));
}
