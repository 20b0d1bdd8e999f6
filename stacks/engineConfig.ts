import { NAMESPACE } from "./config.js";

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
