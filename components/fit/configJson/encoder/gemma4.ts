/**
 * Towers of Gemma 4 for images and for sound.
 *
 * Source: transformers 5.19.0, models/gemma4/modeling_gemma4.py, which vLLM runs as it stands (vllm/model_executor/models/gemma4_mm.py, 0.33.0).
 */
import type { Keys } from "../keys.js";
import { COLOURS, encoderOf, gatedLayer, linear, readImageTrunk, type Tower } from "./tower.js";

/** A video of a trial run (`_VIDEO_MAX_FRAMES`, `_VIDEO_MAX_SOFT_TOKENS`, gemma4_mm.py). */
const VIDEO_FRAMES = 32;
const TOKENS_A_FRAME = 70;
/** Its time and what encloses it (`get_mm_max_tokens_per_item`, gemma4_mm.py). */
const TOKENS_AROUND_A_FRAME = 8;
/** Norms of a layer: before and after attention and feed-forward. */
const NORMS = 4;

export function gemma4(config: Keys, tower: Keys, textWidth: number, text: Keys): Tower {
  const trunk = readImageTrunk(tower);
  const { hiddenSize: width, patch, layers } = trunk;
  const headSize = tower.count("head_dim", { default: Math.floor(width / trunk.heads) || 1 });
  const patchesPerToken = tower.count("pooling_kernel_size", { default: 3, max: 64 }) ** 2;
  // A row for each place along either side.
  const positions = 2 * tower.count("position_embedding_size", { default: 10_240 }) * width;
  const vision =
    COLOURS * patch ** 2 * width +
    positions +
    layers * (gatedLayer(trunk) + NORMS * width + 2 * headSize) +
    width * textWidth;
  const audio = config.section("audio_config");
  return {
    parameters: vision + (audio === undefined ? 0 : soundTower(audio, textWidth)),
    encoder: encoderOf(trunk, {
      imagePatches: tower.count("default_output_length", { default: 280 }) * patchesPerToken,
      videoPatches: VIDEO_FRAMES * TOKENS_A_FRAME * patchesPerToken,
      patchesPerToken,
      // Tokens of an item that see each other are not cut over steps (`is_mm_prefix_lm`, vllm/config/model.py).
      ...(text.raw("use_bidirectional_attention") === "vision" && {
        wholeItemTokens: VIDEO_FRAMES * (TOKENS_A_FRAME + TOKENS_AROUND_A_FRAME),
      }),
    }),
  };
}

/** A Conformer: two feed-forwards, attention and a convolution a layer, behind two convolutions that thin the sound out. */
function soundTower(tower: Keys, textWidth: number): number {
  const width = tower.count("hidden_size");
  const layers = tower.count("num_hidden_layers", { max: 1000 });
  const headSize = Math.floor(width / tower.count("num_attention_heads"));
  const [first = NaN, second = NaN] = tower.counts("subsampling_conv_channels") ?? [128, 32];
  const thinned = 9 * first + first + 9 * first * second + second + width * width;
  const feedForward = 8 * width * width + 2 * width;
  const attention = 5 * width * width + headSize + 2 * width;
  const convolution = 3 * width * width + tower.count("conv_kernel_size", { default: 5 }) * width + 2 * width;
  const out = tower.count("output_proj_dims", { default: 1536 });
  return thinned + layers * (2 * feedForward + attention + convolution + width) + linear(width, out) + out * textWidth;
}
