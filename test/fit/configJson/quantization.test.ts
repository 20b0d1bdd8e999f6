import assert from "node:assert/strict";

import { formatProblem } from "../../../components/config/problems.js";
import { type Findings, Keys } from "../../../components/fit/configJson/keys.js";
import type { Weights } from "../../../components/fit/configJson/layers.js";
import { type Quantization, readQuantization } from "../../../components/fit/configJson/quantization.js";

/** Dense layers, or layers of a mixture with a shared expert; every second one has a state in place of attention where it is hybrid. */
const DENSE: Weights[] = each(4, () => ({ attention: 40, feedForward: 90, norms: 1 }));
const MIXTURE: Weights[] = [
  { attention: 40, feedForward: 90 },
  ...each(3, () => ({ attention: 40, experts: 900, sharedExperts: 30, router: 2 })),
];
const HYBRID: Weights[] = each(4, (index) => ({
  ...(index % 2 === 0 ? { state: 50 } : { attention: 40 }),
  ...{ experts: 900, sharedExperts: 30 },
}));
/** Numbers from which the shares of queries, keys, values and outputs follow: 8, 2, 2 and 8 of 20. */
const TEXT = { num_attention_heads: 32, num_key_value_heads: 8, hidden_size: 2880, intermediate_size: 2880 };

interface Read extends Quantization {
  problems: string[];
  notRead: string[];
}

function read(config: object, layers: Weights[] = DENSE, output = 0): Read {
  const findings: Findings = { problems: [], notRead: [] };
  const keys = new Keys({ dtype: "bfloat16", ...TEXT, ...config }, "config.json", findings);
  const read = readQuantization(keys, keys, { layers, output });
  return { ...read, problems: findings.problems.map(formatProblem), notRead: findings.notRead };
}

const quantised = (section: object, layers?: Weights[], output?: number): Read =>
  read({ quantization_config: section }, layers, output);

/** Precision and bits, of a file without problems. */
function saved(result: Read): [string, Quantization["bits"]] {
  assert.deepEqual(result.problems, []);
  return [result.precision, result.bits];
}

function each<Item>(layers: number, item: (index: number) => Item): Item[] {
  return Array.from({ length: layers }, (_, index) => item(index));
}

describe("readQuantization, of files that are not quantised", () => {
  for (const [type, precision] of [
    ["bfloat16", "bf16"],
    ["float16", "fp16"],
    ["torch.float16", "fp16"],
    ["float32", "bf16"],
  ] as const) {
    it(`takes ${type} for ${precision}`, () => assert.deepEqual(saved(read({ dtype: type })), [precision, {}]));
  }

  it("reads the older name of the type, and the language model's before the whole's", () => {
    assert.equal(read({ dtype: null, torch_dtype: "float16" }).precision, "fp16");
    const findings: Findings = { problems: [], notRead: [] };
    const keys = new Keys({ dtype: "bfloat16", text_config: { dtype: "float16" } }, "config.json", findings);
    assert.equal(readQuantization(keys, keys.section("text_config")!, { layers: [], output: 0 }).precision, "fp16");
  });

  it("says that it took bfloat16 where no type is given", () => {
    const { precision, notRead } = read({ dtype: null });
    assert.equal(precision, "bf16");
    assert.deepEqual(notRead, ["config.json: dtype is absent: bfloat16 is taken"]);
  });
});

describe("readQuantization, of fp8", () => {
  const fp8 = { quant_method: "fp8", activation_scheme: "dynamic" };

  it("is the default of linear layers, with the side of its blocks", () => {
    const result = quantised({ ...fp8, weight_block_size: [128, 128] }, MIXTURE, 10);
    assert.deepEqual(saved(result), ["fp8", {}]);
    assert.equal(result.fp8BlockSize, 128);
    assert.equal(quantised(fp8).fp8BlockSize, undefined);
  });

  it("leaves names of its list in 16 bits, and takes no name for the beginning of another", () => {
    const modules_to_not_convert = ["lm_head", "gate", "model.layers.0.mlp.gate", "model.layers.0.input_layernorm"];
    assert.deepEqual(saved(quantised({ ...fp8, modules_to_not_convert }, MIXTURE)), ["fp8", {}]);
  });

  it("averages over the layers that a list is for", () => {
    const modules_to_not_convert = ["model.layers.0.self_attn", "model.layers.3.mlp"];
    const half = quantised({ ...fp8, modules_to_not_convert });
    assert.deepEqual(saved(half), ["fp8", { attention: (8 * 3 + 16) / 4, feedForward: (8 * 3 + 16) / 4 }]);
  });

  it("weighs the projections of attention by their size", () => {
    const modules_to_not_convert = each(4, (layer) => `model.layers.${layer}.self_attn.o_proj`);
    assert.deepEqual(saved(quantised({ ...fp8, modules_to_not_convert }))[1], { attention: 16 * 0.4 + 8 * 0.6 });
  });

  it("is 16 bits where all is on the list", () => {
    assert.deepEqual(saved(quantised({ ...fp8, modules_to_not_convert: ["self_attn", "mlp"] })), ["bf16", {}]);
  });
});

