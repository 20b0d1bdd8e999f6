import { printableJson } from "../../components/config/printable.js";
import { append, type Problem } from "../../components/config/problems.js";
import { rules } from "../../policies/rules/index.js";
import { BadInput } from "../failure.js";
import { type PolicyConfig, readPolicyConfig } from "../policyRunner.js";
import { readResources } from "./inputs.js";
import { judgeReport, type JudgeReport } from "./report.js";
import { judgeSarif } from "./sarif.js";
import { judgeText } from "./text.js";

/** How a judgement is printed: for a terminal, for programs, for code scanning. */
export type Format = "text" | "json" | "sarif";

export interface JudgeOptions {
  format: Format;
  /** File of the rules' levels. @default each rule's own level */
  config?: string;
  /** Columns of the terminal. */
  width: number;
  /** The folder that the command runs in. */
  folder: string;
  /** All of standard input. */
  readInput: () => Promise<string>;
}

/**
 * Judges resources by the rules of the pack.
 *
 * @param files with Kubernetes objects, the output of `pulumi preview --json` or a list of resources; folders; `-`
 * @returns what to print, and the exit code: 1 when a mandatory rule is broken
 * @throws BadInput with every problem of what is to be judged, and of the level file
 */
export async function judge(
  files: readonly string[],
  options: JudgeOptions,
): Promise<{ text: string; exitCode: 0 | 1 }> {
  const problems: Problem[] = [];
  const levels = await told(() => levelsOf(options.config), problems);
  const resources = await told(() => readResources(files, options.readInput), problems);
  if (levels === undefined || resources === undefined) throw new BadInput(problems);
  const report = await judgeReport(resources, levels);
  const isRefused = report.violations.some(({ level }) => level === "mandatory");
  return { text: printedAs(report, options), exitCode: isRefused ? 1 : 0 };
}

function levelsOf(file: string | undefined): PolicyConfig {
  return file === undefined ? {} : readPolicyConfig(file);
}

/** What `act` gives; `undefined` where it has problems to tell. */
async function told<T>(act: () => T | Promise<T>, problems: Problem[]): Promise<T | undefined> {
  try {
    return await act();
  } catch (thrown) {
    if (!(thrown instanceof BadInput) || thrown.problems.length === 0) throw thrown;
    append(problems, thrown.problems);
    return undefined;
  }
}

function printedAs(report: JudgeReport, { format, config, width, folder }: JudgeOptions): string {
  if (format === "text") return judgeText(report, config, width);
  return printableJson(JSON.stringify(format === "json" ? report : judgeSarif(report, rules, folder), null, 2));
}
