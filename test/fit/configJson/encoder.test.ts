import assert from "node:assert/strict";

import fc from "fast-check";

import { formatProblem } from "../../../components/config/problems.js";
import { readEncoder } from "../../../components/fit/configJson/encoder.js";
import { type Findings, Keys } from "../../../components/fit/configJson/keys.js";

type Json = Record<string, unknown>;

function read(config: Json) {
  const findings: Findings = { problems: [], notRead: [] };
  const keys = new Keys(config, "config.json", findings);
  const tower = readEncoder(keys, keys.section("text_config") ?? keys);
  return { tower, problems: findings.problems.map(formatProblem), notRead: findings.notRead };
}

/** A file with a tower, and a language model of some width. */
const withVision = (model_type: string, hidden_size: number, vision_config: Json, more: Json = {}): Json => ({
  ...{ model_type, vision_config, text_config: { hidden_size, max_position_embeddings: 32768 }, ...more },
});

const QWEN2 = { depth: 32, embed_dim: 1280, mlp_ratio: 4, num_heads: 16, patch_size: 14, spatial_merge_size: 2 };
const QWEN25 = { ...QWEN2, hidden_size: 1280, intermediate_size: 3420, out_hidden_size: 3584 };
const QWEN3 = {
  ...{ depth: 27, hidden_size: 1152, intermediate_size: 4304, num_heads: 16, patch_size: 16, spatial_merge_size: 2 },
  ...{ num_position_embeddings: 2304, out_hidden_size: 2048, deepstack_visual_indexes: [8, 16, 24] },
};
const SIGLIP = {
  ...{ model_type: "siglip_vision_model", hidden_size: 1152, image_size: 896, intermediate_size: 4304 },
  ...{ num_attention_heads: 16, num_hidden_layers: 27, patch_size: 14 },
};
const CLIP = {
  ...{ model_type: "clip_vision_model", hidden_size: 1024, image_size: 336, intermediate_size: 4096 },
  ...{ num_attention_heads: 16, num_hidden_layers: 24, patch_size: 14 },
};
const PIXTRAL = {
  ...{ model_type: "pixtral", hidden_size: 1024, image_size: 1540, intermediate_size: 4096, head_dim: 64 },
  ...{ num_attention_heads: 16, num_hidden_layers: 24, patch_size: 14 },
};
const GEMMA4 = {
  ...{ hidden_size: 1152, intermediate_size: 4304, num_attention_heads: 16, num_hidden_layers: 27, head_dim: 72 },
  ...{ patch_size: 16, pooling_kernel_size: 3, position_embedding_size: 10240, default_output_length: 280 },
};
const GEMMA4_SMALL = {
  ...GEMMA4,
  ...{ hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12, num_hidden_layers: 16, head_dim: 64 },
};
const GEMMA4_SOUND = {
  ...{ hidden_size: 1024, num_hidden_layers: 12, num_attention_heads: 8, subsampling_conv_channels: [128, 32] },
  ...{ conv_kernel_size: 5, output_proj_dims: 1536 },
};
const INTERN_VIT = {
  ...{ hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16 },
  ...{ image_size: 448, patch_size: 14, qkv_bias: true, qk_normalization: false, norm_type: "layer_norm" },
};
const INTERN_VL = { downsample_ratio: 0.5, max_dynamic_patch: 12, use_thumbnail: true, dynamic_image_size: true };
const LLAMA4 = {
  ...{ hidden_size: 768, intermediate_size: 5632, num_hidden_layers: 34, num_attention_heads: 16, image_size: 448 },
  ...{ patch_size: 14, pixel_shuffle_ratio: 0.5, projector_input_dim: 4096, projector_output_dim: 4096 },
  vision_output_dim: 7680,
};
const MOON_VIT = {
  ...{ vt_hidden_size: 1152, vt_intermediate_size: 4304, vt_num_hidden_layers: 27, vt_num_attention_heads: 16 },
  ...{ patch_size: 14, init_pos_emb_height: 64, init_pos_emb_width: 64, merge_kernel_size: [2, 2] },
};
const MUSE = {
  ...{ hidden_size: 1536, intermediate_size: 8960, merge_size: 2, num_attention_heads: 16, num_hidden_layers: 50 },
  ...{ patch_size: 14, patch_temporal: 2, pos_emb_height: 32, pos_emb_width: 32 },
};
const VOXTRAL = {
  ...{ hidden_size: 1280, intermediate_size: 5120, max_source_positions: 1500, num_attention_heads: 20 },
  ...{ num_hidden_layers: 32, num_mel_bins: 128 },
};

