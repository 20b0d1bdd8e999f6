/**
 * Types of the KV cache (`--kv-cache-dtype`) on NVIDIA GPUs. Source: vLLM 0.33.0, read 2026-11-26: the types in
 * vllm/config/cache.py; bytes in `customize_spec` of vllm/v1/attention/backends/triton_attn.py (a 32-bit scale a token and head),
 * `nvfp4_kv_cache_full_dim` of vllm/utils/torch_utils.py and vllm/model_executor/layers/quantization/turboquant/config.py;
 * capabilities in the same backends and vllm/v1/attention/backends/flashinfer.py, whose floor is 8.0.
 */
export interface KvCacheType {
  /** Bytes of one element, keys and values averaged, with what is stored beside a head of so many elements. */
  elementBytes: (headSize: number) => number;
  /** Smallest CUDA compute capability that vLLM does not refuse; 7.0, vLLM's own least, where it names none. */
  minComputeCapability: number;
  /** CUDA compute capability from which on vLLM refuses it; none, where it names none. */
  belowComputeCapability?: number;
}

const plain =
  (bytes: number): KvCacheType["elementBytes"] =>
  () =>
    bytes;

/** So many bits an element, and a 32-bit scale for each token and head. */
const perTokenHead =
  (bits: number): KvCacheType["elementBytes"] =>
  (headSize) =>
    (headSize * (bits / 8) + 4) / headSize;

/** Keys with a 16-bit norm unless they are FP8, values with a 16-bit scale and zero; a slot's bytes are even. */
const turboquant =
  (keyBits: number, valueBits: number): KvCacheType["elementBytes"] =>
  (headSize) => {
    const key = Math.ceil((headSize * keyBits) / 8) + (keyBits === 8 ? 0 : 2);
    const value = Math.ceil((headSize * valueBits) / 8) + 4;
    return (2 * Math.ceil((key + value) / 2)) / (2 * headSize);
  };

/** Four bits an element and an 8-bit scale for 16 of them. */
const nvfp4: KvCacheType["elementBytes"] = plain(1 / 2 + 1 / 16);

const FP8: KvCacheType = { elementBytes: plain(1), minComputeCapability: 8.0 };

export const KV_CACHE_TYPES: Readonly<Record<string, KvCacheType>> = {
  auto: { elementBytes: plain(2), minComputeCapability: 7.0 },
  float16: { elementBytes: plain(2), minComputeCapability: 7.0 },
  bfloat16: { elementBytes: plain(2), minComputeCapability: 8.0 },
  fp8: FP8,
  fp8_e4m3: FP8,
  fp8_e5m2: FP8,
  int8_per_token_head: { elementBytes: perTokenHead(8), minComputeCapability: 7.0 },
  fp8_per_token_head: { elementBytes: perTokenHead(8), minComputeCapability: 8.9 },
  int4_per_token_head: { elementBytes: perTokenHead(4), minComputeCapability: 7.0 },
  turboquant_k8v4: { elementBytes: turboquant(8, 4), minComputeCapability: 7.0 },
  turboquant_4bit_nc: { elementBytes: turboquant(4, 4), minComputeCapability: 7.0 },
  turboquant_k3v4_nc: { elementBytes: turboquant(3, 4), minComputeCapability: 7.0 },
  turboquant_3bit_nc: { elementBytes: turboquant(3, 3), minComputeCapability: 7.0 },
  nvfp4: { elementBytes: nvfp4, minComputeCapability: 8.0 },
  // FlashInfer's `supports_kv_cache_dtype`: of the family 10.x alone.
  nvfp4_4over6: { elementBytes: nvfp4, minComputeCapability: 10.0, belowComputeCapability: 11.0 },
};

/** Whether vLLM takes the type on GPUs of a compute capability. */
export function runsOn(computeCapability: number, type: KvCacheType): boolean {
  const { minComputeCapability, belowComputeCapability = Infinity } = type;
  return minComputeCapability <= computeCapability && computeCapability < belowComputeCapability;
}

/** The compute capabilities that {@link runsOn} takes: `8.0`, or `10.0 and below 11.0`. */
export function neededCapability({ minComputeCapability, belowComputeCapability }: KvCacheType): string {
  const below = belowComputeCapability === undefined ? "" : ` and below ${belowComputeCapability.toFixed(1)}`;
  return `${minComputeCapability.toFixed(1)}${below}`;
}
