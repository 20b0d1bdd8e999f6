/** How weights are stored, as data. */
import type { WeightPart } from "./models/weightParts.js";

interface PrecisionFacts {
  /** Bits a weight of the parts that are quantised, scales and zero points included. */
  linearBits: number;
  /** Bits a weight of the embedding and output matrices. */
  embeddingBits: number;
  /** What is quantised where a model's config.json does not say it; the rest has 16 bits. */
  quantised: readonly WeightPart[];
  /** Smallest CUDA compute capability that vLLM runs it on. */
  minComputeCapability: number;
  /** Whether vLLM makes it of 16-bit weights while it loads them (`--quantization` with the same name). @default false */
  isMadeAtLoad?: true;
  /** First known version of vLLM that lacks it. @default none does */
  droppedIn?: string;
}

/**
 * Linear layers. Routers, norms, embeddings, output matrix and encoders stay in 16 bits: the recipes of llm-compressor ignore them
 * (https://github.com/vllm-project/llm-compressor, examples/quantization_w8a8_fp8, 2026-11-26), and vLLM gives neither routers nor
 * output matrices to its own quantisation at load.
 */
export const LINEAR_PARTS = [
  "attention",
  "latent",
  "state",
  "feedForward",
  "experts",
  "sharedExperts",
] as const satisfies WeightPart[];

const SIXTEEN_BITS = { linearBits: 16, embeddingBits: 16, quantised: [] } as const;
const LINEAR = { embeddingBits: 16, quantised: LINEAR_PARTS } as const;
const EXPERTS = { embeddingBits: 16, quantised: ["experts"] } as const;

/**
 * A GGUF file: its embeddings are quantised, too, and vLLM keeps them so. The bits are the average of a whole file, of Llama-3.1-8B;
 * the 70B and 405B models have 4.89 and 4.91 where the 8B has 4.8944.
 *
 * Source: https://github.com/ggml-org/llama.cpp/blob/311c2c9f/tools/quantize/README.md (2026-11-26). vLLM has it by a
 * plugin since 0.24.0 (https://docs.vllm.ai/en/v0.24.0/features/quantization/gguf/, https://github.com/vllm-project/vllm/pull/39612).
 */
const gguf = (bits: number) =>
  ({
    ...{ linearBits: bits, embeddingBits: bits },
    quantised: [...LINEAR_PARTS, "embedding", "output", "layerEmbedding"],
    ...{ minComputeCapability: 7.0, droppedIn: "0.24.0" },
  }) as const;

/** bitsandbytes: is none of `QuantizationMethods` in vLLM 0.29.0 to 0.33.0; before, it ran from Volta on. */
const BITSANDBYTES = { ...LINEAR, minComputeCapability: 7.0, droppedIn: "0.29.0" } as const;

/**
 * Source of what runs where: `get_min_capability` of each method and of its Marlin kernels for linear layers and experts,
 * vllm/model_executor/layers/quantization and fused_moe/experts/marlin_moe.py, the same in 0.29.0 to 0.33.0; for bitsandbytes and GGUF
 * https://docs.vllm.ai/en/v0.15.1/features/quantization/ (2026-11-26); bfloat16 from Ampere on (vllm/platforms/cuda.py).
 */
const TABLE = {
  bf16: { ...SIXTEEN_BITS, minComputeCapability: 8.0 },
  fp16: { ...SIXTEEN_BITS, minComputeCapability: 7.0 },
  /** Scaled by tensor, by row, or by blocks of 128 × 128, which is 0.002 bits a weight at most: below what is counted. */
  fp8: { ...LINEAR, linearBits: 8, minComputeCapability: 7.5, isMadeAtLoad: true },
  /** 8-bit floats in blocks of 32 with an 8-bit scale (OCP Microscaling). */
  mxfp8: { ...LINEAR, linearBits: 8 + 8 / 32, minComputeCapability: 7.5, isMadeAtLoad: true },
  /** Whole numbers of 8 bits, scaled by row (w8a8). */
  int8: { ...LINEAR, linearBits: 8, minComputeCapability: 7.5 },
  /**
   * AWQ and GPTQ: 4-bit weights in groups of 128 with a 16-bit scale and a 4-bit zero point: 4 + 20/128 bits. Checked:
   * gives 6.098 GB for Qwen/Qwen3-8B-AWQ, whose published files are 6.099 GB.
   */
  "awq-int4": { ...LINEAR, linearBits: 4 + 20 / 128, minComputeCapability: 7.5 },
  "gptq-int4": { ...LINEAR, linearBits: 4 + 20 / 128, minComputeCapability: 7.5 },
  /** Groups of 128 without zero points, as llm-compressor makes them (w4a16). */
  int4: { ...LINEAR, linearBits: 4 + 16 / 128, minComputeCapability: 7.5 },
  /** Groups of 32 without zero points, of experts alone (Kimi K2 Thinking). */
  "int4-experts": { ...EXPERTS, linearBits: 4 + 16 / 32, minComputeCapability: 7.5 },
  /** 4-bit floats in blocks of 32 with an 8-bit scale (OCP Microscaling), of experts alone (gpt-oss). */
  mxfp4: { ...EXPERTS, linearBits: 4 + 8 / 32, minComputeCapability: 8.0 },
  /** 4-bit floats in blocks of 16 with an 8-bit scale (NVIDIA). */
  nvfp4: { ...LINEAR, linearBits: 4 + 8 / 16, minComputeCapability: 7.5 },
  /** NF4 in blocks of 64, whose scales have 8 bits, and 32 bits for 256 of them (`bnb_4bit_use_double_quant`). */
  "bnb-4bit": { ...BITSANDBYTES, linearBits: 4 + 8 / 64 + 32 / (64 * 256) },
  /** LLM.int8(), scaled by row. */
  "bnb-8bit": { ...BITSANDBYTES, linearBits: 8 },
  "gguf-q4_k_m": gguf(4.8944),
  "gguf-q5_k_m": gguf(5.7036),
  "gguf-q6_k": gguf(6.5633),
  "gguf-q8_0": gguf(8.5008),
} as const satisfies Record<string, PrecisionFacts>;

export type Precision = keyof typeof TABLE;

export const PRECISIONS: Readonly<Record<Precision, PrecisionFacts>> = TABLE;

export const PRECISION_NAMES = Object.keys(TABLE) as [Precision, ...Precision[]];
