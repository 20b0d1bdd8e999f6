/** One question asked of many GPUs: what fits where, and why it does not. */
import { listOr } from "../config/problems.js";
import { KV_CACHE_TYPES, neededCapability, runsOn } from "../facts/kvCacheTypes.js";
import { PRECISIONS } from "../facts/precisions.js";
import { stepDefaults, wholeItemTokens } from "../facts/vllm/batchedTokens.js";
import { NEWEST_VERSION } from "../facts/vllm/versions.js";
import { byPrice, type Candidate } from "./candidates.js";
import { dividesHeads, type Fit, fit, type FitInput, kvHeadsOf } from "./fit.js";
import { splitsWholeBlocks } from "./fp8Blocks.js";

/** What is asked: the fit's question without the GPUs and what vLLM itself derives from them. */
export type Question = Omit<FitInput, "gpu" | "gpus" | "sequences" | "batchedTokens" | "draft"> & {
  /** @default vLLM's for the GPU and the version */
  sequences?: number;
  /** @default vLLM's for the GPU and the version; the context where that is more and `takesWholePrompts` */
  batchedTokens?: number;
  /** Type of the KV cache (`--kv-cache-dtype`), a key of KV_CACHE_TYPES. @default auto */
  kvCacheType?: string;
  /** Longest context that vLLM takes, in tokens. @default not limited */
  mostContext?: number;
  /** Whether a prompt has to fit into one step, as for pooling models that see all of it at once. @default false */
  takesWholePrompts?: boolean;
  /** Whether `precision` is that of the published weights, whose fp8 blocks cannot be cut. @default false */
  isPublished?: boolean;
  /** A draft model; `gpus` default to the replica's. @default none */
  draft?: (Omit<NonNullable<FitInput["draft"]>, "gpus"> & { gpus?: number }) | undefined;
};

/** What is in the way. */
export interface Reason {
  kind: ReasonKind;
  /** What was got and what is allowed, as one sentence without a full stop. */
  message: string;
}

/** Kinds of reasons by the order in which they are met, with what each says of several GPUs at once. */
export const REASON_KINDS = {
  heads: "The GPUs do not divide the model's heads",
  precision: "The GPU cannot run this precision",
  kvCacheType: "The GPU cannot keep this type of KV cache",
  fp8Blocks: "The GPUs would cut blocks of fp8 weights",
  maxContext: "The model was made for a shorter context",
  step: "A step has fewer tokens than requests",
  weights: "The weights leave no KV cache",
  context: "The context does not fit once",
  states: "The states leave room for fewer sequences",
} as const;

export type ReasonKind = keyof typeof REASON_KINDS;

/** The answer for one candidate. */
export interface Planned extends Candidate {
  /** What was asked of the fit. */
  input: FitInput;
  /** Absent where the model cannot be split over so many GPUs. */
  fit?: Fit;
  /** Everything in the way; empty where it fits. */
  reasons: Reason[];
}

/** The answers for candidates: what fits first, cheapest first. */
export function plan(question: Question, candidates: readonly Candidate[]): Planned[] {
  const rows = candidates.map((candidate) => planned(question, candidate)).sort(byPrice);
  return [...rows.filter(({ reasons }) => reasons.length === 0), ...rows.filter(({ reasons }) => reasons.length > 0)];
}

/** The answer for one candidate. */
export function planned(question: Question, candidate: Candidate): Planned {
  const input = inputOf(question, candidate);
  const split = splitReasons(input);
  const reasons = [...split, ...hardwareReasons(question, input), ...limitReasons(question, input)];
  if (split.length > 0) return { ...candidate, input, reasons };
  const result = fit(input);
  return { ...candidate, input, fit: result, reasons: [...reasons, ...memoryReasons(input, result)] };
}

function inputOf(question: Question, { gpu, gpus }: Candidate): FitInput {
  const { kvCacheType: _, mostContext: __, isPublished: ___, takesWholePrompts = false, draft, ...rest } = question;
  const version = question.version ?? NEWEST_VERSION.version;
  const defaults = stepDefaults(gpu, version);
  const sequences = question.sequences ?? defaults.sequences;
  const whole = Math.max(wholeItemTokens(question.model, version), takesWholePrompts ? question.context : 0);
  const byDefault = Math.max(defaults.batchedTokens, whole);
  // Neither default goes beyond what the other allows (`_set_default_max_num_seqs_and_batched_tokens_args` of
  // vllm/engine/arg_utils.py, 0.33.0).
  const batchedTokens = question.batchedTokens ?? Math.min(byDefault, sequences * question.context);
  return {
    ...rest,
    gpu,
    gpus,
    batchedTokens,
    sequences: question.sequences ?? Math.min(sequences, batchedTokens),
    ...(draft !== undefined && { draft: { ...draft, gpus: draft.gpus ?? gpus } }),
  };
}

