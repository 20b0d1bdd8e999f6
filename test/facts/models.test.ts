import assert from "node:assert/strict";

import { MODELS } from "../../components/facts/models/catalogue.js";
import { MODEL_NAME } from "../../components/contract/schema.js";
import { PRECISION_NAMES } from "../../components/facts/precisions.js";

const ROWS = Object.entries(MODELS);

/** Families that are run with vLLM, each by what its ids look like. */
const FAMILIES: readonly RegExp[] = [
  ...[/gpt-oss-20b/, /gpt-oss-120b/, /Llama-3\.1-8B/, /Llama-3\.1-405B/, /Llama-3\.2/, /Llama-3\.3/, /Llama-4/],
  ...[/gemma-3-1b/, /gemma-3-4b/, /gemma-3-12b/, /gemma-3-27b/, /gemma-4/, /Qwen2\.5-14B/, /Qwen2\.5-32B/],
  ...[
    /Qwen2\.5-Coder/,
    /QwQ/,
    /Qwen3-8B/,
    /Qwen3-235B/,
    /Qwen3-Coder-/,
    /Qwen3-Next/,
    /Qwen3\.5/,
    /Qwen3\.6/,
    /Qwen3\.8/,
  ],
  ...[/DeepSeek-V3$/, /DeepSeek-V3\.1/, /DeepSeek-V3\.2/, /DeepSeek-R1$/, /R1-Distill-Qwen/, /R1-Distill-Llama/],
  ...[
    /Mistral-7B/,
    /Mistral-Small-3\.1/,
    /Mistral-Small-3\.2/,
    /Mistral-Large/,
    /Ministral-3/,
    /Mistral-Nemo/,
    /Mixtral/,
  ],
  ...[/Devstral/, /Phi-4-mini/, /GLM-4\.5/, /GLM-4\.6/, /GLM-4\.7/, /GLM-5/, /Kimi-K2/, /MiniMax-M2/],
  ...[/Nemotron-3/, /granite-4/, /Seed-OSS/, /Qwen2\.5-VL/, /Qwen3-VL/, /pixtral/i, /InternVL/, /Qwen3-Embedding-8B/],
  ...[/Qwen3-Reranker/, /bge-m3/, /bge-reranker/, /gte-/, /e5-/],
  // Quantised variants.
  ...[/-FP8$/, /-FP8-dynamic$/, /-AWQ$/, /-GPTQ-Int4$/, /-NVFP4$/, /quantized\.w4a16$/],
];

describe("the model catalogue", () => {
  it("has at least 70 rows", () => assert.ok(ROWS.length >= 70, String(ROWS.length)));

  for (const family of FAMILIES) {
    it(`knows models like ${family.source}`, () => assert.ok(ROWS.some(([id]) => family.test(id))));
  }

  it("keys are Hugging Face ids, none of which is a model's key in the config", () => {
    for (const [id] of ROWS) {
      assert.match(id, /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/);
      assert.doesNotMatch(id, MODEL_NAME);
    }
  });

  for (const [id, model] of ROWS) {
    describe(id, () => {
      it("has positive whole numbers", () => {
        const { parameters, layers, hiddenSize, vocabularySize, maxContext } = model;
        for (const size of [parameters, layers, hiddenSize, vocabularySize, maxContext]) {
          assert.ok(Number.isInteger(size) && size > 0, String(size));
        }
      });

      it("has as many parameters as its parts", () => {
        const parts = Object.values(model.weights ?? {});
        assert.equal(
          parts.reduce((sum, part) => sum + part.parameters, 0),
          model.parameters,
        );
      });

      it("has no more layers that keep something than there are", () => {
        const kept = (model.attention ?? []).reduce((sum, group) => sum + group.layers, 0);
        // A layer of a hybrid may have attention and a state.
        assert.ok(kept <= 2 * model.layers, `${kept} of ${model.layers}`);
      });

      it("says its precision, and a commit in full", () => {
        assert.ok(PRECISION_NAMES.includes(model.precision));
        if (model.revision !== undefined) assert.match(model.revision, /^[0-9a-f]{40}$/);
      });
    });
  }
});
