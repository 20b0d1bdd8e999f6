import assert from "node:assert/strict";

import fc from "fast-check";

import { readConfigJson } from "../../../components/fit/configJson/read.js";
import { REAL_CONFIGS, realConfig } from "./fixtures/index.js";

type Config = Record<string, unknown>;

function problemsOf(source: string | Config): string[] {
  const result = readConfigJson(source);
  return Array.isArray(result) ? result.map(({ path, message }) => `${path}: ${message}`) : [];
}

const QWEN = "Qwen/Qwen3-8B";
const MOE = "Qwen/Qwen3-30B-A3B";

const withKeys = (id: string, keys: Config) => ({ ...realConfig(id), ...keys });

function without(id: string, key: string): Config {
  const config = realConfig(id);
  delete config[key];
  return config;
}

/** What is wrong; the file; what the message must say. */
const BAD: [string, string | Config, RegExp][] = [
  ["no JSON", "model: qwen", /^config\.json: is no JSON \(.*\): give the config\.json of the model's own repository/],
  ["an empty file", " \n", /^config\.json: is empty: give/],
  ["UTF-16", Buffer.from('\ufeff{"a": 1}', "utf16le").toString("utf8"), /^config\.json: is no text in UTF-8/],
  ["weights", Buffer.from([0x90, 0, 0, 0, 0, 0, 0, 0, 0x7b]).toString("utf8"), /^config\.json: is no text in UTF-8/],
  [
    "a number that JSON has not",
    '{ "model_type": "llama", "hidden_size": NaN }',
    /hidden_size: has no value \(null, NaN/,
  ],
  ["a list", "[1]", /^config\.json: holds a list, not an object/],
  ["null", "null", /^config\.json: holds null/],
  ["a number", "3", /^config\.json: holds a number/],
  ["no model type", without(QWEN, "model_type"), /^config\.json: model_type: is missing/],
  ["a model type that is a number", withKeys(QWEN, { model_type: 3 }), /^config\.json: model_type: 3 is not a text/],
  [
    "a model type that is almost known",
    withKeys(QWEN, { model_type: "qwen33" }),
    /^config\.json: model_type: "qwen33" is no architecture that can be read; did you mean .*qwen3.*model\.architecture/,
  ],
  [
    "a model type of an object's own",
    withKeys(QWEN, { model_type: "constructor" }),
    /"constructor" is no architecture/,
  ],
  [
    "a missing width",
    without(QWEN, "hidden_size"),
    /^config\.json: hidden_size: is missing: give a whole number from 1/,
  ],
  [
    "a negative number",
    withKeys(QWEN, { num_hidden_layers: -36 }),
    /num_hidden_layers: -36 is not a whole number from 1 to 1000/,
  ],
  ["zero", withKeys(QWEN, { num_key_value_heads: 0 }), /num_key_value_heads: 0 is not a whole number from 1/],
  ["a fraction", withKeys(QWEN, { hidden_size: 4096.5 }), /hidden_size: 4096\.5 is not a whole number/],
  ["a number as text", withKeys(QWEN, { vocab_size: "151936" }), /vocab_size: "151936" is not a whole number/],
  ["absurdly many layers", withKeys(QWEN, { num_hidden_layers: 1e9 }), /num_hidden_layers: 1000000000 is not .* 1000$/],
  ["an absurd vocabulary", withKeys(QWEN, { vocab_size: 1e15 }), /vocab_size: 1000000000000000 is not/],
  [
    "heads that key heads don't divide",
    withKeys(QWEN, { num_key_value_heads: 5 }),
    /num_key_value_heads: 5 does not divide num_attention_heads, 32/,
  ],
  [
    "a width that heads don't divide, with no size of a head",
    withKeys("meta-llama/Llama-3.1-8B-Instruct", { num_attention_heads: 24, head_dim: null }),
    /num_attention_heads: 24 does not divide hidden_size, 4096: .*head_dim/,
  ],
  [
    "layer types of another number",
    withKeys("openai/gpt-oss-20b", { layer_types: ["full_attention"] }),
    /layer_types: 1 items for 24 layers/,
  ],
  [
    "a kind of layer that a model has not",
    withKeys(QWEN, { layer_types: Array.from({ length: 36 }, () => "linear_attention") }),
    /layer_types\[0\]: "linear_attention" is no kind of layer that this model has: use full_attention/,
  ],
  [
    "layer types that are numbers",
    withKeys("openai/gpt-oss-20b", { layer_types: [1, 2] }),
    /layer_types: \[1,2\] is not a list of texts/,
  ],
  [
    "more listed layers than any model has",
    {
      ...without("nvidia/NVIDIA-Nemotron-Nano-9B-v2", "num_hidden_layers"),
      layers_block_type: Array.from({ length: 100_000 }, () => "mamba"),
    },
    /layers_block_type: 100000 items are no number of layers: give 1 to 1000/,
  ],
  [
    "a value that is nested deeper than the stack",
    withKeys(QWEN, { hidden_size: JSON.parse("[".repeat(50_000) + "]".repeat(50_000)) as unknown }),
    /hidden_size: a list that is nested too deep is not a whole number/,
  ],
  [
    "window layers without a window",
    withKeys("openai/gpt-oss-20b", { sliding_window: null }),
    /sliding_window: has no value/,
  ],
  [
    "more experts a token than there are",
    withKeys(MOE, { num_experts_per_tok: 129 }),
    /num_experts_per_tok: 129 experts a token are more than num_experts, 128/,
  ],
  [
    "a pattern of unknown letters",
    withKeys("nvidia/NVIDIA-Nemotron-Nano-9B-v2", { hybrid_override_pattern: "M".repeat(55) + "X" }),
    /hybrid_override_pattern\[55\]: "X" is no kind of layer/,
  ],
  [
    "all layers sharing",
    withKeys("google/gemma-4-E2B-it", {
      text_config: { ...(realConfig("google/gemma-4-E2B-it").text_config as Config), num_kv_shared_layers: 35 },
    }),
    /text_config\.num_kv_shared_layers: 35 of 35 layers share/,
  ],
  ["a text section that is a list", { text_config: [] }, /^config\.json: text_config: \[\] is not an object/],
  ["two language models", { text_config: {}, llm_config: {} }, /llm_config: is given beside "text_config"/],
  [
    "experts that differ between layers",
    withKeys("tencent/Hunyuan-A13B-Instruct", { num_experts: [64, 32] }),
    /num_experts: \[64,32\] differs between layers/,
  ],
  [
    "a flag that is a text",
    withKeys(QWEN, { tie_word_embeddings: "false" }),
    /tie_word_embeddings: "false" is not true or false/,
  ],
  [
    "a model that shares a family's name only",
    withKeys("moonshotai/Kimi-Linear-48B-A3B-Instruct", { routed_expert_hidden_size: 3584 }),
    /routed_expert_hidden_size: is no key of this family/,
  ],
];

describe("readConfigJson on bad input", () => {
  for (const [what, config, message] of BAD) {
    it(`refuses ${what}`, () => {
      const problems = problemsOf(config);
      assert.ok(
        problems.some((problem) => message.test(problem)),
        problems.join("\n") || "nothing was refused",
      );
    });
  }

  it("says all that is wrong at once, and nothing that follows from it", () => {
    const config = withKeys(MOE, { hidden_size: -1, num_experts: "many", num_key_value_heads: 5, vocab_size: 0 });
    const paths = problemsOf(config).map((problem) => /^config\.json: (\w+)/.exec(problem)?.[1]);
    assert.deepEqual(paths.sort(), ["hidden_size", "num_experts", "num_key_value_heads", "vocab_size"]);
  });

  it("says nothing of kinds of layers whose number is wrong itself", () => {
    const layer_types = Array.from({ length: 100_000 }, () => "none");
    const problems = problemsOf({ ...without(QWEN, "num_hidden_layers"), layer_types });
    assert.deepEqual(problems, ["config.json: num_hidden_layers: is missing: give a whole number from 1 to 1000"]);
  });

  it("says once what is wrong with a key of all layers", () => {
    const { length } = problemsOf(withKeys("openai/gpt-oss-20b", { sliding_window: -1 }));
    assert.equal(length, 1);
  });

  it("quotes nothing of a file that is no JSON", () => {
    for (const text of ["HF_TOKEN=hf_secret", '{ "token": hf_secret }', '{ "token": "hf_secret" ', '"hf_secret']) {
      const problems = problemsOf(text);
      assert.equal(problems.length, 1);
      assert.ok(!/secret|TOKEN/.test(problems[0]!), problems[0]);
    }
  });

  it("reads a file with a byte-order mark", () => {
    assert.deepEqual(readConfigJson(`\ufeff${JSON.stringify(realConfig(QWEN))}`), readConfigJson(realConfig(QWEN)));
  });

  it("says what is wrong with the tower, too, where the language model is", () => {
    const problems = problemsOf({ text_config: 3, vision_config: "none" });
    assert.deepEqual(problems, [
      "config.json: text_config: 3 is not an object",
      'config.json: vision_config: "none" is not an object',
    ]);
  });

  const keyed = fc.constantFrom(
    ...Object.entries(REAL_CONFIGS).flatMap(([id, { config }]) => {
      const text = config["text_config"];
      const nested =
        typeof text === "object" && text !== null ? Object.keys(text).map((key) => [id, "text_config", key]) : [];
      return [...Object.keys(config).map((key) => [id, key]), ...nested];
    }),
  );
  const anything = fc.oneof(
    fc.integer({ min: -3, max: 70_000 }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, "", "auto", [], {}, [0], [1, 2, 3], ["full_attention"]),
    fc.jsonValue(),
  );

  it("never throws, and gives whole numbers or problems, whatever a key holds", () => {
    fc.assert(
      fc.property(keyed, anything, ([id, ...path], value) => {
        const config = realConfig(id!);
        const holder = (path.length > 1 ? config[path[0]!] : config) as Config;
        holder[path.at(-1)!] = value;
        const result = readConfigJson(config);
        if (Array.isArray(result)) return assert.ok(result.length > 0);
        assertNumbers(result.architecture);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws on any JSON", () => {
    fc.assert(fc.property(fc.json(), (text) => void readConfigJson(text)));
  });
});

/** Every number of a shape is finite and not negative. */
function assertNumbers(value: unknown): void {
  if (typeof value === "number") assert.ok(Number.isFinite(value) && value >= 0, `${value}`);
  if (typeof value === "object" && value !== null) Object.values(value).forEach(assertNumbers);
}
