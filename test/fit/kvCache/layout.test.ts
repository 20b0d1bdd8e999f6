/**
 * The layout of the KV cache against servers' own arithmetic: of the KV memory that a log prints, the layout has to make the
 * "Maximum concurrency" that the same log prints, whatever the memory was estimated at. Sources: ../logs.json by id.
 */
import assert from "node:assert/strict";

import type { LayerGroup } from "../../../components/facts/models/architecture.js";
import { kvCacheRules } from "../../../components/facts/vllm/kvCache.js";
import { kvCacheLayout } from "../../../components/fit/kvCache/layout.js";

const full = (layers: number, kvHeads: number, headSize: number): LayerGroup => ({
  kind: "full",
  ...{ layers, kvHeads, headSize },
});
const window = (layers: number, kvHeads: number, headSize: number, tokens: number): LayerGroup => ({
  kind: "window",
  ...{ layers, kvHeads, headSize, tokens },
});
/** A gated delta net: `keys` and `values` heads of 128 elements, a convolution over four tokens. */
const deltaNet = (layers: number, keys: number, values: number, recurrentBytes: 2 | 4): LayerGroup => ({
  kind: "state",
  layers,
  convolution: (2 * keys + values) * 128 * 3,
  recurrent: values * 128 * 128,
  recurrentBytes,
});

interface Log {
  log: string;
  groups: LayerGroup[];
  vllm: string;
  gpus: number;
  kvElementBytes?: number;
  context: number;
  batched: number;
  kvGiB: number;
  concurrency: number;
}

const GEMMA_4_E2B = [full(3, 1, 512), window(12, 1, 256, 512), { kind: "shared", layers: 20 } as const];
const QWEN_3_5_08B = [full(6, 2, 256), deltaNet(18, 16, 16, 4)];

