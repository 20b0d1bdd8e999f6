/** What is known of a version of vLLM. */
import type { Gpu } from "../gpus.js";
import { RENDERED_FLAGS } from "./ownFlags.js";

export type FlagType = "string" | "boolean" | "integer" | "number" | "json" | "json-or-string" | "integer-or-suffix";

export interface FlagFacts {
  type: FlagType;
  choices?: string[];
  default?: string;
  /** Other spellings, with their dashes. */
  aliases?: string[];
  /** Takes several values. */
  repeated?: boolean;
  /** Is given once for each value. */
  appended?: boolean;
  /** Has a `--no-…` form. */
  negatable?: boolean;
}

/** By flag name without its dashes. */
export type FlagTable = ReadonlyMap<string, FlagFacts>;

/** A version of vLLM; each is a folder of its own. */
export interface VllmVersion {
  /** Such as `0.32.0`. */
  version: string;
  /** What `vllm serve` accepts. */
  flags: FlagTable;
  /** Flags that an earlier version with a table had and this one has not, with what to do instead. */
  droppedFlags: ReadonlyMap<string, string>;
  /** Which of the flags that every release is served with this version has. */
  ownFlags: ReadonlySet<string>;
  /** Series of `/metrics` by name, with their Prometheus type. */
  metrics: ReadonlyMap<string, string>;
  defaults: {
    /** `--max-num-batched-tokens` of an API server on a GPU. */
    batchedTokens: (gpu: Gpu) => number;
  };
}

/** The files and facts that make up a version. */
interface Sources {
  /** Made by tools/flags/vllm_flags.py from the version's own parser. */
  flags: { vllm: string; flags: object };
  /** Series that a server of the version showed. */
  metrics: { vllm: string; metrics: object };
  droppedFlags: Readonly<Record<string, string>>;
  defaults: VllmVersion["defaults"];
}

export function vllmVersion({ flags: file, metrics, droppedFlags, defaults }: Sources): VllmVersion {
  const flags = new Map(
    Object.entries(file.flags as Record<string, FlagFacts>).map(([flag, facts]) => [flag.slice("--".length), facts]),
  );
  return {
    version: file.vllm,
    flags,
    droppedFlags: new Map(Object.entries(droppedFlags)),
    ownFlags: new Set(RENDERED_FLAGS.filter((flag) => flags.has(flag))),
    metrics: new Map(Object.entries(metrics.metrics as Record<string, string>)),
    defaults,
  };
}
