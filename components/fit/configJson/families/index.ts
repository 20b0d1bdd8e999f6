import type { TextReader } from "../decoder.js";
import { DENSE } from "./dense.js";
import { GEMMA } from "./gemma.js";
import { HYBRIDS } from "./hybrids.js";
import { LATENT } from "./latent.js";
import { MIXTURES } from "./mixtures.js";
import { NEMOTRON_H } from "./nemotronH.js";

/** What reads the language model of a family, by `model_type` of the section that tells of it. */
export const FAMILIES: Readonly<Record<string, TextReader>> = {
  ...DENSE,
  ...MIXTURES,
  ...LATENT,
  ...GEMMA,
  ...HYBRIDS,
  ...NEMOTRON_H,
};
