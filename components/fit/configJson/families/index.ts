import type { TextReader } from "../decoder.js";
import { DENSE } from "./dense.js";
import { GEMMA } from "./gemma.js";
import { HYBRIDS } from "./hybrids.js";
import { LATENT } from "./latent.js";
import { MIXTURES } from "./mixtures.js";
import { NEMOTRON_H } from "./nemotronH.js";
import { NEMOTRON_NAS } from "./nemotronNas.js";
import { TEXT_ENCODERS } from "./textEncoders.js";

/** What reads the language model of a family, by `model_type` of the section that tells of it. */
export const FAMILIES: Readonly<Record<string, TextReader>> = {
  ...DENSE,
  ...MIXTURES,
  ...LATENT,
  ...GEMMA,
  ...HYBRIDS,
  ...NEMOTRON_H,
  ...NEMOTRON_NAS,
  ...TEXT_ENCODERS,
};
