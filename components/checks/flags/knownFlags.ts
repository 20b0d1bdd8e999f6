import type { FlagValue } from "../../contract/contract.js";

/** Flags whose shape has been checked; a value that was wrong is not there. */
export type KnownFlags = Readonly<Record<string, { value?: FlagValue; reason?: string }>>;
