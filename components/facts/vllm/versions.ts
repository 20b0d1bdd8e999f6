/** The flag tables: what `vllm serve` of a version accepts, made by tools/flags/vllm_flags.py from its own parser. */
import v0_30_0 from "./v0.30.0/flags.json";
import v0_32_0 from "./v0.32.0/flags.json";

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

function toTable(file: { flags: object }): FlagTable {
  return new Map(
    Object.entries(file.flags as Record<string, FlagFacts>).map(([flag, facts]) => [flag.slice(2), facts]),
  );
}

const TABLES: ReadonlyMap<string, FlagTable> = new Map([v0_30_0, v0_32_0].map((file) => [file.vllm, toTable(file)]));

/** Versions that have a table. */
export const KNOWN_VERSIONS: readonly string[] = [...TABLES.keys()];

/** @returns `undefined` for a version without a table */
export function flagTable(version: string): FlagTable | undefined {
  return TABLES.get(version);
}
