/** What a container runs, seen through `sh -c` and through references to its own environment. */
import type { Container } from "../pods/workloads.js";

const SHELL = /(^|\/)(ba|da|a|z|k)?sh$/;
/** Between words of a script: what ends one command and starts the next. */
const SEPARATOR = /[;&|\n()]/;

/** The commands that a container starts, each as its words; one, unless it runs a shell script given as text. */
export function commandsOf(container: Container): string[][] {
  const words = [...container.command, ...container.args].map((word) => expand(word, container, /\$\((\w+)\)/g));
  const shell = words.findIndex((word) => SHELL.test(word));
  const flag = words.findIndex((word, index) => index > shell && /^-[a-z]*c$/.test(word));
  const script = words[flag + 1];
  // A shell may follow an init such as `tini --`; options such as `-o pipefail` may stand before `-c`.
  if (shell < 0 || shell > 2 || flag < 0 || flag > shell + 4 || script === undefined) return [words];
  return splitScript(expand(script, container, /\$\{?(\w+)\}?/g));
}

/** Variables that commands set for themselves: `NAME=value program`, `env NAME=value program`, `export NAME=value`. */
export function assignmentsOf(container: Container): Array<{ name: string; value: string }> {
  return commandsOf(container)
    .flat()
    .flatMap((word) => {
      const { name, value } = /^(?<name>[A-Za-z_]\w*)=(?<value>[^]*)$/.exec(word)?.groups ?? {};
      return name === undefined || value === undefined ? [] : [{ name, value }];
    });
}

/** Puts in the values that the container's environment states as text; other references stay as they are. */
function expand(word: string, container: Container, reference: RegExp): string {
  return word.replace(reference, (original, name: string) => container.environmentValue(name) ?? original);
}

/** Splits a shell script into commands and words: quotes, escapes and line continuations, but no expansion. */
export function splitScript(script: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let i = 0; i < script.length; i++) {
    const char = script.charAt(i);
    if (char === "\\") {
      const next = script.charAt(++i);
      if (next !== "\n") word = (word ?? "") + next;
    } else if (char === "'" || char === '"') {
      const end = closingQuote(script, i);
      const quoted = script.slice(i + 1, end);
      word = (word ?? "") + (char === '"' ? quoted.replace(/\\([\\"$`])/g, "$1") : quoted);
      i = end;
    } else if (char === "$" && script.charAt(i + 1) === "(") {
      const end = script.indexOf(")", i);
      const stop = end < 0 ? script.length - 1 : end;
      word = (word ?? "") + script.slice(i, stop + 1);
      i = stop;
    } else if (char === "#" && word === undefined) {
      const end = script.indexOf("\n", i);
      i = (end < 0 ? script.length : end) - 1;
    } else if (SEPARATOR.test(char)) {
      endCommand();
    } else if (/\s/.test(char)) {
      endWord();
    } else {
      word = (word ?? "") + char;
    }
  }
  endCommand();
  return commands;
}

function closingQuote(script: string, start: number): number {
  const quote = script.charAt(start);
  for (let i = start + 1; i < script.length; i++) {
    if (quote === '"' && script.charAt(i) === "\\") i++;
    else if (script.charAt(i) === quote) return i;
  }
  return script.length;
}
