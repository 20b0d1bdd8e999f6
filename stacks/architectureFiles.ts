/** Shapes of models that releases keep in files beside the stack's: each a model's own config.json. */
import { realpathSync } from "node:fs";
import { isAbsolute, join, normalize, sep } from "node:path";
import { joinPath } from "../components/config/parse.js";
import { append, error, type Problem, quote, warning } from "../components/config/problems.js";
import { imageVersion } from "../components/derive/plan.js";
import { versionNamed } from "../components/facts/vllm/versions.js";
import { checkArchitectures } from "../components/fit/configJson/architectures.js";
import { type ConfigJson, readConfigJson } from "../components/fit/configJson/read.js";
import { readPlainFile } from "./plainFile.js";

/** Largest file that is read; those of the hub have some 100 KiB at the most. */
const MOST_MIB = 8;

/** Where a release names a file. */
interface Place {
  release: Record<string, unknown>;
  model: Record<string, unknown>;
  path: string;
}

export interface WithFiles {
  /** The section, with shapes in the place of files that could be read. */
  models: unknown;
  /** What is wrong with files, and what was not read of them. */
  problems: Problem[];
  /** Places of files that could not be read: what else is found there is beside the point. */
  unread: ReadonlySet<string>;
}

/**
 * Reads the files that releases name in `model.architecture`. The given section is left as it is.
 *
 * @param folder of the stack's file
 * @param path of the section, such as `vllm:models`
 */
export function withArchitectureFiles(models: unknown, folder: string, path: string): WithFiles {
  if (placesIn(models, path).length === 0) return { models, problems: [], unread: new Set() };
  const copy: unknown = structuredClone(models);
  const problems: Problem[] = [];
  const unread = new Set<string>();
  const readFile = fileReader(folder);
  for (const place of placesIn(copy, path)) {
    const { problems: found, read } = readPlace(place, readFile);
    append(problems, found);
    if (read === undefined) {
      unread.add(place.path);
      continue;
    }
    place.model["architecture"] = { ...read.architecture, precision: read.precision };
    // What a class writes is what a release without a task does anyway.
    if (read.task !== "generate") place.model["task"] ??= read.task;
  }
  return { models: copy, problems, unread };
}

function placesIn(models: unknown, path: string): Place[] {
  return entries(models).flatMap(([name, { releases }]) =>
    entries(releases).flatMap(([key, release]) => {
      const { model } = release;
      if (!isRecord(model) || typeof model["architecture"] !== "string") return [];
      return [{ release, model, path: `${joinPath(path, [name, "releases", key])}.model.architecture` }];
    }),
  );
}

type FileReader = (file: string) => ConfigJson | Problem[];

/** Reads each file once, however many releases name it. */
function fileReader(folder: string): FileReader {
  const known = new Map<string, ConfigJson | Problem[]>();
  return (file) => {
    const read = known.get(file) ?? readFile(file, folder);
    known.set(file, read);
    return read;
  };
}

function readFile(file: string, folder: string): ConfigJson | Problem[] {
  let text: string;
  try {
    text = textOf(file, folder);
  } catch (thrown) {
    return [error(quote(file), (thrown as Error).message)];
  }
  return readConfigJson(text, { path: file });
}

/** @throws Error that says why it is not read, and what to do */
function textOf(file: string, folder: string): string {
  const outside =
    "is not beside the stack's file: keep the model's config.json itself in the project's folder, and give its path from there";
  if (isAbsolute(file) || normalize(file).startsWith("..")) throw new Error(outside);
  let real: string;
  try {
    real = realpathSync(join(folder, file));
  } catch {
    throw new Error(
      "there is no such file: give the path of the model's config.json from the project's folder, or the shape itself",
    );
  }
  // A link leads anywhere.
  if (!`${real}${sep}`.startsWith(realpathSync(folder) + sep)) throw new Error(outside);
  try {
    return readPlainFile(real, MOST_MIB, "give the model's config.json");
  } catch (thrown) {
    throw new Error(`cannot be read: ${(thrown as Error).message}`, { cause: thrown });
  }
}

function readPlace({ release, model, path }: Place, readFile: FileReader): { read?: ConfigJson; problems: Problem[] } {
  const read = readFile(model["architecture"] as string);
  if (Array.isArray(read)) {
    return { problems: read.map((problem) => ({ ...problem, path: `${path}: ${problem.path}` })) };
  }
  return {
    read,
    problems: [
      ...checkArchitectures(read.architectures, versionNamed(versionOf(release)), path),
      ...(read.notRead.length === 0 ? [] : [warning(path, read.notRead.join("; "))]),
    ],
  };
}

/** The version of vLLM that a release states, or its image's tag names. */
function versionOf({ vllmVersion, image }: Record<string, unknown>): string | undefined {
  if (typeof vllmVersion === "string") return vllmVersion;
  return typeof image === "string" ? imageVersion(image) : undefined;
}

function entries(value: unknown): [string, Record<string, unknown>][] {
  if (!isRecord(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
