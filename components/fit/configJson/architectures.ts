/** A model's architectures against those that a version of vLLM knows: it ends at the start over a model that it does not know. */
import { didYouMean, error, listOr, type Problem, quote } from "../../config/problems.js";
import { ARCHITECTURE_SUFFIXES } from "../../facts/vllm/architectureSuffixes.js";
import type { VllmVersion } from "../../facts/vllm/version.js";
import { NEWEST_VERSION, VERSIONS } from "../../facts/vllm/versions.js";

/** Whether a version registers an architecture, or one that it takes in its place. */
export function knowsArchitecture({ architectures }: Pick<VllmVersion, "architectures">, name: string): boolean {
  if (architectures.has(name)) return true;
  const suffix = ARCHITECTURE_SUFFIXES.find((end) => name.endsWith(end));
  if (suffix === undefined) return false;
  const base = name.slice(0, -suffix.length);
  return ARCHITECTURE_SUFFIXES.some((end) => architectures.has(base + end));
}

/**
 * An error where a version of vLLM knows none of a model's architectures, with the versions that do.
 *
 * vLLM may still run such a model by Transformers' own code, where its image has that; nobody can tell here, so it is refused.
 *
 * @param names of config.json's `architectures`; vLLM takes the first that it knows
 * @param version `undefined`, of which nothing is known: no problem is found
 * @param path of `architectures`
 */
export function checkArchitectures(
  names: readonly string[],
  version: VllmVersion | undefined,
  path: string,
): Problem[] {
  if (version === undefined || names.length === 0 || names.some((name) => knowsArchitecture(version, name))) return [];
  const what = `${listOr(names.map(quote))} is no architecture that vLLM ${version.version} knows`;
  return [error(path, `${what}${remedy(names, version)}`)];
}

/** What to do about architectures that a version does not know. */
function remedy(names: readonly string[], version: VllmVersion): string {
  const knowing = VERSIONS.filter((known) => names.some((name) => knowsArchitecture(known, name)));
  if (knowing.length > 0) return `: use ${listOr(knowing.map((known) => known.version))}`;
  const last = names.map((name) => version.droppedArchitectures.get(name)).find((found) => found !== undefined);
  if (last !== undefined) return `, which ${last} was the last to have: use another model`;
  const near = names.map((name) => didYouMean(name, NEWEST_VERSION.architectures)).find((text) => text !== "");
  return `, nor does any version that is known${near ?? ": use another model"}`;
}