const LOGS: Log[] = [
  // Uniform, KV heads split.
  {
    log: "H1 Llama-3.3-70B",
    groups: [full(80, 8, 128)],
    ...{ vllm: "0.18.0", gpus: 4, context: 8192, batched: 8192, kvGiB: 91.57, concurrency: 146.51 },
  },
  {
    log: "H4 Llama-3.3-70B with FP8 keys",
    groups: [full(80, 8, 128)],
    kvElementBytes: 1,
    ...{ vllm: "0.18.0", gpus: 4, context: 8192, batched: 8192, kvGiB: 107.52, concurrency: 344.05 },
  },
  // More GPUs than KV heads.
  {
    log: "H20 MiniMax-M2.5",
    groups: [full(62, 8, 128)],
    ...{ vllm: "0.18.0", gpus: 8, context: 196608, batched: 8192, kvGiB: 96.57, concurrency: 16.61 },
  },
  {
    log: "H7 Qwen3-235B",
    groups: [full(94, 4, 128)],
    ...{ vllm: "0.11.2", gpus: 4, context: 8192, batched: 8192, kvGiB: 12.73, concurrency: 34.68 },
  },
  // Latent, with and without an index.
  {
    log: "H21 DeepSeek-R1-0528",
    groups: [{ kind: "latent", layers: 61, width: 576 }],
    ...{ vllm: "0.18.0", gpus: 8, context: 8192, batched: 8192, kvGiB: 42.79, concurrency: 79.81 },
  },
  {
    log: "H23 DeepSeek-V3.2",
    groups: [{ kind: "latent", layers: 61, width: 576, indexWidth: 128 }],
    ...{ vllm: "0.18.0", gpus: 8, context: 163840, batched: 8192, kvGiB: 41.76, concurrency: 3.49 },
  },
  // Chunks.
  {
    log: "H14 Llama-4-Maverick",
    groups: [full(12, 8, 128), { kind: "chunked", layers: 36, kvHeads: 8, headSize: 128, tokens: 8192 }],
    ...{ vllm: "0.11.2", gpus: 8, context: 8192, batched: 8192, kvGiB: 26.13, concurrency: 139.37 },
  },
  // Windows, in groups of as many layers, and of heads of unlike size.
  {
    log: "H31 gemma-4-31B-it",
    groups: [full(10, 4, 512), window(50, 16, 256, 1024)],
    ...{ vllm: "0.19.1.dev6", gpus: 1, context: 8192, batched: 8192, kvGiB: 65.56, concurrency: 9.52 },
  },
  {
    log: "G29 gemma-4-E2B, one step in flight",
    groups: GEMMA_4_E2B,
    ...{ vllm: "0.21.0", gpus: 1, context: 8192, batched: 2048, kvGiB: 9.92, concurrency: 129.66 },
  },
  {
    log: "G30 gemma-4-E2B-it, two steps in flight",
    groups: GEMMA_4_E2B,
    ...{ vllm: "0.30.0", gpus: 1, context: 16384, batched: 2048, kvGiB: 4.66, concurrency: 31.72 },
  },
  // States, of 16 and of 32 bits, one a sequence and two.
  {
    log: "H25 Qwen3-Coder-Next",
    groups: [full(12, 2, 256), deltaNet(36, 16, 32, 2)],
    ...{ vllm: "0.18.0", gpus: 1, context: 8192, batched: 8192, kvGiB: 49.29, concurrency: 208.32 },
  },
  {
    log: "G13 Qwen3-Next-80B-A3B",
    groups: [full(12, 2, 256), deltaNet(36, 16, 32, 2)],
    ...{ vllm: "0.10.2", gpus: 2, context: 262144, batched: 8192, kvGiB: 44.59, concurrency: 14.77 },
  },
  {
    log: "H27 Qwen3.5-122B-A10B",
    groups: [full(12, 2, 256), deltaNet(36, 16, 64, 4)],
    ...{ vllm: "0.18.0", gpus: 2, context: 8192, batched: 8192, kvGiB: 62.77, concurrency: 373.71 },
  },
  {
    log: "H28 Qwen3.5-397B-A17B",
    groups: [full(15, 2, 256), deltaNet(45, 16, 64, 4)],
    ...{ vllm: "0.18.0", gpus: 4, context: 8192, batched: 8192, kvGiB: 26.76, concurrency: 161 },
  },
  {
    log: "H30 Nemotron-3-Super-120B-A12B",
    groups: [
      full(8, 2, 128),
      { kind: "state", layers: 40, convolution: (8192 + 2 * 8 * 128) * 3, recurrent: 8192 * 128, recurrentBytes: 4 },
    ],
    kvElementBytes: 1,
    ...{ vllm: "0.20.0", gpus: 2, context: 262144, batched: 8192, kvGiB: 64.07, concurrency: 109.11 },
  },
  {
    log: "N4 Qwen3.5-0.8B",
    groups: QWEN_3_5_08B,
    ...{ vllm: "0.28.0", gpus: 1, context: 262144, batched: 8192, kvGiB: 67.08, concurrency: 22.08 },
  },
  {
    log: "N5 Qwen3.5-0.8B",
    groups: QWEN_3_5_08B,
    ...{ vllm: "0.28.0", gpus: 1, context: 8192, batched: 2048, kvGiB: 61.82, concurrency: 451.32 },
  },
];

describe("the layout of the KV cache", () => {
  for (const { log, groups, vllm, gpus, kvElementBytes = 2, context, batched, kvGiB, concurrency } of LOGS) {
    it(`makes ${concurrency} requests of ${kvGiB} GiB: ${log}, vLLM ${vllm}`, () => {
      const rules = kvCacheRules(vllm);
      const question = {
        ...{ elementBytes: kvElementBytes, blockTokens: 16, keepsWhole: false },
        tokensInFlight: rules.stepsInFlight * batched,
        statesPerSequence: rules.cachesPromptsOfStates ? 2 : 1,
      };
      const { bytesPerBlock, blocksOfRequest } = kvCacheLayout({ groups, gpus }, undefined, question, rules);
      const requests = Math.floor((kvGiB * 2 ** 30) / bytesPerBlock) / blocksOfRequest(context);
      // Logs round the memory to 0.01 GiB.
      const rounding = (0.01 / kvGiB) * concurrency + 0.005;
      assert.ok(Math.abs(requests - concurrency) <= rounding, `${requests.toFixed(2)} in place of ${concurrency}`);
    });
  }
});
