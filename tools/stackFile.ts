/** A stack's file without its secrets: offline nobody can decrypt them. */
import { join } from "node:path";
import { NAMESPACE } from "../stacks/namespace.js";
import { maskEncrypted, topPath } from "../stacks/secrets.js";
import { readConfig, stackFileName } from "../stacks/stackFile.js";

/** A stack's config with its secrets masked. */
export interface StackFile {
  stack: string;
  file: string;
  /** This project's values by key without `vllm:`, structured ones as objects. */
  values: Record<string, unknown>;
  /** All values by full key as the engine hands them over: structured ones as JSON. */
  engineConfig: Record<string, string>;
  /** Paths without `vllm:` of this project's secrets, such as `cluster.existing.kubeconfig`. */
  secretPaths: string[];
  /** Full keys that hold a secret, in whole or in part, with those of other projects. */
  engineSecretKeys: string[];
}

/** Where no stack says which: the region that the price table is of. */
const DEFAULT_REGION = "us-east-1";

/** The AWS region of a stack. */
export function regionOf({ engineConfig }: Pick<StackFile, "engineConfig">): string {
  return engineConfig["aws:region"] ?? DEFAULT_REGION;
}

/** @throws ContractError when there is no such stack, or its file is no YAML or no stack config */
export function readStackFile(folder: string, stack: string): StackFile {
  const engineSecretKeys: string[] = [];
  const secretPaths: string[] = [];
  const prefix = `${NAMESPACE}:`;
  const masked = Object.entries(readConfig(folder, stack)).map(([written, value]) => {
    // As Pulumi reads it: a key without a namespace is the project's own.
    const key = written.includes(":") ? written : prefix + written;
    const own = key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
    const { value: plain, paths } = maskEncrypted(value, topPath(own ?? key));
    if (paths.length > 0) engineSecretKeys.push(key);
    if (own !== undefined) for (const path of paths) secretPaths.push(path);
    return [key, plain] as const;
  });
  return {
    stack,
    file: join(folder, stackFileName(stack)),
    values: Object.fromEntries(
      masked.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
    ),
    engineConfig: Object.fromEntries(
      masked.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    secretPaths,
    engineSecretKeys,
  };
}
