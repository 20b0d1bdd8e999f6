/** Nemotron-H: every layer is one block, of Mamba 2, attention, a feed-forward or experts; sources as in dense.ts. */
import { decoder, type TextReader } from "../decoder.js";
import { denseWeights, type FeedForwardsReader, readExperts } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { byKinds, type KindsReader } from "../kinds.js";
import type { Layer, Weights } from "../layers.js";
import { ATTENTION_BIAS, fullAttention, hasTrait } from "../mixers.js";
import { mamba2, stateBytes } from "../states.js";
import type { Trunk } from "../trunk.js";

/** Letters of `hybrid_override_pattern`, and the names that transformers 5 has for them. */
const LETTERS: Readonly<Record<string, string>> = {
  M: "mamba",
  "*": "attention",
  "-": "mlp",
  E: "moe",
  linear_attention: "mamba",
  full_attention: "attention",
};

const readPattern: KindsReader = (text, { layers }) => {
  const key = text.nameOf("hybrid_override_pattern", "layers_block_type", "layer_types");
  const pattern = key === "hybrid_override_pattern" ? [...(text.text(key) ?? "")] : (text.texts(key) ?? []);
  if (pattern.length === 0 && !text.has(key)) text.fail(key, "is missing: give the letter of each layer: M, *, - or E");
  return { key, kinds: text.ofLength(key, pattern, layers).map((name) => LETTERS[name] ?? name) };
};

const EXPERT_KEYS = { count: ["n_routed_experts"], perToken: ["num_experts_per_tok"] } as const;
/** Without a gate: up and down. */
const MATRICES = 2;
const BIAS = { key: "mlp_bias" };

function mamba(text: Keys, { hiddenSize }: Trunk): Layer {
  return mamba2({
    hiddenSize,
    heads: text.count("mamba_num_heads"),
    headSize: text.count("mamba_head_dim"),
    groups: text.count("n_groups"),
    stateSize: text.count("ssm_state_size"),
    kernel: text.count("conv_kernel"),
    convolutionBias: text.flag("use_conv_bias", true),
    bias: hasTrait(text, { key: "use_bias" }),
    norm: true,
    // vLLM's own default is float32 (`NemotronHForCausalLMConfig`, vllm/model_executor/models/config.py, 0.33).
    recurrentBytes: stateBytes(text.text("mamba_ssm_cache_dtype") ?? "float32"),
  });
}

/** Experts may work on a narrower vector than the model's (`moe_latent_size`, Nemotron 3 Super). */
function expertLayer(text: Keys, { hiddenSize }: Trunk): Weights {
  const width = text.count("moe_intermediate_size");
  const latent = text.countIfGiven("moe_latent_size");
  const count = readExperts(text, EXPERT_KEYS)?.count ?? 0;
  const shared = text.count("n_shared_experts", { min: 0, default: 0 });
  const sharedWidth = shared === 0 ? 0 : shared * text.count("moe_shared_expert_intermediate_size");
  return {
    experts: count * MATRICES * (latent ?? hiddenSize) * width,
    router: hiddenSize * count + count,
    sharedExperts: MATRICES * hiddenSize * sharedWidth,
    // Into the narrow vector and back.
    feedForward: latent === undefined ? 0 : 2 * hiddenSize * latent,
  };
}

/** What the description of the model says of its feed-forward layers; their weights are in the blocks. */
const describe: FeedForwardsReader = (text, trunk) => {
  const isMixture = readPattern(text, trunk).kinds.includes("moe");
  const mixture = isMixture ? readExperts(text, EXPERT_KEYS) : undefined;
  const narrow = text.countIfGiven("moe_latent_size");
  const experts = mixture && { ...mixture, ...(narrow !== undefined && { width: narrow }) };
  return { layers: [], width: text.count(isMixture ? "moe_intermediate_size" : "intermediate_size"), experts };
};

const nemotronH = decoder({
  mixers: byKinds(readPattern, {
    mamba,
    attention: fullAttention(ATTENTION_BIAS),
    mlp: (text, { hiddenSize }) => ({
      weights: denseWeights(text, hiddenSize, text.count("intermediate_size"), { matrices: MATRICES, bias: BIAS }),
    }),
    moe: (text, trunk) => ({ weights: expertLayer(text, trunk) }),
  }),
  feedForwards: describe,
  norms: 1,
});

export const NEMOTRON_H: Readonly<Record<string, TextReader>> = { nemotron_h: nemotronH };
