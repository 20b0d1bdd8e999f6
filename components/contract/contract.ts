/**
 * The runtime contract: one release of a model with every default filled in. It is plain, reviewed data; all that is
 * deployed for the release is derived from it.
 */
import { createHash } from "node:crypto";
import type { FlagValue, ReasonedValue } from "../checks/flags.js";
import type { GpuType } from "../facts/gpus.js";
import type { Architecture } from "../facts/models/architecture.js";
import type { TrafficClass } from "./nodeGroup.js";
import type { Precision } from "../facts/precisions.js";
import type { Autoscaling } from "./schema.js";

export interface RuntimeContract {
  /** The model's key in the stack config. */
  name: string;
  release: string;
  class: TrafficClass;
  /** Names that clients ask for; the first is the one in metrics. */
  servedNames: string[];
  model: {
    /** Hugging Face id. */
    id: string;
    /** Commit of the weights. */
    revision: string;
    tokenizer: string;
    tokenizerRevision: string;
    precision: Precision;
    /** vLLM makes {@link precision} from 16-bit weights as it loads them. */
    quantizeAtLoad: boolean;
    /** The hub asks for a token. */
    gated: boolean;
    architecture: Architecture;
  };
  /** Image reference, pinned. */
  image: string;
  /** The version the image's tag names, if it names one. */
  vllmVersion?: string;
  gpu: { type: GpuType; count: number; memoryUtilization: number };
  /** Prompt and completion tokens of one request. */
  context: number;
  concurrency: { sequences: number; inFlight: number; batchedTokens: number };
  resources: { cpus: number; memoryGiB: number; sharedMemoryGiB: number; diskGiB: number };
  /** From the container's start to its first readiness. */
  startupSeconds: number;
  /** How long a stopping replica may finish its requests. */
  drainSeconds: number;
  flags: Record<string, ReasonedValue<FlagValue>>;
  env: Record<string, ReasonedValue<string>>;
  autoscaling: Autoscaling;
}

/** JSON with sorted keys, so that equal contracts have equal text. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/**
 * The contract as the annotation carries it. Scaling bounds are left out: they belong to the environment, and changing
 * them makes no other contract.
 */
export function contractText(contract: RuntimeContract): string {
  const { autoscaling, ...rest } = contract;
  return stableJson(rest);
}

/** The first 16 hex digits of the SHA-256 of {@link contractText}. */
export function contractHash(contract: RuntimeContract): string {
  return createHash("sha256").update(contractText(contract)).digest("hex").slice(0, 16);
}
