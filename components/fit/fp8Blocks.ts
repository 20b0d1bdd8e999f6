/**
 * Whether a feed-forward layer whose fp8 weights are scaled by blocks can be split over GPUs: vLLM refuses to cut a block
 * (`validate_fp8_block_shape`, vllm/model_executor/layers/quantization/utils/fp8_utils.py, 0.32.0 and 0.33.0).
 *
 * @param width of the layer @param block side of a block
 */
export function splitsWholeBlocks(width: number, gpus: number, block: number): boolean {
  return (width / gpus) % block === 0;
}
