/** How weights are stored, as data. */
interface PrecisionFacts {
  /** Bits a weight of a linear layer, scales and zero points included. */
  linearBits: number;
  /** Bits a weight of the embedding and output matrices, which no scheme here quantises. */
  embeddingBits: number;
  /** Smallest CUDA compute capability that vLLM runs it on. */
  minComputeCapability: number;
}

/**
 * Source: vLLM's table of supported hardware by quantisation, docs/features/quantization (AWQ and GPTQ by Marlin from
 * Turing on, FP8 weights from Ampere on by Marlin); bfloat16 from Ampere on (vllm/platforms/cuda.py).
 *
 * AWQ and GPTQ: 4-bit weights in groups of 128 with a 16-bit scale and a 4-bit zero point: 4 + 20/128 bits. Checked:
 * gives 6.098 GB for Qwen/Qwen3-8B-AWQ, whose published files are 6.099 GB.
 */
export const PRECISIONS = {
  bf16: { linearBits: 16, embeddingBits: 16, minComputeCapability: 8.0 },
  fp16: { linearBits: 16, embeddingBits: 16, minComputeCapability: 7.0 },
  fp8: { linearBits: 8, embeddingBits: 16, minComputeCapability: 8.0 },
  "awq-int4": { linearBits: 4 + 20 / 128, embeddingBits: 16, minComputeCapability: 7.5 },
  "gptq-int4": { linearBits: 4 + 20 / 128, embeddingBits: 16, minComputeCapability: 7.5 },
  /** 4-bit blocks of 32 with an 8-bit scale (OCP Microscaling). */
  mxfp4: { linearBits: 4 + 8 / 32, embeddingBits: 16, minComputeCapability: 8.0 },
} as const satisfies Record<string, PrecisionFacts>;

export type Precision = keyof typeof PRECISIONS;

export const PRECISION_NAMES = Object.keys(PRECISIONS) as [Precision, ...Precision[]];
