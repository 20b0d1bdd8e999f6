/** The catalogue: a row for each model whose config.json is kept, read as any config.json is. */
import type { Problem } from "../../components/config/problems.js";
import type { CatalogueModel } from "../../components/facts/models/catalogue.js";
import { readConfigJson } from "../../components/fit/configJson/read.js";
import { CatalogueError, type Entry, readEntries } from "./entries.js";

export const CATALOGUE = "components/facts/models/catalogue.json";

/** Rows by Hugging Face id. */
export type Rows = Readonly<Record<string, CatalogueModel>>;

/**
 * Makes the rows of a project.
 *
 * @param folder the project's
 * @throws {@link CatalogueError} with every problem of the files
 */
export function makeRows(folder: string): Rows {
  const problems: Problem[] = [];
  const rows = readEntries(folder).flatMap((entry): Array<[string, CatalogueModel]> => {
    const row = rowOf(entry);
    if (!Array.isArray(row)) return [[entry.facts.id, row]];
    problems.push(...row);
    return [];
  });
  if (problems.length > 0) throw new CatalogueError(problems);
  return Object.fromEntries(rows);
}

function rowOf({ facts, path, config }: Entry): CatalogueModel | Problem[] {
  const { revision, gated, task, pooling } = facts;
  const read = readConfigJson(config, { path, ...(task !== undefined && { task }) });
  if (Array.isArray(read)) return read;
  return {
    ...read.architecture,
    precision: read.precision,
    ...(read.task !== "generate" && { task: read.task }),
    ...(pooling !== undefined && { pooling }),
    ...(revision !== undefined && { revision }),
    gated,
  };
}

/** As JSON, a model a line: a change of one shows as one. */
export function catalogueJson(rows: Rows): string {
  const lines = Object.entries(rows).map(([id, row]) => `${JSON.stringify(id)}: ${JSON.stringify(row)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}
