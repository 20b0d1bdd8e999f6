import assert from "node:assert/strict";

import type { LayerGroup } from "../../../components/facts/models/architecture.js";
import { type ConfigJson, readConfigJson, type ReadOptions } from "../../../components/fit/configJson/read.js";
import { REAL_CONFIGS, realConfig } from "./fixtures/index.js";

function read(config: string | Record<string, unknown>, options?: ReadOptions): ConfigJson {
  const result = readConfigJson(config, options);
  if (Array.isArray(result)) assert.fail(result.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return result;
}

const readReal = (id: string, options?: ReadOptions) => read(realConfig(id), options).architecture;

/** Values that are the keys, and that vLLM holds a second time (`attention_k_eq_v`, gemma4.py): layers × width × heads × size. */
const COPIED: Readonly<Record<string, number>> = { "google/gemma-4-26B-A4B-it": 5 * 2816 * 2 * 512 };

describe("readConfigJson", () => {
  for (const [id, { parameters }] of Object.entries(REAL_CONFIGS)) {
    it(`counts the parameters of ${id}`, () => {
      const counted = readReal(id);
      const expected = parameters + (COPIED[id] ?? 0);
      // transformers leaves out the routers' correction biases, which are no parameters to it.
      const error = counted.parameters / expected - 1;
      assert.ok(Math.abs(error) < 1e-5, `${counted.parameters} where ${expected} are right`);
    });

    it(`divides all of ${id} into kinds of weights and of layers`, () => {
      const { parameters, weights = {}, attention = [], layers } = readReal(id);
      const sum = Object.values(weights).reduce((all, part) => all + part.parameters, 0);
      assert.equal(sum, parameters);
      for (const group of attention) assert.ok(group.layers > 0 && group.layers <= layers);
    });
  }

  const kept: [string, string, LayerGroup[]][] = [
    ["full attention", "Qwen/Qwen3-8B", [{ kind: "full", layers: 36, kvHeads: 8, headSize: 128 }]],
    [
      "windows by turns",
      "openai/gpt-oss-20b",
      [
        { kind: "window", layers: 12, kvHeads: 8, headSize: 64, tokens: 128 },
        { kind: "full", layers: 12, kvHeads: 8, headSize: 64 },
      ],
    ],
    [
      "windows by the family's own rule, heads by transformers' defaults",
      "google/gemma-3-4b-it",
      [
        { kind: "window", layers: 29, kvHeads: 4, headSize: 256, tokens: 1024 },
        { kind: "full", layers: 5, kvHeads: 4, headSize: 256 },
      ],
    ],
    [
      "chunks",
      "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
      [
        { kind: "chunked", layers: 36, kvHeads: 8, headSize: 128, tokens: 8192 },
        { kind: "full", layers: 12, kvHeads: 8, headSize: 128 },
      ],
    ],
    ["latents", "deepseek-ai/DeepSeek-R1", [{ kind: "latent", layers: 61, width: 576 }]],
    [
      "latents with an indexer",
      "deepseek-ai/DeepSeek-V3.2",
      [{ kind: "latent", layers: 61, width: 576, indexWidth: 128 }],
    ],
    [
      "indexers that serve several layers",
      "zai-org/GLM-5.2",
      [
        { kind: "latent", layers: 21, width: 576, indexWidth: 128 },
        { kind: "latent", layers: 57, width: 576 },
      ],
    ],
    [
      "states in the model's own type",
      "Qwen/Qwen3-Next-80B-A3B-Instruct",
      [
        { kind: "state", layers: 36, convolution: 8192 * 3, recurrent: 32 * 128 * 128, recurrentBytes: 2 },
        { kind: "full", layers: 12, kvHeads: 2, headSize: 256 },
      ],
    ],
    [
      "states in 32 bits, as the file says",
      "Qwen/Qwen3.5-122B-A10B",
      [
        { kind: "state", layers: 36, convolution: 12288 * 3, recurrent: 64 * 128 * 128, recurrentBytes: 4 },
        { kind: "full", layers: 12, kvHeads: 2, headSize: 256 },
      ],
    ],
    [
      "states by a pattern of letters",
      "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8",
      [
        {
          kind: "state",
          layers: 40,
          convolution: (8192 + 2 * 8 * 128) * 3,
          recurrent: 128 * 64 * 128,
          recurrentBytes: 4,
        },
        { kind: "full", layers: 8, kvHeads: 2, headSize: 128 },
      ],
    ],
    [
      "states beside latents",
      "moonshotai/Kimi-Linear-48B-A3B-Instruct",
      [
        { kind: "state", layers: 20, convolution: 3 * 4096 * 3, recurrent: 32 * 128 * 128, recurrentBytes: 4 },
        { kind: "latent", layers: 7, width: 576 },
      ],
    ],
    [
      "short convolutions",
      "LiquidAI/LFM2-1.2B",
      [
        { kind: "state", layers: 10, convolution: 2048 * 2, recurrent: 0, recurrentBytes: 2 },
        { kind: "full", layers: 6, kvHeads: 8, headSize: 64 },
      ],
    ],
    [
      "Mamba 1",
      "ai21labs/Jamba-v0.1",
      [
        { kind: "state", layers: 28, convolution: 8192 * 3, recurrent: 8192 * 16, recurrentBytes: 2 },
        { kind: "full", layers: 4, kvHeads: 8, headSize: 128 },
      ],
    ],
    [
      "layers that read others' keys, and heads of two sizes",
      "google/gemma-4-E2B-it",
      [
        { kind: "window", layers: 12, kvHeads: 1, headSize: 256, tokens: 512 },
        { kind: "full", layers: 3, kvHeads: 1, headSize: 512 },
        { kind: "shared", layers: 20 },
      ],
    ],
    [
      "heads of two numbers",
      "google/gemma-4-26B-A4B-it",
      [
        { kind: "window", layers: 25, kvHeads: 8, headSize: 256, tokens: 1024 },
        { kind: "full", layers: 5, kvHeads: 2, headSize: 512 },
      ],
    ],
    [
      "layers without attention",
      "nvidia/Llama-3_3-Nemotron-Super-49B-v1",
      [{ kind: "full", layers: 49, kvHeads: 8, headSize: 128 }],
    ],
    ["nothing where every token sees all", "BAAI/bge-m3", []],
    ["nothing in a decoder that sees all", "google/embeddinggemma-300m", []],
  ];
  for (const [what, id, groups] of kept) {
    it(`says what layers keep: ${what}`, () => assert.deepEqual(readReal(id).attention, groups));
  }

  it("says both of layers that have attention and a state", () => {
    const falcon = {
      ...{ model_type: "falcon_h1", architectures: ["FalconH1ForCausalLM"], hidden_size: 1024, num_hidden_layers: 2 },
      ...{ num_attention_heads: 8, num_key_value_heads: 2, head_dim: 64, intermediate_size: 2048, vocab_size: 1000 },
      ...{ mamba_n_heads: 24, mamba_d_head: 64, mamba_n_groups: 1, mamba_d_state: 128, mamba_d_conv: 4 },
    };
    assert.deepEqual(read(falcon).architecture.attention, [
      { kind: "full", layers: 2, kvHeads: 2, headSize: 64 },
      { kind: "state", layers: 2, convolution: (1536 + 256) * 3, recurrent: 1536 * 128, recurrentBytes: 2 },
    ]);
  });

  it("names the experts, and the width of one", () => {
    const { experts, intermediateSize } = readReal("Qwen/Qwen3-30B-A3B");
    assert.deepEqual({ experts, intermediateSize }, { experts: { count: 128, perToken: 8 }, intermediateSize: 768 });
  });

  it("finds the language model in a section of whatever name", () => {
    const { model_type, ...rest } = realConfig("Qwen/Qwen3-8B");
    const text = { model_type, ...rest };
    const whole = readReal("Qwen/Qwen3-8B");
    for (const section of ["text_config", "llm_config", "language_config"]) {
      assert.deepEqual(read({ architectures: ["InternVLChatModel"], [section]: text }).architecture, whole);
    }
    const omni = { architectures: ["Qwen3OmniMoeForConditionalGeneration"], thinker_config: { text_config: text } };
    assert.deepEqual(read(omni).architecture, whole);
  });

  it("takes the whole file's word on tied embeddings before the section's", () => {
    const text = { ...realConfig("Qwen/Qwen3-8B"), tie_word_embeddings: false };
    assert.equal(read({ text_config: text, tie_word_embeddings: true }).architecture.tiedEmbeddings, true);
    assert.equal(read({ text_config: text }).architecture.tiedEmbeddings, false);
  });

  it("leaves out the output matrix of a model that makes vectors or scores", () => {
    const { weights } = readReal("Qwen/Qwen3-8B", { task: "embed" });
    assert.equal(weights?.output, undefined);
    assert.notEqual(readReal("Qwen/Qwen3-8B").weights?.output, undefined);
  });

  const tasks: [string, Record<string, unknown>, string][] = [
    ["writes", {}, "generate"],
    ["makes vectors", { architectures: ["Qwen3Model"] }, "embed"],
    ["scores", { architectures: ["Qwen3ForSequenceClassification"], num_labels: 1 }, "score"],
    [
      "scores, by its labels",
      { architectures: ["Qwen3ForSequenceClassification"], id2label: { 0: "LABEL_0" } },
      "score",
    ],
    ["classifies", { architectures: ["Qwen3ForSequenceClassification"] }, "classify"],
    ["writes by a class of its own", { architectures: ["InternVLChatModel"] }, "generate"],
  ];
  for (const [what, keys, task] of tasks) {
    it(`tells from its class that a model ${what}`, () =>
      assert.equal(read({ ...realConfig("Qwen/Qwen3-8B"), ...keys }).task, task));
  }

  it("reads numbers that JSON has no word for, as Python writes them", () => {
    const text = JSON.stringify({ ...realConfig("Qwen/Qwen3-8B"), note: "NaN, Infinity" });
    const withInfinity = text.replace("{", '{"time_step_limit": [0.0, Infinity], "low": -Infinity, "none": NaN,');
    assert.deepEqual(read(withInfinity).architecture, readReal("Qwen/Qwen3-8B"));
  });

  it("says which keys it took from transformers", () => {
    const { attention_bias: _, ...config } = realConfig("Qwen/Qwen3-8B");
    const { notRead } = read(config, { path: "models/qwen.json" });
    assert.ok(
      notRead.includes("models/qwen.json: attention_bias is absent: false, the default of transformers, is taken"),
      notRead.join("\n"),
    );
  });

  it("says which keys of a shape it did not use", () => {
    const { notRead } = read({ ...realConfig("Qwen/Qwen3-8B"), memory_layers: 3, rope_theta: 1e6 });
    assert.ok(notRead.includes("config.json: not used: memory_layers"), notRead.join("\n"));
  });

  it("reads a model of an unknown type as another, when told to", () => {
    const config = { ...realConfig("Qwen/Qwen3-8B"), model_type: "qwen3_but_ours" };
    assert.deepEqual(read(config, { modelType: "qwen3" }).architecture, readReal("Qwen/Qwen3-8B"));
  });

  it("has no window where the file turns it off or has 0", () => {
    const base = { ...realConfig("mistralai/Mistral-7B-Instruct-v0.3") };
    const kinds = (keys: object) => read({ ...base, ...keys }).architecture.attention?.map(({ kind }) => kind);
    assert.deepEqual(kinds({ sliding_window: 4096 }), ["window"]);
    assert.deepEqual(kinds({ sliding_window: 0 }), ["full"]);
    assert.deepEqual(kinds({ sliding_window: null }), ["full"]);
    assert.deepEqual(kinds({ sliding_window: 4096, use_sliding_window: false }), ["full"]);
  });

  it("gives Qwen's window to the layers from max_window_layers on", () => {
    const config = {
      ...realConfig("Qwen/Qwen3-8B"),
      sliding_window: 4096,
      use_sliding_window: true,
      max_window_layers: 30,
    };
    const layers = read(config).architecture.attention?.map((group) => [group.kind, group.layers]);
    assert.deepEqual(layers, [
      ["full", 30],
      ["window", 6],
    ]);
  });
});
