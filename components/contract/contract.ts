/**
 * The runtime contract: one release of a model as its reviewer states it. It is plain data; all that is deployed for the
 * release is derived from it, and what is derived is no part of it.
 */
import { createHash } from "node:crypto";
import type { ReleaseConfig } from "./schema.js";

export interface RuntimeContract extends Omit<ReleaseConfig, "model"> {
  /** The model's key in the stack config. */
  name: string;
  release: string;
  /** With the tokenizer, which is the model's own unless stated. */
  model: ReleaseConfig["model"] & { tokenizer: string; tokenizerRevision: string };
}

/** A value and why it is set. */
export interface ReasonedValue<T> {
  value: T;
  reason: string;
}

/** A value of a flag as config can write it; objects are given to vLLM as JSON. */
export type FlagValue = string | number | boolean | Array<string | number> | { [key: string]: unknown };

/** Flags of `vllm serve`, without dashes. */
export type Flags = Record<string, ReasonedValue<FlagValue>>;

/** JSON with sorted keys, so that equal contracts have equal text. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** The contract as the annotation carries it; not a plan, which has all keys of a contract and more. */
export function contractText(contract: RuntimeContract & { contract?: never }): string {
  return stableJson(contract);
}

/** The first 16 hex digits of the SHA-256 of {@link contractText}. */
export function contractHash(contract: RuntimeContract & { contract?: never }): string {
  return createHash("sha256").update(contractText(contract)).digest("hex").slice(0, 16);
}
