/** Reads `Pulumi.<stack>.yaml` as Pulumi's CLI does, without its secrets: offline nobody can decrypt them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { ContractError, didYouMean, error, listOr, type Problem } from "../components/contract/problems.js";
import { NAMESPACE } from "../stacks/config.js";

/** Stands for every secret value. */
export const SECRET_PLACEHOLDER = "[secret]";

/** A block that many models share is written once; what this keeps out is a file made to exhaust memory. */
const MAX_ALIASES = 100_000;

/** A stack's config with its secrets masked. */
export interface StackFile {
  stack: string;
  file: string;
  /** This project's values by key without `vllm:`, structured ones as objects. */
  values: Record<string, unknown>;
  /** All values by full key as the engine hands them over: structured ones as JSON. */
  engineConfig: Record<string, string>;
  /** Keys without `vllm:` that hold a secret, in whole or in part. */
  secretKeys: string[];
  /** The same as full keys, with those of other projects. */
  engineSecretKeys: string[];
}

/** Names of the stacks that have a file in `folder`. */
export function listStacks(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((name) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();
}

/** @throws ContractError when there is no such stack, or its file is no YAML or no stack config */
export function readStackFile(folder: string, stack: string): StackFile {
  const name = `Pulumi.${stack}.yaml`;
  const file = join(folder, name);
  if (!existsSync(file)) {
    const stacks = listStacks(folder);
    const there = stacks.length === 0 ? "there are none in this folder" : `use ${listOr(stacks)}`;
    throw new ContractError([error(name, `there is no stack "${stack}": ${there}${didYouMean(stack, stacks)}`)]);
  }
  const config = configOf(readText(file, name), name);
  const engineSecretKeys: string[] = [];
  const masked = Object.entries(config).map(([written, value]) => {
    // As Pulumi reads it: a key without a namespace is the project's own.
    const key = written.includes(":") ? written : `${NAMESPACE}:${written}`;
    const { value: plain, secret } = mask(value);
    if (secret) engineSecretKeys.push(key);
    return [key, plain] as const;
  });
  const prefix = `${NAMESPACE}:`;
  return {
    stack,
    file,
    values: Object.fromEntries(
      masked.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
    ),
    engineConfig: Object.fromEntries(
      masked.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    secretKeys: engineSecretKeys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
    engineSecretKeys,
  };
}

function readText(file: string, name: string): string {
  try {
    return readFileSync(file, "utf8");
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

/** The `config` of a stack file. */
function configOf(text: string, name: string): Record<string, unknown> {
  const lines = new LineCounter();
  // Merge keys (`<<`), as Pulumi's own YAML parser takes them.
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  if (document.errors.length > 0) {
    throw new ContractError(document.errors.map((problem) => syntaxProblem(problem, lines, name)));
  }
  const config: unknown = isMap(document.contents) ? document.contents.get("config", true) : undefined;
  if (document.contents !== null && !isMap(document.contents)) {
    throw new ContractError([error(name, "is not a stack config: the top has to be an object with the key config")]);
  }
  const unknown = document.contents?.items.map(({ key }) => String(key)).filter((key) => !TOP_KEYS.includes(key)) ?? [];
  if (unknown.length > 0) {
    throw new ContractError(
      unknown.map((key) =>
        error(name, `unknown key ${JSON.stringify(key)} at the top${hint(key)} Allowed: ${listOr(TOP_KEYS)}`),
      ),
    );
  }
  if (config === undefined || (isScalar(config) && config.value === null)) return {};
  if (!isMap(config)) throw new ContractError([error(`${name}: config`, "has to be an object of keys and values")]);
  try {
    const values = config.toJS(document, { maxAliasCount: MAX_ALIASES }) as Record<string, unknown>;
    JSON.stringify(values);
    return values;
  } catch (thrown) {
    // An alias without an anchor, to what it is part of, or too many of them.
    throw new ContractError([
      error(name, `has a YAML alias that cannot be followed: ${(thrown as Error).message.split("\n")[0]}`),
    ]);
  }
}

function syntaxProblem(problem: { message: string; pos: [number, number] }, lines: LineCounter, name: string): Problem {
  const { line, col } = lines.linePos(problem.pos[0]);
  return error(`${name}:${line}:${col}`, problem.message.split(/ at line \d+/)[0]!);
}

/** Masks `{ secure: … }`, wherever it stands. */
function mask(value: unknown): { value: unknown; secret: boolean } {
  if (value === null || typeof value !== "object") return { value, secret: false };
  if (Array.isArray(value)) {
    const items = value.map(mask);
    return { value: items.map((item) => item.value), secret: items.some(({ secret }) => secret) };
  }
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === "secure" && typeof entries[0]![1] === "string") {
    return { value: SECRET_PLACEHOLDER, secret: true };
  }
  const masked = entries.map(([key, inner]) => [key, mask(inner)] as const);
  return {
    value: Object.fromEntries(masked.map(([key, inner]) => [key, inner.value])),
    secret: masked.some(([, { secret }]) => secret),
  };
}
