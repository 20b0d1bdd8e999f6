/** The model that is asked about: of the catalogue, of a config.json, or of the hub. */
import { existsSync, statSync } from "node:fs";
import { hubId } from "../../components/config/schemas.js";
import { didYouMean, error, listOr, nearest as nearestNames, quote } from "../../components/config/problems.js";
import { MODELS } from "../../components/facts/models/catalogue.js";
import { readPlainFile } from "../../stacks/plainFile.js";
import { BadInput } from "../failure.js";
import { type AskedModel, promptsOf } from "./askedModel.js";
import { fromConfig, type Reading } from "./configFile.js";
import { type Env, fetchConfig } from "./hub.js";

/** Where a model is looked for. */
export interface Where {
  /** Of the weights on the hub; the catalogue answers for none. */
  revision?: string | undefined;
  env: Env;
  /** How its config.json is read. */
  reading?: Reading;
}

/** Whether a name is one that only the hub can answer. */
export function isOnHub(name: string, revision: string | undefined): boolean {
  return !isFile(name) && hubId.safeParse(name).success && (revision !== undefined || !Object.hasOwn(MODELS, name));
}

/** @throws BadInput with every problem of the name, of the file or of the hub's answer */
export async function askedModel(name: string, { revision, env, reading = {} }: Where): Promise<AskedModel> {
  if (isOnHub(name, revision)) {
    const text = await fetchConfig({ id: name, revision, env });
    return fromConfig(text, name, `config.json of ${name} at ${revision ?? "main"}`, reading);
  }
  if (!isFile(name)) {
    const known = catalogueModel(name, reading.task);
    if (known === undefined) throw new BadInput([error(quote(name), whatIsWrong(name))]);
    if (reading.modelType !== undefined) throw new BadInput([error("--model-type", notFor(name))]);
    return known;
  }
  if (revision !== undefined) {
    throw new BadInput([error("--revision", `is of a model on the hub, and ${name} is a file: leave it out`)]);
  }
  return fromConfig(textOf(name), name, name, reading);
}

/** Largest file that is read; those of the hub have some 100 KiB at the most. */
const MOST_MIB = 8;

function textOf(file: string): string {
  try {
    return readPlainFile(file, MOST_MIB, "give the model's config.json");
  } catch (thrown) {
    throw new BadInput([error(quote(file), `cannot be read: ${(thrown as Error).message}`)]);
  }
}

/** An id looks like a path: what is there, and is no folder, is a file. */
function isFile(name: string): boolean {
  return existsSync(name) && !statSync(name).isDirectory();
}

function notFor(name: string): string {
  return `is for a config.json, and the catalogue answers for ${name}: leave it out, or ask the hub by --revision main`;
}

function whatIsWrong(name: string): string {
  if (existsSync(name)) return "is a folder: give the path of the config.json in it";
  if (/^[./~]|\.json$/i.test(name))
    return "there is no such file: give the path of a config.json, or a Hugging Face id";
  const suggestion = didYouMean(name, Object.keys(MODELS)) || didYouMeanOf(name);
  return `is neither a file nor a Hugging Face id: use organisation/name, or the path of a config.json${suggestion}`;
}

/** A name without its organisation: ids that end in it. */
function didYouMeanOf(name: string): string {
  const short = (id: string) => id.slice(id.indexOf("/") + 1);
  const [nearest] = nearestNames(name, Object.keys(MODELS).map(short));
  const ids = Object.keys(MODELS).filter((id) => short(id) === nearest);
  return ids.length === 0 ? "" : `; did you mean ${listOr(ids)}?`;
}

/** @param asked what it is used for, where that is not what the catalogue says */
export function catalogueModel(name: string, asked?: Reading["task"]): AskedModel | undefined {
  if (!Object.hasOwn(MODELS, name)) return undefined;
  const { task = "generate", pooling: _, revision: __, gated: ___, ...architecture } = MODELS[name]!;
  return {
    ...{ name, architecture, precision: architecture.precision, notRead: [], source: "the catalogue" },
    ...promptsOf(asked ?? task, architecture),
  };
}
