/** Reads the config of `Pulumi.<stack>.yaml` as Pulumi's CLI does, its encrypted values as they are written there. */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { isMap, isScalar } from "yaml";
import { ContractError, didYouMean, error, listOr, quote } from "../components/config/problems.js";
import { joinPath } from "../components/config/parse.js";
import { tooLarge } from "../components/config/size.js";
import { misspeltKeys, NAMESPACE } from "./namespace.js";
import { readPlainFile } from "./plainFile.js";
import { parseYaml } from "./yaml.js";

/** A block that many models share is written once; what this keeps out is a file made to exhaust memory. */
const MAX_ALIASES = 100_000;
/** A thousand models take 2 MiB. */
const MAX_MIB = 4;
/** As Pulumi names stacks: no separators of folders, or a name would lead out of the project. */
const STACK_NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** Names of the stacks that have a file in `folder`. */
export function listStacks(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .filter((name) => STACK_NAME.test(name))
    .sort();
}

/** Name of a stack's file. @throws ContractError when it is no name of a stack */
export function stackFileName(stack: string): string {
  if (!STACK_NAME.test(stack)) {
    const message = "is not a stack's name: use up to 100 letters, digits, dashes, dots and underscores";
    throw new ContractError([error("stack", `${quote(stack)} ${message}`)]);
  }
  return `Pulumi.${stack}.yaml`;
}

/**
 * The values of a stack by key as written, encrypted ones as `{ secure: … }`.
 *
 * @throws ContractError when there is no such stack, or its file is no YAML, no stack config or beyond all bounds
 */
export function readConfig(folder: string, stack: string): Record<string, unknown> {
  const name = stackFileName(stack);
  const file = join(folder, name);
  if (!existsSync(file)) {
    const stacks = listStacks(folder);
    const there = stacks.length === 0 ? "there are none in this folder" : `use ${listOr(stacks)}`;
    throw new ContractError([error(name, `there is no stack "${stack}": ${there}${didYouMean(stack, stacks)}`)]);
  }
  return configOf(readText(folder, file, name), name);
}

/** The text of a file within the folder, of a size that a person can have written. */
function readText(folder: string, file: string, name: string): string {
  try {
    if (!realpathSync(file).startsWith(realpathSync(folder) + sep)) {
      throw new Error("it is a link to a file outside of the project, so put the file itself here");
    }
    return readPlainFile(file, MAX_MIB, "use several stacks");
  } catch (thrown) {
    throw new ContractError([error(name, `cannot be read: ${(thrown as Error).message}`)]);
  }
}

/** Top-level keys of a stack file, all but `config` of the CLI's own. */
const TOP_KEYS = ["config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"];

/** What to do about an unknown key at the top: those with a namespace are values of the config. */
function hint(key: string): string {
  return key.includes(":") ? "; put it under config." : didYouMean(key, TOP_KEYS) || ".";
}

const NEEDED = `describe the cluster as ${NAMESPACE}:cluster and the models as ${NAMESPACE}:models; docs/configuration.md has every key`;

/** Whether nothing was written there; comments are nothing. */
function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** The `config` of a stack file. */
function configOf(text: string, name: string): Record<string, unknown> {
  const document = parseYaml(text, name);
  const top = document.contents;
  if (isEmpty(top)) throw new ContractError([error(name, `is empty: ${NEEDED}`)]);
  if (!isMap(top)) {
    throw new ContractError([error(name, "is not a stack config: the top has to be an object with the key config")]);
  }
  const config: unknown = top.get("config", true);
  const unknown = top.items.map(({ key }) => String(key)).filter((key) => !TOP_KEYS.includes(key));
  if (unknown.length > 0) {
    throw new ContractError(
      unknown.map((key) =>
        error(name, `unknown key ${quote(key)} at the top${hint(key)} Allowed: ${listOr(TOP_KEYS)}`),
      ),
    );
  }
  if (isEmpty(config)) throw new ContractError([error(`${name}: config`, `is empty: ${NEEDED}`)]);
  if (!isMap(config)) throw new ContractError([error(`${name}: config`, "has to be an object of keys and values")]);
  const values = resolved(() => config.toJS(document, { maxAliasCount: MAX_ALIASES }) as Record<string, unknown>, name);
  // An alias may lead to what it is part of.
  const wrong = tooLarge(values);
  if (wrong !== undefined) throw new ContractError([error(name, wrong)]);
  const twice = Object.keys(values).filter((key) => !key.includes(":") && Object.hasOwn(values, `${NAMESPACE}:${key}`));
  const strangers = misspeltKeys(Object.keys(values), `${name}: config`);
  if (strangers.length > 0) throw new ContractError(strangers);
  if (twice.length > 0) {
    const same = (key: string) =>
      `stands there as ${quote(`${NAMESPACE}:${key}`)}, too, which is the same: leave one out`;
    throw new ContractError(twice.map((key) => error(joinPath(`${name}: config`, [key]), same(key))));
  }
  return values;
}

/** Follows aliases: one may have no anchor, lead to what it is part of, or be one of too many. */
function resolved<T>(follow: () => T, name: string): T {
  try {
    return follow();
  } catch (thrown) {
    const why = thrown instanceof RangeError ? "too many levels" : (thrown as Error).message.split("\n")[0];
    throw new ContractError([error(name, `has a YAML alias that cannot be followed: ${why}`)]);
  }
}
