/** The planner's question, made of a model and of what the options say. */
import { KV_CACHE_TYPES } from "../../components/facts/kvCacheTypes.js";
import type { Architecture } from "../../components/facts/models/architecture.js";
import type { Precision } from "../../components/facts/precisions.js";
import { isBefore } from "../../components/facts/vllm/version.js";
import { NEWEST_VERSION } from "../../components/facts/vllm/versions.js";
import type { Question } from "../../components/fit/planner.js";
import type { AskedModel } from "./askedModel.js";
import type { FitOptions } from "./options.js";

/** Precisions that vLLM makes of published 16-bit weights as it loads them. */
const MADE_AT_LOAD: readonly Precision[] = ["bf16", "fp16", "fp8"];
const SIXTEEN_BITS: readonly Precision[] = ["bf16", "fp16"];

export function questionOf(model: AskedModel, draft: AskedModel | undefined, options: FitOptions): Question {
  const { architecture } = model;
  const precision = servedPrecision(model, options.precision);
  return {
    ...options.server,
    model: published(model),
    precision,
    memoryUtilization: options.memoryUtilization,
    context: options.context ?? architecture.maxContext,
    mostContext: architecture.maxContext,
    ...(options.sequences !== undefined && { sequences: options.sequences }),
    ...(options.batchedTokens !== undefined && { batchedTokens: options.batchedTokens }),
    kvCacheType: options.kvCacheType,
    kvElementBytes: KV_CACHE_TYPES[options.kvCacheType]!.elementBytes(architecture.headSize),
    version: options.version,
    isPooling: model.isPooling,
    takesWholePrompts: model.takesWholePrompts,
    isPublished: precision === model.precision,
    ...(draft !== undefined && { draft: { model: published(draft), precision: draft.precision } }),
  };
}

/** The shape with the precision that its weights have on disk: what vLLM quantises as it loads is counted otherwise. */
function published({ architecture, precision }: AskedModel): Architecture {
  return { ...architecture, precision };
}

/** vLLM loads quantised weights as they are published, whatever is asked for. */
function servedPrecision({ precision }: AskedModel, asked: Precision | undefined): Precision {
  return asked === undefined || !SIXTEEN_BITS.includes(precision) ? precision : asked;
}

/** What the answer takes for granted, a sentence each. */
export function notesOf(model: AskedModel, draft: AskedModel | undefined, options: FitOptions): string[] {
  const notes = [...model.notRead, ...(draft?.notRead ?? [])];
  const { precision, version } = options;
  if (isBefore(NEWEST_VERSION.version, version)) {
    notes.push(`vLLM ${version} is newer than any that is known: it is counted as ${NEWEST_VERSION.version} is`);
  }
  if (precision === undefined || precision === model.precision) return notes;
  if (!SIXTEEN_BITS.includes(model.precision)) {
    notes.push(
      `--precision ${precision} is left aside: ${model.name} is published in ${model.precision}, and vLLM loads it so`,
    );
  } else if (!MADE_AT_LOAD.includes(precision)) {
    notes.push(
      `vLLM does not make ${precision} as it loads: the answer is of a variant of ${model.name} that is published in it`,
    );
  }
  return notes;
}
