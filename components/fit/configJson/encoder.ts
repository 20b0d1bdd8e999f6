/** Towers for images, video and sound: what they weigh, and the largest item that they take. */
import { gemma3, llava, llavaNext, llavaOneVision } from "./encoder/clip.js";
import { gemma4 } from "./encoder/gemma4.js";
import { internVl } from "./encoder/internVit.js";
import { llama4 } from "./encoder/llama4.js";
import { moonVit } from "./encoder/moonVit.js";
import { muse } from "./encoder/muse.js";
import { mistral3, pixtralLlava } from "./encoder/pixtral.js";
import { qwen2, qwen25, qwen3 } from "./encoder/qwen.js";
import type { Tower, TowerReader } from "./encoder/tower.js";
import { unknownTower } from "./encoder/unknown.js";
import { voxtral } from "./encoder/voxtral.js";
import type { Keys } from "./keys.js";

/** By the file's `model_type`. */
const TOWERS: ReadonlyMap<string, TowerReader> = new Map(
  Object.entries({
    qwen2_vl: qwen2,
    qwen2_5_vl: qwen25,
    qwen3_vl: qwen3,
    qwen3_vl_moe: qwen3,
    qwen3_5: qwen3,
    qwen3_5_moe: qwen3,
    gemma3,
    gemma4,
    llama4,
    llava: (config, tower, textWidth) =>
      (tower.text("model_type") === "pixtral" ? pixtralLlava : llava)(config, tower, textWidth),
    llava_next: llavaNext,
    llava_onevision: llavaOneVision,
    mistral3,
    internvl_chat: internVl,
    kimi_k25: moonVit,
    muse_glimmer: muse,
    voxtral,
  } satisfies Record<string, TowerReader>),
);

/** Sections that tell of a tower; a family that has both reads both from the first. */
export const TOWER_SECTIONS = ["vision_config", "audio_config"] as const;

/**
 * @param config the whole config.json
 * @param text the section of the language model
 * @returns `undefined` for a model of text alone, and where a tower is wrong or says too little
 */
export function readEncoder(config: Keys, text: Keys): Tower | undefined {
  const name = TOWER_SECTIONS.find((section) => config.has(section));
  const section = name === undefined ? undefined : config.section(name);
  if (section === undefined) return undefined;
  const textWidth = text.count("hidden_size");
  const read = TOWERS.get(config.text("model_type") ?? "") ?? unknownTower;
  return read(config, section, textWidth, text);
}
