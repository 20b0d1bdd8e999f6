/** Multi-head latent attention (DeepSeek V2 and later, Kimi K2, GLM-5). */
import type { Keys } from "./keys.js";
import { eachLayer, type Kept, type Weights } from "./layers.js";
import { hasTrait, type Mixers, type MixersReader } from "./mixers.js";
import type { Trunk } from "./trunk.js";

interface Latent {
  weights: Weights;
  keeps: Kept;
  /** Size of a query head, for the model's own description. */
  headSize: number;
}

/** One layer, by the keys that all families share (vllm/model_executor/models/deepseek_v2.py, 0.33). */
export function readLatent(text: Keys, { hiddenSize, heads }: Trunk): Latent {
  const kvRank = text.count("kv_lora_rank");
  const ropeSize = text.count("qk_rope_head_dim");
  const headSize = text.count("qk_nope_head_dim", { min: 0 }) + ropeSize;
  const valueSize = text.count("v_head_dim");
  const queryRank = text.countIfGiven("q_lora_rank");
  const queries = heads * headSize;
  const up = kvRank * heads * (headSize - ropeSize + valueSize);
  const output = heads * valueSize * hiddenSize;
  const hasBias = hasTrait(text, { key: "attention_bias" });
  const biases = hasBias ? (queryRank ?? 0) + kvRank + ropeSize + hiddenSize : 0;
  const width = kvRank + ropeSize;
  const indexer = readIndexer(text, hiddenSize, queryRank);
  return {
    weights: {
      attention: (queryRank ?? hiddenSize) * queries + up + output,
      latent: hiddenSize * (width + (queryRank ?? 0)) + (indexer?.parameters ?? 0),
      norms: kvRank + (queryRank ?? 0) + biases,
    },
    keeps: { kind: "latent", width, ...(indexer !== undefined && { indexWidth: indexer.keySize }) },
    headSize,
  };
}

/** DeepSeek sparse attention: what picks the tokens to attend to, whole on every GPU (`Indexer`, deepseek_v2.py, 0.33). */
function readIndexer(text: Keys, hiddenSize: number, queryRank: number | undefined) {
  if (!text.has("index_topk")) return undefined;
  const heads = text.count("index_n_heads");
  const keySize = text.count("index_head_dim");
  // Its queries are made of the compressed ones.
  const rank = queryRank ?? text.count("q_lora_rank");
  return { parameters: rank * heads * keySize + hiddenSize * (keySize + heads) + 2 * keySize, keySize };
}

/** Latent attention in every layer. */
export const latent: MixersReader = (text, trunk): Mixers => {
  const { weights, keeps, headSize } = readLatent(text, trunk);
  const layers = eachLayer(trunk.layers, () => ({ weights, keeps: [keeps] }));
  return { layers, kvHeads: trunk.heads, headSize };
};
