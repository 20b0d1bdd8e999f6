/** Reads shell scripts as far as it takes to see which programs they start. */

/** Between words of a script: what ends one command and starts the next. */
const SEPARATOR = /[;&|\n()]/;
const ASSIGNMENT = /^(?<name>[A-Za-z_]\w*)(?<more>\+)?=(?<value>[^]*)$/;
/** Commands whose words are assignments. */
const DECLARING = ["export", "local", "declare", "readonly", "typeset"];
/** `NAME=(one two)`, which no script of a manifest nests. */
const ARRAY = /(?<=^|[\s;&|(])(?<name>[A-Za-z_]\w*)(?<more>\+)?=\((?<items>[^()]*)\)/g;
/** `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME[@]}`, `$@` and `$1`. */
const REFERENCE = /\$(?:\{(?<long>\w+|[@*])(?:\[[@*]\])?(?::?[-=](?<fallback>[^{}]*))?\}|(?<short>\w+|[@*]))/g;
/** A reference alone in quotes, which stays one word; of a list, as many as it has. */
const QUOTED = /"\$(?:\{(?<long>\w+|@)(?<all>\[@\])?\}|(?<short>\w+|@))"/g;
/** How often values that name other values are put in. */
const MOST_ROUNDS = 4;
/** The most that values may add to a script: those that name themselves would grow without an end. */
const LONGEST = 20_000;

/** The value of a variable, or of a number or `@`, which stand for the script's arguments. */
export type Lookup = (name: string) => string | undefined;

/** The commands of a script, each as its words, with the values of variables that it sets itself or that `lookup` knows. */
export function commandsIn(script: string, lookup: Lookup): string[][] {
  const { text: withoutArrays, arrays } = takeArrays(script);
  let text = withoutArrays;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const own = assignmentsIn(splitScript(text));
    const expanded = expand(text, (name) => own.get(name) ?? arrays.get(name) ?? lookup(name));
    if (expanded === text) break;
    text = expanded;
  }
  return splitScript(text);
}

/** Variables that commands set: `NAME=value program`, `NAME=value`, `export NAME=value`. */
function assignmentsIn(commands: readonly string[][]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [first = "", ...rest] of commands) {
    for (const word of DECLARING.includes(first) ? rest : [first]) {
      const { name, more, value = "" } = ASSIGNMENT.exec(word)?.groups ?? {};
      if (name !== undefined) found.set(name, more === undefined ? value : (found.get(name) ?? "") + value);
    }
  }
  return found;
}

/** Takes arrays out of a script: their parentheses would be taken for those of commands. */
function takeArrays(script: string): { text: string; arrays: Map<string, string> } {
  const arrays = new Map<string, string>();
  const text = script.replace(ARRAY, (...match) => {
    const { name, more, items } = match.at(-1) as { name: string; more?: string; items: string };
    arrays.set(name, more === undefined ? items : `${arrays.get(name) ?? ""} ${items}`);
    return "";
  });
  return { text, arrays };
}

/** References to values that nobody knows stay as they are. */
function expand(script: string, anyLength: Lookup): string {
  let left = LONGEST;
  const lookup: Lookup = (name) => {
    const value = anyLength(name);
    if (value === undefined || value.length > left) return undefined;
    left -= value.length;
    return value;
  };
  const whole = script.replace(QUOTED, (...match) => {
    const { long, all, short } = match.at(-1) as { long?: string; all?: string; short?: string };
    const name = long ?? short ?? "";
    const value = lookup(name);
    if (value === undefined) return String(match[0]);
    return all !== undefined || isArgument(name) ? value : quoted(value);
  });
  return whole.replace(REFERENCE, (...match) => {
    const { long, short, fallback } = match.at(-1) as { long?: string; short?: string; fallback?: string };
    return lookup(long ?? short ?? "") ?? fallback ?? String(match[0]);
  });
}

/** The values of `$0`, `$1` and `$@` in a script that is given arguments, each of which stays one word. */
export function argumentLookup(args: readonly string[], otherwise: Lookup): Lookup {
  return (name) => {
    if (!isArgument(name)) return otherwise(name);
    if (name === "@" || name === "*") return args.slice(1).map(quoted).join(" ");
    const word = args[Number(name)];
    return word === undefined ? undefined : quoted(word);
  };
}

function isArgument(name: string): boolean {
  return /^(\d+|[@*])$/.test(name);
}

/** A word as a script writes it, so that it stays one. */
export function quoted(word: string): string {
  return /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Splits a shell script into commands and words: quotes, escapes, line continuations and substituted commands, but no expansion. */
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
    } else if (char === "`" || (char === "$" && script.charAt(i + 1) === "(")) {
      const stop = char === "`" ? closingQuote(script, i) : closingParenthesis(script, i + 1);
      word = (word ?? "") + script.slice(i, stop + 1);
      // What it runs is a command, too.
      commands.push(...splitScript(script.slice(char === "`" ? i + 1 : i + 2, stop)));
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
    if (quote !== "'" && script.charAt(i) === "\\") i++;
    else if (script.charAt(i) === quote) return i;
  }
  return script.length;
}

function closingParenthesis(script: string, start: number): number {
  let open = 0;
  for (let i = start; i < script.length; i++) {
    const char = script.charAt(i);
    if (char === "'" || char === '"') i = closingQuote(script, i);
    else if (char === "(") open++;
    else if (char === ")" && --open === 0) return i;
  }
  return script.length;
}
