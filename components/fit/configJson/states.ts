/**
 * Layers that keep a state of fixed size instead of keys and values: their weights, and the state as vLLM 0.33 shapes it
 * (`MambaStateShapeCalculator`, vllm/model_executor/layers/mamba/mamba_utils.py), over all GPUs.
 */
import type { Layer } from "./layers.js";

/** Bytes of a number of the state that has the model's own 16-bit type, vLLM's choice for `auto`. */
export const SAME_AS_MODEL = 2;
const FLOAT32_BYTES = 4;

/** Bytes of a number of the recurrent state, of the name of a type in a config.json. */
export function stateBytes(name: string | undefined): 2 | 4 {
  return name === "float32" ? FLOAT32_BYTES : SAME_AS_MODEL;
}

/** Mamba 2 (mamba_mixer2.py). */
export interface Mamba2 {
  hiddenSize: number;
  heads: number;
  headSize: number;
  groups: number;
  stateSize: number;
  kernel: number;
  /** Bias of the convolution. */
  convolutionBias: boolean;
  /** Biases of the projections. */
  bias: boolean;
  /** A norm before the output. */
  norm: boolean;
  recurrentBytes: 2 | 4;
}

export function mamba2(size: Mamba2): Layer {
  const { hiddenSize, heads, groups, stateSize, kernel } = size;
  const inner = heads * size.headSize;
  const channels = inner + 2 * groups * stateSize;
  const input = inner + channels + heads;
  return {
    weights: {
      state: hiddenSize * (input + inner) + channels * kernel,
      // The decay, the skip and the step's bias are one number a head.
      norms:
        3 * heads +
        (size.convolutionBias ? channels : 0) +
        (size.bias ? input + hiddenSize : 0) +
        (size.norm ? inner : 0),
    },
    keeps: [state(channels * (kernel - 1), heads * size.headSize * stateSize, size.recurrentBytes)],
  };
}

/** Mamba 1 with norms of the step and the state's inputs, as in Jamba (mamba_mixer.py). */
export interface Mamba1 {
  hiddenSize: number;
  inner: number;
  stateSize: number;
  kernel: number;
  stepRank: number;
  convolutionBias: boolean;
  bias: boolean;
}

export function mamba1({ hiddenSize, inner, stateSize, kernel, stepRank, ...has }: Mamba1): Layer {
  const perStep = stepRank + 2 * stateSize;
  return {
    weights: {
      state: 3 * hiddenSize * inner + inner * (kernel + perStep + stepRank + stateSize),
      norms: 2 * inner + perStep + (has.convolutionBias ? inner : 0) + (has.bias ? 2 * inner + hiddenSize : 0),
    },
    keeps: [state(inner * (kernel - 1), inner * stateSize, SAME_AS_MODEL)],
  };
}

/** Gated delta net (Qwen3-Next and later, gdn/base.py). */
export interface DeltaNet {
  hiddenSize: number;
  keyHeads: number;
  valueHeads: number;
  keySize: number;
  valueSize: number;
  kernel: number;
  recurrentBytes: 2 | 4;
}

export function deltaNet(size: DeltaNet): Layer {
  const { hiddenSize, keyHeads, valueHeads, keySize, valueSize, kernel } = size;
  const values = valueHeads * valueSize;
  const channels = 2 * keyHeads * keySize + values;
  return {
    weights: {
      // In: queries, keys, values, the gate of the output, and a step and a decay of each head.
      state: hiddenSize * (channels + values + 2 * valueHeads + values) + channels * kernel,
      norms: 2 * valueHeads + valueSize,
    },
    keeps: [state(channels * (kernel - 1), valueHeads * valueSize * keySize, size.recurrentBytes)],
  };
}

/** Kimi delta attention: a delta net whose decay has a value of each channel, made by a pair of narrow matrices. */
export function kimiDelta({ hiddenSize, heads, headSize, kernel }: KimiDelta): Layer {
  const width = heads * headSize;
  const narrow = headSize * (hiddenSize + width);
  return {
    weights: {
      // Queries, keys, values and the output; decay and output gate; the step.
      state: 4 * hiddenSize * width + 2 * narrow + hiddenSize * heads + 3 * width * kernel,
      norms: heads + width + headSize,
    },
    // The recurrence is in 32 bits, whatever the model's type (`kda_state_dtype`).
    keeps: [state(3 * width * (kernel - 1), heads * headSize * headSize, FLOAT32_BYTES)],
  };
}

export interface KimiDelta {
  hiddenSize: number;
  heads: number;
  headSize: number;
  kernel: number;
}

/** Short convolution (LFM2, short_conv.py). */
export function shortConvolution(hiddenSize: number, kernel: number, hasBias: boolean): Layer {
  return {
    weights: {
      state: 4 * hiddenSize * hiddenSize + hiddenSize * kernel,
      norms: hasBias ? 5 * hiddenSize : 0,
    },
    keeps: [state(hiddenSize * (kernel - 1), 0, SAME_AS_MODEL)],
  };
}

/** Lightning attention (MiniMax-Text-01): a matrix of each head. */
export function lightning(hiddenSize: number, heads: number, headSize: number): Layer {
  const width = heads * headSize;
  return {
    // Queries, keys, values, the output's gate and the output.
    weights: { state: 5 * hiddenSize * width, norms: width },
    keeps: [state(0, width * headSize, SAME_AS_MODEL)],
  };
}

function state(convolution: number, recurrent: number, recurrentBytes: 2 | 4) {
  return { kind: "state" as const, convolution, recurrent, recurrentBytes };
}
