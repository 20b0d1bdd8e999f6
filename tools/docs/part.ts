/** YAML that a page shows out of a file of the repository, such as an example's stack file. */
import { isDeepStrictEqual } from "node:util";
import { parse as parseYaml } from "yaml";
import { error, type Problem } from "../../components/config/problems.js";
import type { Block } from "./markdown.js";

type Mapping = Record<string, unknown>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Paths at which a part says something else than the whole; keys that it leaves out are none. */
function differences(part: unknown, whole: unknown, path: string): string[] {
  if (!isMapping(part) || !isMapping(whole)) return isDeepStrictEqual(part, whole) ? [] : [path];
  return Object.entries(part).flatMap(([key, value]) =>
    differences(value, whole[key], path === "" ? key : `${path}.${key}`),
  );
}

/**
 * Every key of the block has to stand in the file as it is shown. The file itself is checked where it is used.
 *
 * @param file path of the file within the project
 * @param text of the file; `undefined` where there is none
 */
export function checkPart({ at, lines }: Block, file: string, text: string | undefined): Problem[] {
  if (text === undefined) return [error(at, `there is no ${file}`)];
  let part: unknown;
  try {
    part = parseYaml(lines.join("\n"));
  } catch (thrown) {
    return [error(at, `is no YAML: ${(thrown as Error).message}`)];
  }
  const whole: unknown = parseYaml(text);
  // A stack file keeps its values under `config`.
  const content = isMapping(whole) && isMapping(whole["config"]) ? whole["config"] : whole;
  if (!isMapping(part)) return [error(at, "is no YAML mapping of keys")];
  return differences(part, content, "").map((path) => error(at, `${path} is not so in ${file}: show what is there`));
}
