/** Families with latent attention, by `model_type`; sources as in dense.ts. */
import { decoder, type TextReader } from "../decoder.js";
import { mixture } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { latent } from "../latent.js";
import { afterFirst, sharedByCount } from "./mixtures.js";

function deepseek(routerBias: boolean | ((text: Keys) => boolean)): TextReader {
  return decoder({
    mixers: latent,
    feedForwards: mixture({
      count: ["n_routed_experts"],
      perToken: ["num_experts_per_tok"],
      isSparse: afterFirst,
      sharedWidth: sharedByCount("n_shared_experts"),
      routerBias,
    }),
  });
}

/** vLLM makes the bias where the experts are chosen without auxiliary loss (deepseek_v2.py). */
const v3 = deepseek((text) => text.text("topk_method") === "noaux_tc");
const glm = deepseek(true);

export const LATENT: Readonly<Record<string, TextReader>> = {
  deepseek_v2: v3,
  deepseek_v3: v3,
  deepseek_v32: v3,
  kimi_k2: v3,
  glm_moe_dsa: glm,
  glm4_moe_lite: glm,
};
