/** Models that draft tokens for the one that is served. */
import { MODELS } from "../../facts/models/catalogue.js";
import { cataloguedShape } from "../model.js";
import { weightBytes } from "../../fit/weights.js";
import type { FitInput } from "../../fit/fit.js";
import { isWrong, type Parts } from "../../config/parts.js";
import type { Flags } from "../../contract/contract.js";
import type { DraftConfig } from "../../contract/source.js";
import { decoded } from "../../facts/vllm/jsonValues.js";

/** Methods whose draft is in the model's own checkpoint where they name none. */
const OWN_DRAFT = /^(dspark|mtp|\w+_mtp)$/;

/**
 * Speculation without a model of its own: nothing is downloaded. `[ngram]` is an old spelling.
 * Source: vllm/config/speculative.py, 0.30.0 to 0.33.0.
 */
export const WITHOUT_DRAFT = /^(\[ngram\]|ngram|ngram_gpu|suffix|extract_hidden_states)$/;

/** The flag that names a draft, alone: other flags that are wrong say nothing of it. */
export function speculationOf(flags: Parts<Flags>): Parts<Flags> {
  if (isWrong(flags)) return flags;
  const flag = flags["speculative-config"];
  return flag === undefined ? {} : { "speculative-config": flag };
}

/** A model of its own that is loaded beside the one that is served. */
export interface Draft {
  id: string;
  /** GPUs that it is split over (`draft_tensor_parallel_size`); as many as the model's own unless stated. */
  gpus: number;
}

/** The draft of a release; `undefined` where it has none, or drafts with the model's own layers. @param gpus of a replica */
export function draftOf(flags: Flags, gpus: number): Draft | undefined {
  const config = decoded(flags["speculative-config"]?.value);
  if (config === null || typeof config !== "object" || Array.isArray(config)) return undefined;
  const { model, method, draft_tensor_parallel_size: split } = config as Record<string, unknown>;
  if (typeof model !== "string" || model === "" || WITHOUT_DRAFT.test(model)) return undefined;
  if (typeof method === "string" && WITHOUT_DRAFT.test(method)) return undefined;
  return { id: model, gpus: typeof split === "number" && split >= 1 ? split : gpus };
}

/** A draft as the fit counts it; `undefined` where there is none, or its shape is not known. */
export function draftShape(flags: Flags, gpus: number): FitInput["draft"] {
  const draft = draftOf(flags, gpus);
  const model = draft && cataloguedShape(draft.id);
  return draft && model && { model, precision: MODELS[draft.id]?.precision ?? "bf16", gpus: draft.gpus };
}

/** What a draft adds to the download, in GiB; none where its shape is not known. */
export function draftOnDiskGiB(flags: Flags): number {
  const draft = draftShape(flags, 1);
  return draft === undefined ? 0 : weightBytes(draft.model, draft.precision) / 2 ** 30;
}

/** Flags with the draft that the release states beside them: the flag names it as vLLM wants it. */
export function withStatedDraft(flags: Flags, draft: DraftConfig | undefined): Flags {
  const flag = flags["speculative-config"];
  const config = decoded(flag?.value);
  if (draft === undefined || flag === undefined || config === null || typeof config !== "object") return flags;
  const { id: model, revision } = draft;
  return { ...flags, "speculative-config": { ...flag, value: { model, revision, ...config } } };
}

/** Flags whose draft is loaded from a path or address, which names the revision itself. */
export function withDraftAt(flags: Flags, location: string | undefined): Flags {
  const flag = flags["speculative-config"];
  if (location === undefined || flag === undefined) return flags;
  const { revision: _, ...config } = decoded(flag.value) as Record<string, unknown>;
  return { ...flags, "speculative-config": { ...flag, value: { ...config, model: location } } };
}

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
