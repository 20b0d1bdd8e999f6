import { quote } from "../../config/problems.js";
import type { Keys } from "./keys.js";

/** Sections that tell of the language model in files of models that take images, video or sound too. */
const TEXT_SECTIONS = ["text_config", "llm_config", "language_config"] as const;
/** Section of the part of an "omni" model that vLLM serves: it holds the others. */
const THINKER_SECTION = "thinker_config";

/** The language model's part of a file. */
export interface TextSection {
  text: Keys;
  /** Whether it is a section of its own: such leave out the keys that have transformers' default. */
  isNested: boolean;
}

/** Finds the section of the language model; `undefined` where it is there and wrong. */
export function textSection(root: Keys): TextSection | undefined {
  if (root.has(THINKER_SECTION)) {
    const thinker = root.section(THINKER_SECTION);
    return thinker && textSection(thinker);
  }
  const names = TEXT_SECTIONS.filter((name) => root.has(name));
  if (names.length > 1) {
    root.fail(names[1]!, `is given beside ${quote(names[0])}: leave out the one that is not the language model's`);
    return undefined;
  }
  if (names[0] === undefined) return { text: root, isNested: false };
  const text = root.section(names[0]);
  return text && { text, isNested: true };
}
