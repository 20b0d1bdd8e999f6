/** Commands that a page shows: whether they exist, and which of them are run. */
import { didYouMean, error, listOr, type Problem } from "../../components/config/problems.js";
import type { Block } from "./markdown.js";

/** `npm run <script> -- <arguments>` */
export interface NpmRun {
  script: string;
  arguments: string[];
}

/** A command of a block, with the lines shown as its output. */
export interface Shown {
  command: string;
  output: string[];
}

/** What npm scripts there are, and what each answers to `--help`. */
export interface Scripts {
  /** By name, from package.json. */
  texts: Readonly<Record<string, string>>;
  /** @param subcommands such as `["up"]`; @returns undefined where it has no such subcommand */
  help: (script: string, subcommands: readonly string[]) => string | undefined;
}

/** Scripts that need neither a cluster nor Go nor a download, change no file of the repository and take seconds. */
const RUNNABLE = ["preview", "render", "fit"];
/** Those that change a stack's file, too, where it is a copy. */
const RUNNABLE_ON_COPIES = [...RUNNABLE, "release"];
/** Not run: the check itself needs the packages, and CI runs the tests. */
const GIVEN = ["npm ci", "npm test"];

/** Commands of `sh` lines or of the `$` lines of a console, without comments, `&&` taken apart. */
export function commandsOf({ language, lines }: Block): Shown[] {
  const shown: Shown[] = [];
  for (const line of lines) {
    const typed = language === "console" ? /^\$ (.*)/.exec(line)?.[1] : line;
    if (typed === undefined) shown.at(-1)?.output.push(line);
    else {
      const parts = typed.replace(/(^|\s)#\s.*$/, "").split("&&");
      for (const command of parts.map((part) => part.trim())) if (command !== "") shown.push({ command, output: [] });
    }
  }
  return shown;
}

/** Takes an `npm run` apart; `undefined` for another command, or where placeholders stand for the rest. */
export function npmRun(command: string): NpmRun | undefined {
  const words = command.split(/\s+/);
  if (words[0] !== "npm" || words[1] !== "run") return undefined;
  const rest = words.slice(2).filter((word) => word !== "--silent");
  const [script, separator, ...others] = rest;
  if (script === undefined || script.startsWith("-")) return undefined;
  // npm itself takes options that stand before `--`.
  return { script, arguments: separator === "--" ? others.filter((word) => !/^[>|]/.test(word)) : [] };
}

/** @param onCopy it runs in a folder of its own, with a copy of a stack's file */
export function isRunnable(command: string, onCopy = false): boolean {
  const run = npmRun(command);
  const scripts = onCopy ? RUNNABLE_ON_COPIES : RUNNABLE;
  return run !== undefined && /^[\w\s:./=,-]*$/.test(command) && scripts.includes(run.script);
}

export function isGiven(command: string): boolean {
  return GIVEN.includes(command);
}

/** Whether script, subcommands and options of an `npm run` exist. */
export function checkNpmRun(at: string, run: NpmRun, { texts, help }: Scripts): Problem[] {
  const names = Object.keys(texts);
  if (!names.includes(run.script)) {
    return [error(at, `package.json has no script "${run.script}"${didYouMean(run.script, names)}`)];
  }
  const ownProgram = /^node --import tsx /.test(texts[run.script]!);
  if (!ownProgram || run.arguments.length === 0) return [];
  const first = run.arguments.slice(0, 1).filter((word) => !word.startsWith("--"));
  const subcommands = /^ {2}help \[command\]/m.test(help(run.script, []) ?? "") ? first : [];
  const text = help(run.script, subcommands);
  const called = [run.script, ...subcommands].join(" ");
  if (text === undefined) return [error(at, `npm run ${run.script} has no command "${subcommands.join(" ")}"`)];
  const known = [...text.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option);
  return run.arguments
    .filter((word) => word.startsWith("--"))
    .map((word) => word.split("=")[0]!)
    .filter((option) => !known.includes(option))
    .map((option) => error(at, `npm run ${called} has no option ${option}: it has ${listOr([...new Set(known)])}`));
}
