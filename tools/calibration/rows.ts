/**
 * Starts of real servers, as their logs tell them: what the server was given and what it printed. `rows.json` has them in one form.
 *
 * Where a log does not show an input it is taken as its vLLM has it, and named in `defaults`: 2048 tokens a step and 256 sequences below
 * 70 GiB and on an A100, 8192 and 1024 above (`get_batch_defaults`, vllm/engine/arg_utils.py); the model's own context; 0.92 of the memory, 0.9
 * before vLLM 0.20. Where only a date or a range of versions is known, `note` says it, and `vllm` is one of them or left out.
 */
import type { FitInput } from "../../components/fit/input.js";
import type { Gpu, GpuType } from "../../components/facts/gpus.js";
import type { Precision } from "../../components/facts/precisions.js";
import { isBefore } from "../../components/facts/vllm/version.js";
import table from "./rows.json";

type Given = "gpus" | "memoryUtilization" | "context" | "sequences" | "batchedTokens" | "kvElementBytes";
type GivenBySome = "isEager" | "isExpertParallel" | "isPrefixCached" | "items" | "blockTokens" | "lora";

/** One start. Memory is of one GPU. */
export interface Row extends Pick<FitInput, Given>, Partial<Pick<FitInput, GivenBySome>> {
  /** Name among the rows. */
  id: string;
  /** The model that the log names. */
  log: string;
  /** File in tools/models/configs without its ending: of the model, or of one of the same shape. */
  config: string;
  /** @default the precision that the file says */
  precision?: Precision;
  /** A type of the table, or a card that it lacks. */
  gpu: GpuType | Pick<Gpu, "cudaGiB" | "computeCapability">;
  /** A layer that drafts tokens, of the model's own shape. */
  draft?: { layers: number; parameters: number };
  vllm?: string;
  defaults: string[];
  note?: string;
  source: string;

  /** Whether the server started. */
  starts: boolean;
  /** "Model loading took … GiB". */
  weightsGiB?: number;
  /** "Available KV cache memory: … GiB". */
  kvCacheGiB?: number;
  /** Requests at once × context, as "Maximum concurrency" says, or the tokens of the KV cache. */
  tokens?: number;
}

export const ROWS = table.rows as Row[];

/** Versions that are told apart: those that are served today, those before, and servers of an unknown one. */
export const VERSION_CLASSES = ["0.18 and later", "before 0.18", "unknown"] as const;

export type VersionClass = (typeof VERSION_CLASSES)[number];

export function versionClass({ vllm }: Row): VersionClass {
  if (vllm === undefined) return "unknown";
  return isBefore(vllm, "0.18.0") ? "before 0.18" : "0.18 and later";
}
