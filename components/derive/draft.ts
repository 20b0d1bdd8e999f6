import type { Flags } from "../contract/contract.js";
import { decoded } from "../facts/vllm/jsonValues.js";

/** Methods whose draft is in the model's own checkpoint where they name none. */
const OWN_DRAFT = /^(dspark|mtp|\w+_mtp)$/;

/**
 * Speculation with the model's own layers, at the model's commit: vLLM loads them as a model of their own and, without a
 * revision, from the main branch (`SpeculativeConfig.__post_init__`, 0.30.0 to 0.33.0).
 */
export function withOwnDraftPinned(flags: Flags, revision: string): Flags {
  const flag = flags["speculative-config"];
  const config = decoded(flag?.value);
  if (flag === undefined || config === null || typeof config !== "object" || Array.isArray(config)) return flags;
  const { model, method, revision: given } = config as Record<string, unknown>;
  if (model || given || typeof method !== "string" || !OWN_DRAFT.test(method)) return flags;
  return { ...flags, "speculative-config": { ...flag, value: { ...config, revision } } };
}
