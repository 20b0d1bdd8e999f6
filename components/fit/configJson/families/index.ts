import type { TextReader } from "../decoder.js";
import { DELTA_NETS } from "./deltaNets.js";
import { DENSE } from "./dense.js";
import { GEMMA } from "./gemma.js";
import { LATENT } from "./latent.js";
import { LFM } from "./lfm.js";
import { MAMBA } from "./mamba.js";
import { MINIMAX } from "./minimax.js";
import { MIXTURES } from "./mixtures.js";
import { NEMOTRON_H } from "./nemotronH.js";
import { NEMOTRON_NAS } from "./nemotronNas.js";
import { TEXT_ENCODERS } from "./textEncoders.js";

/** What reads the language model of a family, by `model_type` of the section that tells of it. */
export const FAMILIES: ReadonlyMap<string, TextReader> = new Map(
  Object.entries({
    ...DENSE,
    ...MIXTURES,
    ...LATENT,
    ...GEMMA,
    ...DELTA_NETS,
    ...MAMBA,
    ...LFM,
    ...MINIMAX,
    ...NEMOTRON_H,
    ...NEMOTRON_NAS,
    ...TEXT_ENCODERS,
  }),
);
