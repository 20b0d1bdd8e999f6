/** The programs that run in the cluster, as text for a ConfigMap. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Modules of this folder that a program imports, at the start of a line. */
const IMPORT = /^(?:import|from) ([a-z0-9_]+)/gm;

const fileOf = (name: string): string => join(__dirname, name);

/**
 * The files that the named programs need, by name: themselves and what they import of this folder.
 *
 * @param names such as `fill.py`
 * @throws what Node throws when there is no such program
 */
export function programs(...names: string[]): Record<string, string> {
  const found = new Map<string, string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const text = readFileSync(fileOf(name), "utf8");
    found.set(name, text);
    const imported = [...text.matchAll(IMPORT)].map(([, module]) => `${module}.py`);
    // What is no file here is of the standard library, or `huggingface_hub`.
    waiting.push(...imported.filter((file) => existsSync(fileOf(file))));
  }
  return Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}
