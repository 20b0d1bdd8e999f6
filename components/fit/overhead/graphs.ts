/** CUDA graphs: the memory that vLLM finds by capturing some before it sizes the KV cache. */
import { graphTokens } from "../../facts/vllm/overhead.js";
import type { OverheadQuestion } from "./question.js";

const MIB = 2 ** 20;

/** Largest graph, in tokens, on GPUs other than Blackwell's of data centres (`max_cudagraph_capture_size`, vllm/config/vllm.py). */
const LARGEST_TOKENS = 512;

/**
 * A graph's cost. From servers' logs of 0.20 to 0.30: 0.53 GiB for 28 layers and 86 graphs, 0.91 GiB for 80 layers on four GPUs and 102
 * graphs, about 0.6 GiB for 40 layers and 86 graphs, and less than 0.1 GiB for 9.
 */
const BYTES_PER_GRAPH = 2.5 * MIB;
const BYTES_PER_GRAPH_AND_LAYER = 0.12 * MIB;

export function graphBytes(question: OverheadQuestion): number {
  if (question.isEager || !question.rules.countsGraphs) return 0;
  return graphCount(question) * (BYTES_PER_GRAPH + question.model.layers * BYTES_PER_GRAPH_AND_LAYER);
}

/** Graphs of pieces of the model for any step, and whole ones for steps that only decode, which a pooling model has none of. */
function graphCount({ gpu, sequences, draftTokens = 0, batchedTokens, isPooling, rules }: OverheadQuestion): number {
  const decodeTokens = sequences * (1 + draftTokens);
  const isBlackwell = Math.floor(gpu.computeCapability) === 10;
  const most = isBlackwell ? rules.blackwellGraphTokens : LARGEST_TOKENS;
  const tokens = graphTokens(Math.min(2 * decodeTokens, most, batchedTokens));
  return tokens.length + (isPooling ? 0 : tokens.filter((size) => size <= decodeTokens).length);
}
