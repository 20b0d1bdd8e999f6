/** What vLLM makes while it loads a model's weights, and keeps beside them. */
import type { Architecture, LayerGroup } from "../../facts/models/architecture.js";
import { isObject, type Keys } from "./keys.js";

/** Families without rotary positions: they have learned ones, or states that know the order. */
const WITHOUT_ROTARY = /^(bert|roberta|xlm-roberta|nemotron_h|jamba|mamba2?|gpt2|bloom|falcon_mamba|minicpm_sala)$/;

/** Families that have a table four times as long, for positions in images and video (`MRotaryEmbedding`, 0.18.0 to 0.33.0). */
const OF_IMAGES = /^(qwen2_vl|qwen2_5_vl|qwen3_vl|qwen3_5|qwen3_6|qwen3_omni|glm4v)/;
const TIMES_OF_IMAGES = 4;

/** Shares of a head that are turned, of families whose files leave them out (the models' configuration classes, transformers 5.24.0). */
const SHARES: ReadonlyArray<[family: RegExp, share: number]> = [
  [/^qwen3_(next|5)/, 0.25],
  [/^glm4?(v|_moe|$)/, 0.5],
  [/^minimax_m2/, 0.5],
];

/** Of a latent vector, the elements with rotary positions (`qk_rope_head_dim` of every model that has them). */
const LATENT_ROTARY = 64;

/** @param groups of the model's layers */
export function readMade(
  text: Keys,
  groups: readonly LayerGroup[],
  { heads, maxContext }: { heads: number; maxContext: number },
): NonNullable<Architecture["made"]> {
  const rotary = rotaryElements(text, groups, maxContext);
  const unfolded = unfoldedElements(text, groups, heads);
  return { ...(rotary > 0 && { rotary }), ...(unfolded > 0 && { unfolded }) };
}

/** A table of cosines and sines for each size of head (`_compute_cos_sin_cache`, vllm/model_executor/layers/rotary_embedding). */
function rotaryElements(text: Keys, groups: readonly LayerGroup[], maxContext: number): number {
  const family = text.raw("model_type");
  if (typeof family !== "string" || WITHOUT_ROTARY.test(family)) return 0;
  const share = rotaryShare(text, family);
  const sizes = new Set(
    groups.flatMap((group) => {
      if (group.kind === "latent") return LATENT_ROTARY;
      return "headSize" in group ? Math.floor(group.headSize * share) : [];
    }),
  );
  const times = OF_IMAGES.test(family) ? TIMES_OF_IMAGES : 1;
  return times * maxContext * [...sizes].reduce((sum, size) => sum + size, 0);
}

/** The share of a head that is turned, in its old place and in the new one. */
function rotaryShare(text: Keys, family: string): number {
  const parameters = text.raw("rope_parameters");
  const nested = isObject(parameters) ? parameters["partial_rotary_factor"] : undefined;
  const share = nested ?? text.raw("partial_rotary_factor");
  if (typeof share === "number" && share > 0 && share <= 1) return share;
  return SHARES.find(([name]) => name.test(family))?.[1] ?? 1;
}

/**
 * Latent attention decodes with `kv_b_proj` in 16 bits, cut in two, and reads prompts with the matrix itself
 * (`process_weights_after_loading` of vllm/model_executor/layers/attention/mla_attention.py, 0.33.0).
 */
function unfoldedElements(text: Keys, groups: readonly LayerGroup[], heads: number): number {
  const layers = groups.reduce((sum, group) => sum + (group.kind === "latent" ? group.layers : 0), 0);
  if (layers === 0) return 0;
  const perHead = text.count("qk_nope_head_dim", { min: 0 }) + text.count("v_head_dim");
  return layers * heads * text.count("kv_lora_rank") * perHead;
}
