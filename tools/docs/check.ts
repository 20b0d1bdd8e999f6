/** Every check of the project's Markdown: blocks by their language, commands in the text, links. */
import { counted, error, formatProblem, listOr, type Problem, quote } from "../../components/config/problems.js";
import { checkNpmRun, commandsOf, isGiven, isRunnable, npmRun, type Scripts } from "./commands.js";
import { checkLinks, type Pages, type Targets } from "./links.js";
import { checkManifests } from "./manifests.js";
import { type Block, blocksOf, inlineCode } from "./markdown.js";
import { missingLines } from "./outputs.js";
import { checkPart } from "./part.js";
import { checkYaml, type Whole } from "./yaml.js";

/** What a command printed, standard error included. */
export interface Printed {
  text: string;
  exitCode: number;
}

/** The project and its commands, as the checks ask them. */
export interface Project extends Targets {
  pages: Pages;
  scripts: Scripts;
  /** A stack config that is right. */
  config: Whole;
  /** The text of a file of the project; `undefined` where there is none. */
  read: (path: string) => string | undefined;
  /** @param stackFile runs the command where this file is the staging stack's */
  run: (command: string, stackFile?: string) => Printed;
  checkTypeScript: (blocks: readonly Block[]) => Problem[];
  /** @throws where a text is no policy level file */
  readLevels: (json: string) => void;
}

const LANGUAGES = ["console", "json", "mermaid", "python", "sh", "text", "ts", "yaml"];
/** A block that is not run or compared, with the reason. */
const LEFT_OUT = /^not (run|checked): \S/;

export function checkDocs(project: Project): Problem[] {
  const blocks = [...project.pages].flatMap(([file, text]) => blocksOf(file, text));
  return [
    ...checkLinks(project.pages, project),
    ...[...project.pages].flatMap(([file, text]) =>
      inlineCode(file, text).flatMap(({ at, code }) => checkName(at, code, project)),
    ),
    ...blocks.flatMap((block) => checkBlock(block, project)),
    ...project.checkTypeScript(blocks.filter(({ language, mark = "" }) => language === "ts" && !LEFT_OUT.test(mark))),
  ];
}

function checkBlock(block: Block, project: Project): Problem[] {
  switch (block.language) {
    case "sh":
    case "console":
      return checkCommands(block, project);
    case "text":
      return checkText(block, project);
    case "yaml":
      return checkAnyYaml(block, project);
    case "json":
      return checkJson(block, project);
    case "python":
      return LEFT_OUT.test(block.mark ?? "")
        ? []
        : [error(block.at, "Python is not run by this check: mark the block <!-- not run: <reason> -->")];
    // Pictures are for whoever reads the page on GitHub; all TypeScript is checked in one go.
    case "mermaid":
    case "ts":
      return [];
    default:
      return [error(block.at, `the block's language is ${quote(block.language)}: use ${listOr(LANGUAGES)}`)];
  }
}

/** Stack config, a part of a file that the mark names, or Kubernetes objects. */
function checkAnyYaml(block: Block, { config, read }: Project): Problem[] {
  const [, file] = /^part of (\S+)$/.exec(block.mark ?? "") ?? [];
  if (file !== undefined) return checkPart(block, file, read(file));
  return block.mark === "check: manifests" ? checkManifests(block) : checkYaml(block, config);
}

function checkName(at: string, command: string, { scripts }: Project): Problem[] {
  const run = npmRun(command);
  return run === undefined ? [] : checkNpmRun(at, run, scripts);
}

function checkCommands(block: Block, project: Project): Problem[] {
  const { at, mark = "" } = block;
  return commandsOf(block).flatMap(({ command, output }) => {
    const problems = checkName(at, command, project);
    if (problems.length > 0 || LEFT_OUT.test(mark) || isGiven(command)) return problems;
    if (!isRunnable(command)) {
      return [error(at, `"${command}" is not run by this check: mark the block <!-- not run: <reason> -->`)];
    }
    const printed = project.run(command);
    if (printed.exitCode !== 0) {
      return [error(at, `"${command}" exits with ${printed.exitCode}:`, printed.text.trim().split("\n"))];
    }
    return output.length === 0 ? [] : compare(at, command, output, printed);
  });
}

/** The mark says which command prints the text: `output: <command>`, or `output with <stack file>: <command>`. */
function checkText({ at, lines, mark = "" }: Block, project: Project): Problem[] {
  if (LEFT_OUT.test(mark)) return [];
  if (mark === "check: paths") {
    const paths = lines.flatMap((line) => /^(\S+\/) /.exec(line)?.[1] ?? []);
    return paths.filter((path) => !project.exists(path)).map((path) => error(at, `there is no ${path}`));
  }
  const [, stackFile, command] = /^output(?: with (\S+))?: (.+)$/.exec(mark) ?? [];
  if (command === undefined) {
    return [error(at, "a text needs a mark: <!-- output: <command> -->, or <!-- not checked: <reason> -->")];
  }
  if (!isRunnable(command, stackFile !== undefined)) return [error(at, `"${command}" is not run by this check`)];
  return compare(at, command, lines, project.run(command, stackFile));
}

function compare(at: string, command: string, shown: readonly string[], { text }: Printed): Problem[] {
  const missing = missingLines(shown, text);
  if (missing === undefined) return [];
  const lines = [...missing, "It prints:", ...text.trimEnd().split("\n")];
  return [error(at, `"${command}" does not print these lines as shown:`, lines)];
}

function checkJson({ at, lines, mark = "" }: Block, { readLevels }: Project): Problem[] {
  try {
    if (mark === "check: levels") readLevels(lines.join("\n"));
    else JSON.parse(lines.join("\n"));
    return [];
  } catch (thrown) {
    return [error(at, `is wrong: ${(thrown as Error).message}`)];
  }
}

/** What the command prints: every problem, or that there is none. */
export function resultText(problems: readonly Problem[], pages: number): string {
  if (problems.length === 0) return `${pages} pages: every block, command and link is right`;
  return [`${counted(problems.length, "problem")}:`, ...problems.map(formatProblem)].join("\n");
}