describe("readQuantization, of compressed-tensors", () => {
  const group = (weights: object, targets = ["Linear"]): object => ({ targets, weights });
  const compressed = (weights: object, ignore: string[]): object => ({
    ...{ quant_method: "compressed-tensors", ignore },
    config_groups: { group_0: group(weights) },
  });
  const INT4 = { num_bits: 4, type: "int", symmetric: true, strategy: "group", group_size: 128 };

  it("tells numbers of 4 and 8 bits, floats and whole ones, apart", () => {
    for (const [weights, precision, bits] of [
      [INT4, "int4", undefined],
      [{ ...INT4, group_size: 32 }, "int4", 4.5],
      [{ ...INT4, symmetric: false }, "int4", 4 + 20 / 128],
      [{ num_bits: 8, type: "int", strategy: "channel", group_size: null }, "int8", undefined],
      [{ num_bits: 8, type: "float", strategy: "channel" }, "fp8", undefined],
      [{ num_bits: 8, type: "float", group_size: 32 }, "mxfp8", undefined],
      [{ num_bits: 4, type: "float", group_size: 16 }, "nvfp4", undefined],
    ] as const) {
      const result = saved(quantised(compressed(weights, ["lm_head"])));
      assert.equal(result[0], precision);
      const expected = bits === undefined ? {} : { attention: bits, feedForward: bits };
      for (const [part, got] of Object.entries(expected)) {
        assert.ok(Math.abs(result[1][part as "attention"]! - got) < 0.001);
      }
      assert.deepEqual(Object.keys(result[1]), Object.keys(expected));
    }
  });

  it("says in what blocks fp8 is scaled", () => {
    const weights = { num_bits: 8, type: "float", strategy: "block", block_structure: [128, 128] };
    assert.equal(quantised(compressed(weights, [])).fp8BlockSize, 128);
  });

  it("reads expressions: int4 of experts alone, as in Kimi K2 Thinking", () => {
    const ignore = ["lm_head", "re:.*self_attn.*", "re:.*shared_experts.*", "re:.*mlp\\.(gate|up|gate_up|down)_proj.*"];
    const result = quantised(compressed({ ...INT4, group_size: 32 }, ignore), MIXTURE, 10);
    assert.deepEqual(saved(result), ["int4-experts", {}]);
  });

  it("takes an expression from the start of a name, whatever the family's root", () => {
    const ignore = ["re:layers\\.0\\..*", "re:model\\.language_model\\.layers\\.1\\.mlp.*"];
    assert.deepEqual(saved(quantised(compressed(INT4, ignore)))[1], {
      attention: (4.125 * 3 + 16) / 4,
      feedForward: 4.125 / 2 + 8,
    });
  });

  it("prefers a group that names modules to one for all linear layers, and leaves the output alone unless it is named", () => {
    const section = {
      quant_method: "compressed-tensors",
      config_groups: {
        group_0: group(INT4),
        group_1: group({ num_bits: 8, type: "float" }, ["re:.*self_attn.*", "lm_head"]),
      },
    };
    assert.deepEqual(saved(quantised(section, DENSE, 10)), ["int4", { attention: 8, output: 8 }]);
  });
});

