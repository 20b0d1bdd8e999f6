/** Parsers of tool calls and reasoning: vLLM ends at the start over a name that it has not registered. */
import { joinPath } from "../../config/parse.js";
import { didYouMean, error, type Problem, quote } from "../../config/problems.js";
import type { VllmVersion } from "../../facts/vllm/version.js";
import type { KnownFlags } from "./knownFlags.js";

const REGISTRY_OF = { "tool-call-parser": "tool", "reasoning-parser": "reasoning" } as const;

/** Names that a version's registry lacks; plugins are refused elsewhere. @param path of the release's flags */
export function checkParsers(flags: KnownFlags, version: VllmVersion | undefined, path: string): Problem[] {
  if (version === undefined) return [];
  return Object.entries(REGISTRY_OF).flatMap(([flag, kind]) => {
    const value = flags[flag]?.value;
    const registered = version.parsers[kind];
    // vLLM takes an empty reasoning parser for none.
    if (typeof value !== "string" || registered.includes(value) || value === "") return [];
    const message = `vLLM ${version.version} has no ${kind} parser ${quote(value)}`;
    const known = didYouMean(value, registered) || `: use one of ${registered.join(", ")}`;
    return [error(`${joinPath(path, [flag])}.value`, `${message}${known}`)];
  });
}
