/** What is known of a version of vLLM. */
import type { Gpu } from "../gpus.js";

export type FlagType = "string" | "boolean" | "integer" | "number" | "json" | "json-or-string" | "integer-or-suffix";

export interface FlagFacts {
  type: FlagType;
  choices?: string[];
  default?: string;
  /** Other spellings, with their dashes. */
  aliases?: string[];
  /** Other spellings that say the opposite, with their dashes: `--disable-x` of `--enable-x`. */
  opposites?: string[];
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
  /** Series of `/metrics` by name, with their Prometheus type; absent where no server of the version was run. */
  metrics?: ReadonlyMap<string, string>;
  /** Names that vLLM registers itself; a plugin could add others. */
  parsers: { tool: readonly string[]; reasoning: readonly string[] };
  /** Architectures of models, as config.json names them, that vLLM registers itself; a plugin could add others. */
  architectures: ReadonlySet<string>;
  /** Architectures that an older version registered, with the last one that did. */
  droppedArchitectures: ReadonlyMap<string, string>;
  defaults: {
    /** `--max-num-batched-tokens` of an API server on a GPU. */
    batchedTokens: (gpu: Gpu) => number;
  };
}

/** Whether a version is older than another; suffixes such as `rc1` and `.post1` do not count. */
export function isBefore(version: string, other: string): boolean {
  const [own, others] = [version, other].map((text) => text.split(".").map((part) => parseInt(part, 10)));
  const differing = [0, 1, 2].find((place) => own![place] !== others![place]);
  return differing !== undefined && own![differing]! < others![differing]!;
}

/** What a version changed of what those before it did. */
export interface Change<Rules> {
  since: string;
  rules: Partial<Rules>;
}

/**
 * What a version does.
 *
 * @param oldest what was done before the first change
 * @param changes oldest first
 * @param version with or without a suffix; of one that is not known yet, what the newest known does
 */
export function rulesOf<Rules>(oldest: Rules, changes: readonly Change<Rules>[], version: string): Rules {
  return changes
    .filter(({ since }) => !isBefore(version, since))
    .reduce((rules, change) => ({ ...rules, ...change.rules }), oldest);
}

/** The files and facts that make up a version. */
interface Sources {
  /** Made by tools/flags/vllm_flags.py from the version's own parser. */
  flags: { vllm: string; flags: object };
  /** Series that a server of the version showed. */
  metrics?: { vllm: string; metrics: object };
  /** Made by tools/flags/vllm_parsers.py from the version's own registries. */
  parsers: { vllm: string; tool: string[]; reasoning: string[] };
  /** Made by tools/flags/vllm_architectures.py from the version's own registry. */
  architectures: { vllm: string; architectures: string[]; dropped: object };
  defaults: VllmVersion["defaults"];
}

export function vllmVersion({ flags: file, metrics, parsers, architectures, defaults }: Sources): VllmVersion {
  const flags = new Map(
    Object.entries(file.flags as Record<string, FlagFacts>).map(([flag, facts]) => [flag.slice("--".length), facts]),
  );
  return {
    version: file.vllm,
    flags,
    ...(metrics !== undefined && { metrics: new Map(Object.entries(metrics.metrics as Record<string, string>)) }),
    parsers: { tool: parsers.tool, reasoning: parsers.reasoning },
    architectures: new Set(architectures.architectures),
    droppedArchitectures: new Map(Object.entries(architectures.dropped as Record<string, string>)),
    defaults,
  };
}
