/** The modules that parts of a model are made of, by the names that transformers gives them. */
import type { WeightPart } from "../../../facts/models/architecture.js";
import type { Keys } from "../keys.js";

export interface Module {
  /** Below its layer; families spell it differently. */
  names: readonly string[];
  /** Of the part's parameters. */
  share: number;
}

/** Parts that lie in layers and may be quantised. */
export type LayerPart = Extract<
  WeightPart,
  "attention" | "latent" | "state" | "feedForward" | "experts" | "sharedExperts"
>;

const ATTENTION = ["self_attn", "attn", "attention", "mixer"];
const EXPERTS = [
  "mlp.experts",
  "block_sparse_moe.experts",
  "feed_forward.experts",
  "mixer.experts",
  "moe.experts",
  "experts",
];
/** Gemma 4's experts stand beside its feed-forward layer, not in it. */
const GEMMA_EXPERTS = ["experts", "moe.experts"];
const SHARED = ["mlp.shared_expert", "mlp.shared_experts", "block_sparse_moe.shared_experts"].concat(
  ...["feed_forward.shared_expert", "mixer.shared_experts", "shared_mlp", "moe.shared_expert", "share_expert"],
);
const NETWORKS = ["mlp", "feed_forward", "mixer", "block_sparse_moe"];
const STATES = ["linear_attn", "mixer", "mamba", "conv", "self_attn"];

const UP = ["up_proj", "gate_proj", "gate_up_proj", "w1", "w3"];
const DOWN = ["down_proj", "w2"];

/** @param text the section of the language model, whose numbers give the modules' shares */
export function modulesOf(part: LayerPart, text: Keys): Module[] {
  switch (part) {
    case "attention":
      return attentionModules(text);
    case "latent":
      return [named(ATTENTION, ["q_a_proj", "kv_a_proj_with_mqa", "fused_qkv_a_proj"], 1)];
    case "state":
      // What goes in is two to three times what comes out, in Mamba, gated delta nets and short convolutions alike.
      return [
        named(STATES, ["in_proj", "in_proj_qkvz", "in_proj_qkv", "qkv_proj"], 3 / 4),
        named(STATES, ["out_proj"], 1 / 4),
      ];
    case "feedForward":
      return upAndDown(NETWORKS);
    case "experts":
      // Experts are alike: the first stands for all.
      return upAndDown(expertsOf(text).flatMap((experts) => [`${experts}.0`, experts]));
    case "sharedExperts":
      return upAndDown(SHARED);
  }
}

function expertsOf(text: Keys): readonly string[] {
  return text.text("model_type")?.startsWith("gemma4") ? GEMMA_EXPERTS : EXPERTS;
}

function upAndDown(parents: readonly string[]): Module[] {
  return [named(parents, UP, 2 / 3), named(parents, DOWN, 1 / 3)];
}

function named(parents: readonly string[], children: readonly string[], share: number): Module {
  return { names: parents.flatMap((parent) => children.map((child) => `${parent}.${child}`)), share };
}

/** Queries, keys and values, and the output, by size. */
function attentionModules(text: Keys): Module[] {
  const heads = sizeOf(text, "num_attention_heads");
  const sizes = text.has("kv_lora_rank")
    ? latentSizes(text, heads)
    : { q: heads, kv: 2 * sizeOf(text, "num_key_value_heads"), o: heads };
  const sum = sizes.q + sizes.kv + sizes.o;
  return [
    named(ATTENTION, ["q_proj", "q_b_proj", "qkv_proj"], sizes.q / sum),
    named(ATTENTION, ["k_proj", "kv_b_proj", "qkv_proj"], sizes.kv / sum),
    named(ATTENTION, ["o_proj", "out_proj"], sizes.o / sum),
  ];
}

function latentSizes(text: Keys, heads: number): { q: number; kv: number; o: number } {
  const plain = sizeOf(text, "qk_nope_head_dim");
  const values = sizeOf(text, "v_head_dim");
  const hidden = sizeOf(text, "hidden_size");
  const width = text.has("q_lora_rank") ? sizeOf(text, "q_lora_rank") : hidden;
  return {
    q: width * heads * (plain + sizeOf(text, "qk_rope_head_dim")),
    kv: sizeOf(text, "kv_lora_rank") * heads * (plain + values),
    o: heads * values * hidden,
  };
}

/** A number that matters for shares only; whoever reads the shape tells what is wrong with it. */
function sizeOf(text: Keys, name: string): number {
  const value = text.raw(name);
  return typeof value === "number" && value > 0 && Number.isFinite(value) ? value : 1;
}