function splitReasons({ model, gpus, dataParallel = 1 }: FitInput): Reason[] {
  const parallel = gpus / dataParallel;
  if (Number.isInteger(parallel) && dividesHeads(model, parallel)) return [];
  const copies = dataParallel === 1 ? "" : ` in ${dataParallel} copies`;
  const heads = `${model.attentionHeads} attention and ${listOr(kvHeadsOf(model).map(String))} KV heads`;
  const message = `${gpus} GPUs${copies} do not divide the model's ${heads}`;
  return [{ kind: "heads", message }];
}

function hardwareReasons({ kvCacheType = "auto", isPublished = false }: Question, input: FitInput): Reason[] {
  const { gpu, gpus, model, precision, dataParallel = 1, isExpertParallel = false } = input;
  const has = `the ${gpu.name} has ${gpu.computeCapability.toFixed(1)}`;
  const reasons: Reason[] = [];
  const { minComputeCapability } = PRECISIONS[precision];
  if (gpu.computeCapability < minComputeCapability) {
    const message = `${precision} needs CUDA compute capability ${minComputeCapability.toFixed(1)}, ${has}`;
    reasons.push({ kind: "precision", message });
  }
  const type = KV_CACHE_TYPES[kvCacheType];
  if (type !== undefined && !runsOn(gpu.computeCapability, type)) {
    const message = `a KV cache of ${kvCacheType} needs CUDA compute capability ${neededCapability(type)}, ${has}`;
    reasons.push({ kind: "kvCacheType", message });
  }
  const { fp8BlockSize, intermediateSize } = model;
  const parallel = gpus / dataParallel;
  const isCut = isPublished && precision === "fp8" && parallel > 1 && !isExpertParallel && fp8BlockSize !== undefined;
  if (isCut && !splitsWholeBlocks(intermediateSize, parallel, fp8BlockSize)) {
    const message =
      `${parallel} GPUs split a width of ${intermediateSize} into parts of ${intermediateSize / parallel}, ` +
      `no multiple of the fp8 blocks of ${fp8BlockSize}; expert parallelism does not cut them`;
    reasons.push({ kind: "fp8Blocks", message });
  }
  return reasons;
}

/** What vLLM refuses on every GPU. */
function limitReasons({ context, mostContext = Infinity }: Question, { sequences, batchedTokens }: FitInput): Reason[] {
  const reasons: Reason[] = [];
  if (context > mostContext) {
    const message = `${context} tokens are more than the ${mostContext} that the model was made for`;
    reasons.push({ kind: "maxContext", message });
  }
  if (batchedTokens < sequences) {
    const message = `a step of ${batchedTokens} tokens is less than ${sequences} sequences, which vLLM refuses`;
    reasons.push({ kind: "step", message });
  }
  return reasons;
}

const gib = (value: number): string => `${value.toFixed(1)} GiB`;

function memoryReasons(input: FitInput, result: Fit): Reason[] {
  if (result.fits) return [];
  const { mostSequences, largestContext } = result;
  const states: Reason[] =
    mostSequences === undefined
      ? []
      : [
          {
            kind: "states",
            message: `vLLM refuses ${input.sequences} sequences: each has a block of states, of which there are ${mostSequences}`,
          },
        ];
  if (largestContext === 0) return [weightsReason(input, result), ...states];
  const holdsContext = mostSequences !== undefined && input.context <= largestContext;
  return [...(holdsContext ? [] : [contextReason(input, result)]), ...states];
}

function weightsReason({ gpu, memoryUtilization, precision }: FitInput, fit: Fit): Reason {
  const message =
    `${gib(fit.weightsGiBPerGpu)} of ${precision} weights and an estimated ${gib(fit.overheadGiBPerGpu)} of overhead ` +
    `leave no KV cache in ${gib(gpu.cudaGiB * memoryUtilization)} a GPU`;
  return { kind: "weights", message };
}

function contextReason({ context }: FitInput, { kvCacheGiBPerGpu, largestContext }: Fit): Reason {
  const message =
    `${context} tokens do not fit once into ${gib(kvCacheGiBPerGpu)} of KV cache a GPU, ` +
    `which holds ${largestContext}`;
  return { kind: "context", message };
}