/**
 * Parameters: counted in transformers 5.19.0 (tower and connector on torch's meta device, 2026-11-26), or, for those that it lacks, from what
 * stands beside. Patches of the largest image and video, and patches a token.
 */
const TOWERS: Array<[name: string, config: Json, parameters: number, patches: Array<number | undefined>]> = [
  ["Qwen2.5-VL-7B", withVision("qwen2_5_vl", 3584, QWEN25), 676_550_144, [65536, 458752, 4]],
  [
    "Qwen2.5-VL-72B",
    withVision("qwen2_5_vl", 8192, { ...QWEN25, intermediate_size: 3456, out_hidden_size: 8192 }),
    704_573_696,
    [65536, 458752, 4],
  ],
  ["Qwen3-VL-30B-A3B", withVision("qwen3_vl_moe", 2048, QWEN3), 538_631_408, [65536, 49152, 4]],
  [
    "Qwen3.5-122B-A10B, without mergers of middle layers",
    withVision("qwen3_5_moe", 3072, { ...QWEN3, out_hidden_size: 3072, deepstack_visual_indexes: [] }),
    451_290_864,
    [65536, 49152, 4],
  ],
  ["gemma-3-27b", withVision("gemma3", 5376, SIGLIP, { mm_tokens_per_image: 256 }), 423_060_336, [4096, undefined, 16]],
  ["gemma-4-31B", withVision("gemma4", 5376, GEMMA4), 575_741_232, [2520, 20160, 9]],
  [
    "gemma-4-E2B, with sound",
    withVision("gemma4", 1536, GEMMA4_SMALL, { audio_config: GEMMA4_SOUND }),
    475_728_160,
    [2520, 20160, 9],
  ],
  [
    "llava-onevision-qwen2-7b",
    withVision(
      "llava_onevision",
      3584,
      { ...SIGLIP, image_size: 384, num_hidden_layers: 26 },
      { vision_feature_layer: -1 },
    ),
    414_732_320,
    [7290, 11664, 1],
  ],
  [
    "Mistral-Small-3.1-24B",
    withVision("mistral3", 5120, PIXTRAL, { spatial_merge_size: 2 }),
    438_958_080,
    [12100, undefined, 4],
  ],
  [
    "pixtral-12b",
    withVision("llava", 5120, { ...PIXTRAL, image_size: 1024, patch_size: 16 }),
    434_957_312,
    [4096, undefined, 1],
  ],
  // InternVL3-8B's files have 7,944,373,760 parameters, its language model 7,612,820,992.
  ["InternVL3-8B", withVision("internvl_chat", 3584, INTERN_VIT, INTERN_VL), 331_552_768, [13312, 131072, 4]],
  [
    "Llama 4, of transformers' default sizes",
    withVision("llama4", 5120, LLAMA4),
    455_178_240,
    [17 * 1024, undefined, 4],
  ],
  [
    "Muse-Glimmer-30B",
    withVision("muse_glimmer", 6656, MUSE, { out_hidden_size: 6144, projector_hidden_size: 4096 }),
    1_921_845_760,
    [16384, undefined, 4],
  ],
];

