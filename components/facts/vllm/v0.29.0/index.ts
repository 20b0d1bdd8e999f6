/** vLLM 0.29.0. */
import { defaultBatchedTokens } from "../batchedTokens.js";
import { vllmVersion } from "../version.js";
import architectures from "./architectures.json";
import flags from "./flags.json";
import parsers from "./parsers.json";

export const V0_29_0 = vllmVersion({
  flags,
  parsers,
  architectures,
  defaults: { batchedTokens: defaultBatchedTokens },
});