describe("readQuantization, of NVIDIA's Model Optimizer", () => {
  it("leaves what shell patterns name in 16 bits", () => {
    const ignore = [
      "lm_head",
      "model.visual*",
      ...each(4, (layer) => `model.language_model.layers.${layer}.linear_attn*`),
    ];
    ignore.push(...each(4, (layer) => `model.language_model.layers.${layer}.self_attn*`), "*.mlp.shared_expert.*");
    assert.deepEqual(saved(quantised({ quant_method: "modelopt", quant_algo: "NVFP4", ignore }, HYBRID)), [
      "nvfp4",
      { state: 16, attention: 16, sharedExperts: 16 },
    ]);
  });

  it("takes `layers.1*` for layer 10, too, as a shell does, but `layers.1.*` not", () => {
    const layers = each(20, () => ({ feedForward: 1 }));
    const bitsOf = (ignored: string) =>
      quantised({ quant_method: "modelopt", quant_algo: "FP8", ignore: [ignored] }, layers).bits.feedForward;
    assert.equal(bitsOf("model.layers.1*"), 8 + (8 * 11) / 20);
    assert.equal(bitsOf("model.layers.1.*"), 8 + 8 / 20);
  });

  it("reads the form in which all stands below one key", () => {
    const quantization = { quant_algo: "FP8", exclude_modules: ["lm_head", "model.layers.0.self_attn"] };
    assert.deepEqual(saved(quantised({ quant_method: "modelopt", quantization })), ["fp8", { attention: 10 }]);
  });

  it("tells Gemma 4's experts from the feed-forward layer beside them", () => {
    const layers = each(2, () => ({ feedForward: 10, experts: 90 }));
    const ignore = each(2, (layer) => `model.language_model.layers.${layer}.mlp*`);
    const quantization_config = { quant_method: "modelopt", quant_algo: "NVFP4", ignore };
    assert.deepEqual(saved(read({ model_type: "gemma4_text", quantization_config }, layers)), [
      "nvfp4",
      { feedForward: 16 },
    ]);
  });

  it("knows it by its algorithm where the method is not named", () => {
    assert.deepEqual(saved(quantised({ quant_algo: "FP8", kv_cache_quant_algo: "FP8" })), ["fp8", {}]);
    assert.deepEqual(saved(quantised({ quantization: { quant_algo: "FP8" } })), ["fp8", {}]);
  });

  it("reads an algorithm for each module, the output among them; what is not named has 16 bits", () => {
    const quantized_layers = Object.fromEntries([
      ["lm_head", { quant_algo: "W4A16_NVFP4", group_size: 16 }],
      ...each(4, (layer) => [`model.language_model.layers.${layer}.mlp.experts.0.up_proj`, { quant_algo: "NVFP4" }]),
      ...each(4, (layer) => [`model.language_model.layers.${layer}.mlp.experts.0.down_proj`, { quant_algo: "NVFP4" }]),
      ...each(4, (layer) => [`model.language_model.layers.${layer}.linear_attn.in_proj_qkv`, { quant_algo: "FP8" }]),
      ...each(4, (layer) => [`model.language_model.layers.${layer}.linear_attn.out_proj`, { quant_algo: "FP8" }]),
      ...each(4, (layer) => [`model.language_model.layers.${layer}.self_attn`, { quant_algo: "FP8" }]),
    ] as Array<[string, object]>);
    const section = { quant_method: "modelopt", quant_algo: "MIXED_PRECISION", quantized_layers };
    assert.deepEqual(saved(quantised(section, HYBRID, 10)), [
      "nvfp4",
      { state: 8, attention: 8, sharedExperts: 16, output: 4.5 },
    ]);
  });
});

