/** vLLM 0.32.0. */
import { defaultBatchedTokens } from "../batchedTokens.js";
import { vllmVersion } from "../version.js";
import flags from "./flags.json";
import metrics from "./metrics.json";

export const V0_32_0 = vllmVersion({
  flags,
  metrics,
  droppedFlags: {
    // Gone in 0.31.0.
    "enable-mamba-fine-grained-prefix-cache": "leave it out",
  },
  defaults: { batchedTokens: defaultBatchedTokens },
});
