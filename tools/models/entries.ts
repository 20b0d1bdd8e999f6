/** The models of the catalogue as they are kept: a config.json of each, and a file of what that does not say. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { parse } from "../../components/config/parse.js";
import { error, type Problem } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";

/** Folders of the project: `configs` has the config.json, `models` what it does not say. */
export const CONFIGS = "tools/models/configs";
export const FACTS = "tools/models/models";

const count = z.int().positive();

const factsSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/)
    .describe("Hugging Face id"),
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional()
    .describe("Commit of the model's repository"),
  gated: z.boolean().describe("Whether the hub hands it out only to accounts that accepted its licence"),
  parameters: count.optional().describe("Parameters as the hub counts them (safetensors.total)"),
  notLoaded: count.optional().describe("Those of them that vLLM does not load"),
  made: count.optional().describe("Parameters that vLLM makes of them, beside them"),
  weightsBytes: count.optional().describe("Size of the published weights, in bytes"),
  loadedGiB: z.number().positive().optional().describe('"Model loading took X GiB" of vLLM\'s log on one GPU'),
  task: z.enum(["embed", "score"]).optional().describe("What it is for, where its class does not say it"),
  pooling: z.enum(["last"]).optional().describe("How a pooling model makes one vector of a prompt"),
  source: z.record(z.string(), z.string().min(1)).describe("Where each of these and the config.json are from, by key"),
});

/** What is known of a model beside its config.json. */
export type ModelFacts = z.infer<typeof factsSchema>;

export interface Entry {
  facts: ModelFacts;
  /** Path of the config.json within the project. */
  path: string;
  /** Text of the config.json. */
  config: string;
}

/** Thrown once with every problem of the files. */
export class CatalogueError extends BadInput {
  override readonly name = "CatalogueError";
}

/** Name of a model's files, without their ending. */
export function fileName(id: string): string {
  return id.replace("/", "--");
}

/**
 * The entries of a project, by id.
 *
 * @param folder the project's
 * @throws {@link CatalogueError} with every problem of the files
 */
export function readEntries(folder: string): Entry[] {
  const problems: Problem[] = [];
  const configs = new Set(namesIn(join(folder, CONFIGS), ".json"));
  const entries = namesIn(join(folder, FACTS), ".yaml").flatMap((name) => {
    const path = `${FACTS}/${name}.yaml`;
    const facts = readFacts(join(folder, path), path, problems);
    const hasConfig = configs.delete(name);
    if (!hasConfig) problems.push(error(path, `has no config.json: put it into ${CONFIGS}/${name}.json`));
    if (!hasConfig || facts === undefined) return [];
    if (fileName(facts.id) !== name) {
      problems.push(error(`${path}.id`, `is ${facts.id}: name the file ${fileName(facts.id)}.yaml`));
    }
    const config = `${CONFIGS}/${name}.json`;
    return [{ facts, path: config, config: readFileSync(join(folder, config), "utf8") }];
  });
  for (const name of configs) {
    problems.push(error(`${CONFIGS}/${name}.json`, `belongs to no model: add ${FACTS}/${name}.yaml, or remove it`));
  }
  if (problems.length > 0) throw new CatalogueError(problems);
  return entries.sort((one, other) => (one.facts.id < other.facts.id ? -1 : 1));
}

function readFacts(file: string, path: string, problems: Problem[]): ModelFacts | undefined {
  let value: unknown;
  try {
    value = parseYaml(readFileSync(file, "utf8"));
  } catch (thrown) {
    problems.push(error(path, `is no YAML: ${(thrown as Error).message}`));
    return undefined;
  }
  const parsed = parse(factsSchema, value, path);
  problems.push(...parsed.problems);
  return parsed.value;
}

/** Names of the files in a folder that have an ending, without it. */
function namesIn(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));
}
