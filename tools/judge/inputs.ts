/** Files, folders and standard input: what they hold, and the resources in it. */
import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { append, ContractError, error, type Problem } from "../../components/config/problems.js";
import { readPlainFile } from "../../stacks/plainFile.js";
import { BadInput } from "../failure.js";
import { documentsOf } from "./document.js";
import type { FoundResource, UnnamedResource } from "./resource.js";
import { recognised } from "./shapes.js";

/** Stands for standard input. */
const STANDARD_INPUT = "-";
/** How messages and reports name it. */
export const STANDARD_INPUT_NAME = "standard input";
/** Of a file; the preview of a thousand models takes half of it. */
export const MOST_MIB = 128;
const MANIFEST = /\.(ya?ml|json)$/i;
/** Lists the files beside it, and is no object of a cluster. */
const KUSTOMIZATION = /^kustomization\.ya?ml$/i;

/** A text, and the file that it is from. */
interface Source {
  file: string;
  text: string;
}

/**
 * The resources in files, in the folders' files whose names end in .yaml, .yml or .json, and in standard input for `-`.
 *
 * @param readInput all of standard input
 * @throws BadInput with every problem; nothing is then judged
 */
export async function readResources(
  names: readonly string[],
  readInput: () => Promise<string>,
): Promise<FoundResource[]> {
  const problems: Problem[] = [];
  const found: FoundResource[] = [];
  for (const name of new Set(names)) {
    const before = problems.length;
    const sources = await sourcesOf(name, readInput, problems);
    const resources = sources.flatMap((source) => resourcesOf(source, problems));
    if (resources.length === 0 && problems.length === before) {
      const what = name === STANDARD_INPUT ? STANDARD_INPUT_NAME : name;
      problems.push(error(what, "has no resource in it: was the command that made it successful?"));
    }
    for (const { urn, ...resource } of resources) {
      // Several files may have an object of one name.
      found.push({ ...resource, urn: urn ?? `urn:pulumi:judge::${found.length}::${resource.type}::${resource.name}` });
    }
  }
  if (problems.length > 0) throw new BadInput(problems);
  return found;
}

async function sourcesOf(name: string, readInput: () => Promise<string>, problems: Problem[]): Promise<Source[]> {
  if (name === STANDARD_INPUT) return [{ file: STANDARD_INPUT_NAME, text: await readInput() }];
  return filesOf(name, problems).flatMap((file) => {
    const text = tried(() => readPlainFile(file, MOST_MIB, "split it"), file, problems);
    return text === undefined ? [] : [{ file, text }];
  });
}

/** The file itself, or a folder's manifests. */
function filesOf(name: string, problems: Problem[]): string[] {
  return tried(() => (statSync(name).isDirectory() ? manifestsIn(name) : [name]), name, problems) ?? [];
}

/** Links are left out: one may lead out of the folder, or back into it. */
function manifestsIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((entry) => {
      const path = join(folder, entry);
      const stat = lstatSync(path);
      if (stat.isDirectory()) return manifestsIn(path);
      return stat.isFile() && MANIFEST.test(entry) && !KUSTOMIZATION.test(entry) ? [path] : [];
    });
}

function tried<T>(act: () => T, name: string, problems: Problem[]): T | undefined {
  try {
    return act();
  } catch (thrown) {
    problems.push(error(name, `cannot be read: ${(thrown as Error).message}`));
    return undefined;
  }
}

function resourcesOf({ file, text }: Source, problems: Problem[]): (UnnamedResource & { file: string })[] {
  try {
    const parts = documentsOf(text, file).map((document) => recognised(document, file));
    append(
      problems,
      parts.flatMap((part) => part.problems),
    );
    return parts.flatMap(({ resources }) => resources.map((resource) => ({ ...resource, file })));
  } catch (thrown) {
    if (!(thrown instanceof ContractError)) throw thrown;
    append(problems, thrown.problems);
    return [];
  }
}
