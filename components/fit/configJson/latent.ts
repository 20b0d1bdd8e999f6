/** Multi-head latent attention (DeepSeek V2 and later, Kimi K2, GLM-5). */
import type { Keys } from "./keys.js";
import { eachLayer, type Layer, sumWeights } from "./layers.js";
import { hasTrait, type MixersReader } from "./mixers.js";
import type { Trunk } from "./trunk.js";

/** Latent attention in every layer. */
export const latent: MixersReader = (text, trunk) => {
  const plain = latentLayer(text, trunk);
  const indexed = text.has("index_topk") ? withIndexer(text, trunk, plain) : plain;
  const isIndexed = readIndexed(text, trunk.layers);
  const layers = eachLayer(trunk.layers, (index) => (isIndexed(index) ? indexed : plain));
  return { layers, kvHeads: trunk.heads, headSize: latentHeadSize(text) };
};

/** Size of a query head. */
export function latentHeadSize(text: Keys): number {
  return text.count("qk_nope_head_dim", { min: 0 }) + text.count("qk_rope_head_dim");
}

/** One layer, by the keys that all families share (vllm/model_executor/models/deepseek_v2.py, 0.33). */
export function latentLayer(text: Keys, { hiddenSize, heads }: Trunk): Layer {
  const kvRank = text.count("kv_lora_rank");
  const ropeSize = text.count("qk_rope_head_dim");
  const headSize = latentHeadSize(text);
  const valueSize = text.count("v_head_dim");
  const queryRank = text.countIfGiven("q_lora_rank");
  const up = kvRank * heads * (headSize - ropeSize + valueSize);
  const output = heads * valueSize * hiddenSize;
  const width = kvRank + ropeSize;
  const hasBias = hasTrait(text, { key: "attention_bias" });
  const biases = hasBias ? (queryRank ?? 0) + width + hiddenSize : 0;
  return {
    weights: {
      attention: (queryRank ?? hiddenSize) * heads * headSize + up + output,
      latent: hiddenSize * (width + (queryRank ?? 0)),
      norms: kvRank + (queryRank ?? 0) + biases,
    },
    keeps: [{ kind: "latent", width }],
  };
}

/** DeepSeek sparse attention: what picks the tokens to attend to, whole on every GPU (`Indexer`, deepseek_v2.py, 0.33). */
function withIndexer(text: Keys, { hiddenSize }: Trunk, { weights, keeps = [] }: Layer): Layer {
  const heads = text.count("index_n_heads");
  const keySize = text.count("index_head_dim");
  // Its queries are made of the compressed ones.
  const rank = text.count("q_lora_rank");
  const parameters = rank * heads * keySize + hiddenSize * (keySize + heads) + 2 * keySize;
  return {
    weights: sumWeights([weights, { latent: parameters }]),
    keeps: keeps.map((kept) => ({ ...kept, indexWidth: keySize })),
  };
}

/** GLM-5.2: only each nth layer picks tokens, and the others take the same (vllm/models/deepseek_v32/attention.py, 0.33). */
function readIndexed(text: Keys, layers: number): (layer: number) => boolean {
  const pattern = text.text("index_topk_pattern");
  if (pattern !== undefined) {
    const letters = text.ofLength("index_topk_pattern", [...pattern], layers);
    return (layer) => letters[layer] !== "S";
  }
  const nth = text.count("index_topk_freq", { default: 1 });
  const offset = text.count("index_skip_topk_offset", { min: 0, default: 2 });
  return (layer) => Math.max(layer - offset + 1, 0) % nth === 0;
}
