import type { TextReader } from "../decoder.js";
import { DENSE } from "./dense.js";
import { LATENT } from "./latent.js";
import { MIXTURES } from "./mixtures.js";

/** What reads the language model of a family, by `model_type` of the section that tells of it. */
export const FAMILIES: Readonly<Record<string, TextReader>> = { ...DENSE, ...MIXTURES, ...LATENT };
