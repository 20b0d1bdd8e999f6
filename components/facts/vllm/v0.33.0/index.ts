/** vLLM 0.33.0. */
import { defaultBatchedTokensButGb10 } from "../batchedTokens.js";
import { vllmVersion } from "../version.js";
import architectures from "./architectures.json";
import flags from "./flags.json";
import parsers from "./parsers.json";

export const V0_33_0 = vllmVersion({
  flags,
  parsers,
  architectures,
  defaults: { batchedTokens: defaultBatchedTokensButGb10 },
});