describe("readEncoder", () => {
  for (const [name, config, parameters, [imagePatches, videoPatches, patchesPerToken]] of TOWERS) {
    it(`counts the tower of ${name}`, () => {
      const { tower, problems, notRead } = read(config);
      assert.deepEqual([...problems, ...notRead], []);
      assert.equal(tower?.parameters, parameters);
      const { encoder } = tower;
      assert.deepEqual(
        [encoder?.imagePatches, encoder?.videoPatches, encoder?.patchesPerToken],
        [imagePatches, videoPatches, patchesPerToken],
      );
    });
  }

  it("knows the largest item of a Gemma 4 whose images see all of themselves, which is not cut over steps", () => {
    const wholeItem = (use_bidirectional_attention: Json[string]): number | undefined => {
      const text_config = { hidden_size: 5376, max_position_embeddings: 32768, use_bidirectional_attention };
      return read(withVision("gemma4", 5376, GEMMA4, { text_config })).tower?.encoder?.wholeItemTokens;
    };
    assert.deepEqual([wholeItem("vision"), wholeItem(null)], [2496, undefined]);
  });

  it("leaves out what LLaVA does not use of its tower: within 0.1 % of a server's log with the language model", () => {
    const sizes = {
      image_grid_pinpoints: [
        [336, 672],
        [672, 672],
      ],
      vision_feature_layer: -2,
    };
    const { tower } = read(withVision("llava_next", 4096, CLIP, sizes));
    const languageModel = 7_241_732_096 + 2 * 64 * 4096;
    const loadedGiB = ((tower!.parameters + languageModel) * 2) / 2 ** 30;
    assert.ok(Math.abs(loadedGiB / 14.0786 - 1) < 0.001);
    assert.equal(tower!.encoder?.imagePatches, 5 * 576);
  });

  it("reads Kimi's tower, and Qwen2-VL's", () => {
    const kimi = read(withVision("kimi_k25", 7168, MOON_VIT));
    assert.deepEqual(kimi.problems, []);
    assert.ok(kimi.tower!.parameters > 4.4e8 && kimi.tower!.parameters < 4.8e8);
    // 2,208,985,600 parameters of Qwen2-VL-2B's files, of which 1,543,714,304 are Qwen2-1.5B's.
    const qwen = read(withVision("qwen2_vl", 1536, { ...QWEN2, hidden_size: 1536 }));
    assert.equal(qwen.tower!.parameters, 2_208_985_600 - 1_543_714_304);
  });

  it("counts a tower for sound alone, which has no images", () => {
    const audio = { model_type: "voxtral", audio_config: VOXTRAL, text_config: { hidden_size: 3072 } };
    assert.deepEqual(read(audio).tower, { parameters: 662_134_784 });
  });

  it("is nothing for a model of text alone", () => {
    assert.equal(read({ model_type: "qwen3", hidden_size: 1024, vision_config: null }).tower, undefined);
  });

  it("estimates the tower of a family that it does not know, and says so", () => {
    const { tower, notRead } = read(withVision("new_vl", 4096, { width: 1536, layers: 47, heads: 16 }));
    assert.ok(tower!.parameters > 1e9);
    assert.match(notRead.join(), /vision_config: the tower of "new_vl" is not known; its weights .* are estimated/);
    const nothing = read(withVision("new_vl", 4096, {}));
    assert.equal(nothing.tower, undefined);
    assert.match(nothing.notRead.join(), /vision_config was not read: the tower of "new_vl" is not known/);
  });

  it("says what is missing or wrong, with its path", () => {
    const { problems } = read(withVision("qwen3_vl", 2048, { ...QWEN3, depth: -1, hidden_size: undefined }));
    assert.match(problems.join("\n"), /^config\.json: vision_config\.depth: -1 is not a whole number/m);
    assert.match(problems.join("\n"), /^config\.json: vision_config\.hidden_size: has no value/m);
    const list = read(withVision("llava_next", 4096, CLIP, { image_grid_pinpoints: [[1, 2], "x"] }));
    assert.match(list.problems[0]!, /^config\.json: image_grid_pinpoints: is no list of sizes/);
    assert.match(read(withVision("gemma3", 1, 7 as unknown as Json)).problems[0]!, /vision_config: 7 is not an object/);
  });

  it("never throws, whatever the values, and gives a number where it has no problem", () => {
    const anything = fc.oneof(
      fc.integer({ min: -2, max: 5000 }),
      fc.double(),
      fc.string(),
      fc.constant(null),
      fc.constant([]),
    );
    const files = TOWERS.map(([, config]) => config);
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(20), anything, (config, place, value) => {
        const tower = config.vision_config as Json;
        const key = Object.keys(tower)[place % Object.keys(tower).length]!;
        const result = read({ ...config, vision_config: { ...tower, [key]: value } });
        if (result.problems.length === 0) assert.ok(result.tower === undefined || result.tower.parameters > 0);
      }),
    );
  });
});
