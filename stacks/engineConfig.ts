import { NAMESPACE } from "./namespace.js";
import { maskEncrypted, SECRET_MASK, topPath } from "./secrets.js";

/**
 * This project's values out of all that the engine hands over, by key without `vllm:`.
 *
 * The engine gives structured values as JSON; a value that is no JSON is a plain string.
 */
export function readEngineConfig(all: Readonly<Record<string, string>>): Record<string, unknown> {
  const prefix = `${NAMESPACE}:`;
  return Object.fromEntries(
    Object.entries(all)
      // The engine insists on a default for each declared key: an empty one stands for a value that is not set.
      .filter(([key, text]) => key.startsWith(prefix) && text !== "")
      .map(([key, text]) => [key.slice(prefix.length), structured(text)]),
  );
}

function structured(text: string): unknown {
  // Only objects and lists are structured: a token of digits is text.
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The config as {@link parseStackConfig} takes it. */
export interface EngineConfig {
  values: Record<string, unknown>;
  /** Paths without `vllm:` of encrypted values. */
  encrypted: string[];
}

/**
 * The config with the places of its encrypted values. The engine names keys of the top alone; the stack's file says where below
 * them, if that is where the config comes from.
 *
 * @param secretKeys keys of the top, without `vllm:`
 * @param written gives the config as its file has it, encrypted values as `{ secure: … }`
 */
export function withEncryptedPaths(
  values: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[],
  written: () => Readonly<Record<string, unknown>> | undefined,
): EngineConfig {
  const config: EngineConfig = { values: { ...values }, encrypted: [] };
  const file = secretKeys.length === 0 ? {} : (written() ?? {});
  for (const key of secretKeys) {
    const { paths } = maskEncrypted(file[`${NAMESPACE}:${key}`] ?? file[key], topPath(key));
    // A file that has no such secret is not where this config comes from.
    config.encrypted.push(...(paths.length > 0 ? paths : [topPath(key)]));
    // A section that is encrypted as a whole: none of it may be told.
    if (paths[0] === topPath(key) && typeof values[key] === "object") config.values[key] = SECRET_MASK;
  }
  return config;
}
