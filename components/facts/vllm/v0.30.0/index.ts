/** vLLM 0.30.0. */
import { defaultBatchedTokens } from "../batchedTokens.js";
import { vllmVersion } from "../version.js";
import architectures from "./architectures.json";
import flags from "./flags.json";
import metrics from "./metrics.json";
import parsers from "./parsers.json";

export const V0_30_0 = vllmVersion({
  flags,
  metrics,
  parsers,
  architectures,
  defaults: { batchedTokens: defaultBatchedTokens },
});
