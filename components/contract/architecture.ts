/** The shape of a model that the catalogue lacks, as a section of the stack config. */
import { z } from "zod";
import { positiveInt } from "../config/schemas.js";
import { WEIGHT_PARTS } from "../facts/models/architecture.js";
import { PRECISION_NAMES } from "../facts/precisions.js";

const layers = positiveInt.describe("Layers of this kind");
const heads = {
  kvHeads: positiveInt.describe("Heads of keys and values"),
  headSize: positiveInt.describe("Elements of a head"),
  valueHeadSize: positiveInt.optional().describe("Elements of a head of values; default: headSize"),
};

/** What layers keep in the KV cache, by kind. */
const layerGroupSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("full").describe("Keys and values of every token"), layers, ...heads }),
  z.strictObject({
    kind: z.literal("window").describe("Keys and values of the last tokens"),
    layers,
    ...heads,
    tokens: positiveInt.describe("Tokens of the window"),
  }),
  z.strictObject({
    kind: z.literal("chunked").describe("Keys and values of the present chunk of tokens"),
    layers,
    ...heads,
    tokens: positiveInt.describe("Tokens of a chunk"),
  }),
  z.strictObject({
    kind: z.literal("latent").describe("One vector a token, whole on every GPU: multi-head latent attention"),
    layers,
    width: positiveInt.describe("kv_lora_rank + qk_rope_head_dim of config.json"),
    indexWidth: positiveInt
      .optional()
      .describe("index_head_dim of config.json, of sparse attention; default: no index"),
  }),
  z.strictObject({
    kind: z.literal("state").describe("A state of fixed size a sequence: Mamba, gated delta nets, short convolutions"),
    layers,
    convolution: z.int().min(0).describe("Elements of the convolution's state"),
    recurrent: z.int().min(0).describe("Elements of the recurrent state"),
    recurrentBytes: z.union([z.literal(2), z.literal(4)]).describe("Bytes of one of these"),
  }),
  z.strictObject({
    kind: z.literal("shared").describe("Nothing: layers that read what other layers keep"),
    layers,
  }),
]);

const partSchema = z.strictObject({
  parameters: z.int().min(0).describe("Parameters of this kind"),
  bits: z
    .number()
    .gt(0)
    .max(32)
    .optional()
    .describe("Bits a parameter as published, scales included; default: by the precision"),
});

const encoderSchema = z.strictObject({
  layers: positiveInt,
  hiddenSize: positiveInt,
  intermediateSize: positiveInt,
  heads: positiveInt,
  imagePatches: positiveInt.describe("Patches of the largest image that the model's processor allows"),
  videoPatches: positiveInt.optional().describe("Patches of the largest video; default: the model takes none"),
  patchesPerToken: positiveInt.describe("Patches that become one token of the language model"),
  wholeItemTokens: positiveInt
    .optional()
    .describe("Tokens of the largest item, where one step has to hold all of an item; default: items are cut"),
});

export const architectureSchema = z
  .strictObject({
    parameters: positiveInt.describe("All parameters, of every expert"),
    layers: positiveInt,
    hiddenSize: positiveInt,
    intermediateSize: positiveInt.describe("Width of the feed-forward layers, or of one expert"),
    attentionHeads: positiveInt,
    kvHeads: positiveInt,
    headSize: positiveInt,
    vocabularySize: positiveInt,
    tiedEmbeddings: z.boolean().default(false),
    maxContext: positiveInt.describe("max_position_embeddings of config.json, in tokens"),
    slidingWindow: z.strictObject({ layers: positiveInt, tokens: positiveInt }).optional(),
    attention: z
      .array(layerGroupSchema)
      .optional()
      .describe(
        "Layers by what they keep in the KV cache, each with kind and layers: full (kvHeads, headSize), window and chunked (and tokens), " +
          "latent (width), state (convolution, recurrent, recurrentBytes), shared; default: by kvHeads, headSize and slidingWindow",
      ),
    experts: z
      .strictObject({
        count: positiveInt.describe("Experts of a layer"),
        perToken: positiveInt.describe("Experts that a token passes"),
        width: positiveInt.optional().describe("Elements of a token's vector as experts take it; default: hiddenSize"),
      })
      .optional()
      .describe("Experts of a mixture; default: none"),
    weights: z
      .partialRecord(z.enum(WEIGHT_PARTS), partSchema)
      .optional()
      .describe("Parameters by kind, where kinds are quantised or split unlike; default: embeddings and linear layers"),
    made: z
      .strictObject({
        rotary: z.int().min(0).optional().describe("Tables of rotary positions, whole on every GPU"),
        unfolded: z.int().min(0).optional().describe("Second copies of what unfolds latent attention"),
      })
      .optional()
      .describe("Elements that vLLM makes of the weights while it loads them; default: none"),
    encoder: encoderSchema.optional().describe("Tower for images and video; default: none"),
    fp8BlockSize: positiveInt
      .optional()
      .describe("First number of quantization_config.weight_block_size of config.json, for weights published in fp8"),
    precision: z
      .enum(PRECISION_NAMES)
      .optional()
      .describe("Precision of the published weights; default: the release's"),
    weightsGiB: z.number().positive().optional().describe("Size of the loaded weights in GiB, if known"),
  })
  .describe(
    "Shape of the model, or the path of its config.json beside the stack's file; required for models that are not in the catalogue",
  );
