/** vLLM 0.31.0. */
import { defaultBatchedTokens } from "../batchedTokens.js";
import { vllmVersion } from "../version.js";
import architectures from "./architectures.json";
import flags from "./flags.json";
import parsers from "./parsers.json";

export const V0_31_0 = vllmVersion({
  flags,
  parsers,
  architectures,
  defaults: { batchedTokens: defaultBatchedTokens },
});