describe("readQuantization, of other methods", () => {
  it("counts scales and zero points of AWQ and GPTQ by the size of the group", () => {
    const awq = { quant_method: "awq", bits: 4, group_size: 128, zero_point: true };
    assert.deepEqual(saved(quantised(awq)), ["awq-int4", {}]);
    assert.deepEqual(saved(quantised({ ...awq, group_size: 32 }))[1], { attention: 4.625, feedForward: 4.625 });
    assert.deepEqual(saved(quantised({ ...awq, modules_to_not_convert: ["self_attn"] }))[1], { attention: 16 });
    const gptq = { quant_method: "gptq", bits: 4, group_size: 128, sym: true, desc_act: false };
    assert.deepEqual(saved(quantised(gptq, DENSE, 10)), ["gptq-int4", {}]);
    assert.deepEqual(saved(quantised({ ...gptq, lm_head: true }, DENSE, 10))[1], { output: 4 + 20 / 128 });
    assert.equal(quantised({ ...gptq, bits: 8, group_size: -1 }).precision, "int8");
    assert.deepEqual(saved(quantised({ ...gptq, dynamic: { "-:.*self_attn.*": {} } }))[1], { attention: 16 });
  });

  it("reads AutoRound, with layers of their own bits", () => {
    const section = { quant_method: "auto-round", bits: 4, group_size: 128, sym: true };
    const extra_config = { "model.layers.0.mlp": { bits: 16 }, "model.layers.1.mlp": {} };
    assert.deepEqual(saved(quantised({ ...section, extra_config })), ["int4", { feedForward: (4.125 * 3 + 16) / 4 }]);
  });

  it("takes the experts of gpt-oss alone for mxfp4, as long as the kernel makes them", () => {
    const [precision, bits] = saved(quantised({ quant_method: "mxfp4", modules_to_not_convert: ["lm_head"] }, MIXTURE));
    assert.equal(precision, "mxfp4");
    assert.deepEqual(bits, { experts: Number((4.25 * (3072 / 2880) * (2944 / 2880)).toFixed(6)) });
  });

  it("reads bitsandbytes in 4 bits, with scales that are quantised or not, and in 8", () => {
    const four = { quant_method: "bitsandbytes", load_in_4bit: true, bnb_4bit_use_double_quant: true };
    assert.deepEqual(saved(quantised(four)), ["bnb-4bit", {}]);
    assert.deepEqual(saved(quantised({ ...four, bnb_4bit_use_double_quant: false }))[1], {
      ...{ attention: 4.5, feedForward: 4.5 },
    });
    const eight = { quant_method: "bitsandbytes", load_in_8bit: true, llm_int8_skip_modules: ["self_attn"] };
    assert.deepEqual(saved(quantised(eight)), ["bnb-8bit", { attention: 16 }]);
  });

  it("reads AMD's Quark", () => {
    const quark = (dtype: string, more: object = {}) =>
      saved(
        quantised({ quant_method: "quark", global_quant_config: { weight: { dtype, ...more } }, exclude: ["lm_head"] }),
      )[0];
    assert.equal(quark("fp8_e4m3"), "fp8");
    assert.equal(quark("int8"), "int8");
    assert.equal(quark("fp4", { group_size: 32 }), "mxfp4");
    assert.equal(quark("uint4", { group_size: 128 }), "int4");
  });
});

describe("readQuantization, of what is wrong", () => {
  const AT = "config.json: quantization_config";
  for (const [name, section, problem] of [
    [
      "a method that is not read",
      { quant_method: "torchao" },
      /quant_method: "torchao" is not read: use fp8, .* Or state the size/,
    ],
    ["no method", {}, /quant_method: is missing: give fp8, fbgemm_fp8/],
    ["a method that is misspelt", { quant_method: "gptk" }, /did you mean gptq/],
    ["no groups", { quant_method: "compressed-tensors" }, /config_groups: is missing/],
    ["an unknown algorithm", { quant_method: "modelopt", quant_algo: "FP3" }, /quant_algo: "FP3" is not read/],
    ["bits out of reason", { quant_method: "awq", bits: -4, group_size: 128 }, /bits: -4 is not a whole number/],
    ["a group size of 0", { quant_method: "gptq", bits: 4, group_size: 0 }, /group_size: 0 is not/],
    [
      "floats of 6 bits",
      { quant_method: "compressed-tensors", config_groups: { a: { weights: { num_bits: 6, type: "float" } } } },
      /6 bits of floats/,
    ],
    ["an expression that does not end", { quant_method: "fp8", ignore: ["re:("] }, /ignore: "re:\(" cannot be read/],
    [
      "an expression that takes for ever",
      { quant_method: "fp8", ignore: ["re:(a+)+$"] },
      /ignore: "re:\(a\+\)\+\$" cannot be read/,
    ],
    [
      "Quark's unknown type",
      { quant_method: "quark", global_quant_config: { weight: { dtype: "fp6" } } },
      /dtype: is none/,
    ],
  ] as const) {
    it(`says its path: ${name}`, () => {
      const { problems } = quantised(section);
      assert.ok(problems.length > 0 && problems[0]!.startsWith(AT), problems[0]);
      assert.match(problems.join("\n"), problem);
    });
  }

  it("refuses a type of weights that vLLM does not serve", () => {
    assert.match(
      read({ dtype: "float64" }).problems[0]!,
      /^config\.json: dtype: "float64" is no type that vLLM serves/,
    );
  });

  it("says what it did not read", () => {
    const section = { quant_method: "gptq", bits: 4, group_size: 128, dynamic: { "+:.*mlp.*": { bits: 8 } } };
    assert.match(quantised(section).notRead.join(), /dynamic: "\+:\.\*mlp\.\*" was not read/);
  });
});
