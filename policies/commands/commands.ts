/** What a container runs, seen through shells, through programs that start others, and through references to its own environment. */
import type { Container } from "../pods/containers.js";
import { isPlaceholder, placeholderOr } from "../read/unknown.js";
import { argumentLookup, commandsIn, type Lookup, quoted, splitScript } from "./script.js";

/** Programs that take a script as text behind `-c`. */
const SHELL = /(^|\/)((ba|da|a|z|k|fi)?sh|su|runuser|script)$/;
/** Options of shells whose value is a word of its own: `-o pipefail`, `-euo pipefail`, `--rcfile FILE`. */
const WITH_VALUE = /^([-+][a-zA-Z]*[oO]|--(rcfile|init-file))$/;
/** Scripts within scripts: nobody reads deeper. */
const DEEPEST = 8;

/** The commands that a container starts, each as its words; one, unless it runs a shell script given as text. */
export function commandsOf(container: Container): readonly string[][] {
  const known = KNOWN.get(container);
  if (known !== undefined) return known;
  const lookup: Lookup = (name) => container.environmentValue(name);
  const words = [...container.command, ...container.args, ...addedWords(container)].map((word) =>
    word.replace(/\$\((\w+)\)/g, (original, name: string) => lookup(name) ?? original),
  );
  const commands = opened(words, lookup, 0);
  KNOWN.set(container, commands);
  return commands;
}

/**
 * The variable that KServe's start script of an LLMInferenceService adds to `vllm serve`, as a shell reads it.
 * Source: https://github.com/kserve/kserve/blob/master/config/llmisvcconfig/config-llm-template.yaml, read 2026-11-26
 */
export const ADDED_ARGUMENTS = "VLLM_ADDITIONAL_ARGS";

/** Arguments from the environment; a command of the container's own names the variable where it wants them. */
function addedWords(container: Container): string[] {
  if (container.command.length > 0) return [];
  return [placeholderOr(() => splitScript(container.environmentValue(ADDED_ARGUMENTS) ?? "").flat())].flat();
}

/** Cache: most rules of containers ask, and scripts take time to read. */
const KNOWN = new WeakMap<Container, readonly string[][]>();

/** Variables that commands set for themselves: `NAME=value program`, `env NAME=value program`, `export NAME=value`. */
export function assignmentsOf(container: Container): Array<{ name: string; value: string }> {
  return commandsOf(container)
    .flat()
    .flatMap((word) => {
      const { name, value } = /^(?<name>[A-Za-z_]\w*)=(?<value>[^]*)$/.exec(word)?.groups ?? {};
      return name === undefined || value === undefined ? [] : [{ name, value }];
    });
}

/** A command, or those of the script that it runs: behind an init, `nice` or `env`, the shell may be any of its words. */
function opened(words: readonly string[], lookup: Lookup, depth: number): string[][] {
  const script = depth < DEEPEST ? (shellScript(words) ?? evaluated(words) ?? splitByEnv(words)) : undefined;
  if (script === undefined) return words.length === 0 ? [] : [[...words]];
  const { text, args, before } = script;
  const value = argumentLookup(args, lookup);
  const parts = isPlaceholder(text) ? [[text]] : commandsIn(text, value);
  const commands = parts.flatMap((command) => opened(command, value, depth + 1));
  // What stands before the shell, such as `env NAME=value`, is kept: it may set variables.
  return before.length === 0 ? commands : [[...before], ...commands];
}

interface Script {
  text: string;
  /** `$0`, `$1` and so on. */
  args: readonly string[];
  before: readonly string[];
}

function shellScript(words: readonly string[]): Script | undefined {
  for (const [index, word] of words.entries()) {
    if (!SHELL.test(word)) continue;
    const script = scriptAfter(words, index + 1);
    if (script !== undefined) return { ...script, before: words.slice(0, index) };
  }
  return undefined;
}

/** The text behind a shell's `-c`, wherever that stands among its options. */
function scriptAfter(words: readonly string[], start: number): Omit<Script, "before"> | undefined {
  let takesText = false;
  for (let index = start; index < words.length; index++) {
    const word = words[index] ?? "";
    if (WITH_VALUE.test(word)) index++;
    else if (!/^[-+]./.test(word)) return takesText ? { text: word, args: words.slice(index + 1) } : undefined;
    if (/^-[a-zA-Z]*c[a-zA-Z]*$|^--command$/.test(word)) takesText = true;
  }
  return undefined;
}

function evaluated([first, ...rest]: readonly string[]): Script | undefined {
  return first === "eval" ? { text: rest.join(" "), args: [], before: [] } : undefined;
}

/** `env -S "program words"`: a command as one word. */
function splitByEnv(words: readonly string[]): Script | undefined {
  const index = words.findIndex((word) => /(^|\/)env$/.test(word));
  const option = index < 0 ? -1 : words.findIndex((word, at) => at > index && /^(-[a-z]*S|--split-string)/.test(word));
  if (option < 0) return undefined;
  const own = (words[option] ?? "").replace(/^(-[a-z]*S|--split-string=?)/, "");
  const rest = words.slice(option + 1).map(quoted);
  return {
    text: [own, ...(own === "" ? [words[option + 1] ?? "", ...rest.slice(1)] : rest)].join(" "),
    args: [],
    before: words.slice(0, index),
  };
}
