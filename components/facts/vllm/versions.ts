/** The versions of vLLM that are known, oldest first. A new one is a folder beside this file and a line here. */
import type { FlagTable, VllmVersion } from "./version.js";
import { V0_29_0 } from "./v0.29.0/index.js";
import { V0_30_0 } from "./v0.30.0/index.js";
import { V0_31_0 } from "./v0.31.0/index.js";
import { V0_32_0 } from "./v0.32.0/index.js";
import { V0_33_0 } from "./v0.33.0/index.js";

export const VERSIONS: readonly VllmVersion[] = [V0_29_0, V0_30_0, V0_31_0, V0_32_0, V0_33_0];

/** Names of the versions, oldest first. */
export const KNOWN_VERSIONS: readonly string[] = VERSIONS.map(({ version }) => version);

export const NEWEST_VERSION = VERSIONS.at(-1)!;

/** @returns `undefined` for a version that is not known, and where none is given */
export function versionNamed(version: string | undefined): VllmVersion | undefined {
  return VERSIONS.find((known) => known.version === version);
}

/** @returns `undefined` for a version without a table */
export function flagTable(version: string): FlagTable | undefined {
  return versionNamed(version)?.flags;
}
