/** Passwords of a run, each in a file that only its user can read. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Folders, writePrivate } from "./folders.js";

/** Names of their files. */
export type SecretName = "prometheus-password" | "simulator-token";

const BYTES = 24;

export function secretFile({ run }: Folders, name: SecretName): string {
  return join(run, name);
}

/** The run's secret, 48 hex digits; made at the first call. */
export function secretOf(folders: Folders, name: SecretName): string {
  const file = secretFile(folders, name);
  if (!existsSync(file)) writePrivate(file, randomBytes(BYTES).toString("hex"));
  return readFileSync(file, "utf8");
}
