/**
 * Parsers of tool calls and reasoning: vLLM ends at the start over a name that it has not registered, and reads nothing with another
 * family's.
 */
import { joinPath } from "../../config/parse.js";
import { didYouMean, error, listOr, type Problem, quote, warning } from "../../config/problems.js";
import { familyParsers } from "../../facts/models/parsers.js";
import type { VllmVersion } from "../../facts/vllm/version.js";
import type { KnownFlags } from "./knownFlags.js";

const REGISTRY_OF = { "tool-call-parser": "tool", "reasoning-parser": "reasoning" } as const;

/** Reads by a template that comes with the model, whatever its family (vllm/tool_parsers of 0.33.0). */
const BY_TEMPLATE = "hf";

/** What a release's parsers are checked against. */
export interface ParserDemand {
  /** The model's; `undefined` where nobody can tell. */
  id: string | undefined;
  /** `undefined` where its registry is not known. */
  version: VllmVersion | undefined;
}

/**
 * Parsers that are missing, that a version's registry lacks, or that are another family's; plugins are refused elsewhere.
 *
 * @param path of the release's flags
 */
export function checkParsers(flags: KnownFlags, { id, version }: ParserDemand, path: string): Problem[] {
  return [
    ...checkToolChoice(flags, { id, version }, path),
    ...Object.entries(REGISTRY_OF).flatMap(([flag, kind]) => {
      const value = flags[flag]?.value;
      // vLLM takes an empty reasoning parser for none.
      if (version === undefined || typeof value !== "string" || value === "") return [];
      const at = `${joinPath(path, [flag])}.value`;
      const proposed = proposals(kind, { id, version });
      const registered = version.parsers[kind];
      if (!registered.includes(value)) {
        const message = `vLLM ${version.version} has no ${kind} parser ${quote(value)}`;
        const known = didYouMean(value, registered) || `: use one of ${registered.join(", ")}`;
        return [error(at, `${message}${proposed.length > 0 ? `: for ${id} use ${listOr(proposed)}` : known}`)];
      }
      if (proposed.length === 0 || proposed.includes(value) || value === BY_TEMPLATE) return [];
      const what = kind === "tool" ? "tool calls" : "reasoning";
      const message = `${quote(value)} is not how ${id} writes ${what}, which would stay in its text: use ${listOr(proposed)}`;
      return [warning(at, message)];
    }),
  ];
}

/** Parsers of the model's family that a version has; those of every version where it is not known. */
function proposals(kind: "tool" | "reasoning", { id, version }: ParserDemand): readonly string[] {
  const named = (id === undefined ? undefined : familyParsers(id)?.[kind]) ?? [];
  return version === undefined ? named : named.filter((parser) => version.parsers[kind].includes(parser));
}

/** Source: `validate_parsed_serve_args`, as in neededFlags.ts. */
function checkToolChoice(flags: KnownFlags, demand: ParserDemand, path: string): Problem[] {
  if (flags["enable-auto-tool-choice"]?.value !== true || "tool-call-parser" in flags) return [];
  const [best] = proposals("tool", demand);
  const proposed = best === undefined ? "" : ` as ${best}, which reads what ${demand.id} writes`;
  const message = `needs tool-call-parser: add it${proposed}, or leave this out`;
  return [error(joinPath(path, ["enable-auto-tool-choice"]), message)];
}
