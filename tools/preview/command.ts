import { existsSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { printableJson } from "../../components/config/printable.js";
import { error, listOr } from "../../components/config/problems.js";
import { statedExceptions } from "../exceptions.js";
import { BadInput } from "../failure.js";
import { loadStacks } from "../loadStack.js";
import { type PolicyConfig, readPolicyConfig } from "../policyRunner.js";
import { diffStack, diffText, type EarlierReport, readEarlier, type StackDiff } from "./diff.js";
import { previewPage } from "./html.js";
import { judgeStack } from "./judge.js";
import { previewMarkdown } from "./markdown.js";
import { policyInput } from "./policyInput.js";
import { isRefused, REPORT_VERSION, type StackReport, stackReport } from "./report.js";
import { stackText } from "./text.js";

/** How a preview is printed: for a terminal, for programs, as a comment on a pull request. */
export type Format = "text" | "json" | "markdown";

export interface PreviewOptions {
  format: Format;
  /** Columns of the terminal. @default as wide as the tables are */
  width?: number;
  /** File to write a page to, too. */
  html?: string;
  /** File of an earlier `--json`. */
  diff?: string;
}

/** The levels of a stack's policies, where it has a file for them. */
function policyLevels(folder: string, stack: string): { config: PolicyConfig; file?: string } {
  const file = join(folder, "policies", "config", `${stack}.json`);
  return existsSync(file) ? { config: readPolicyConfig(file), file: relative(folder, file) } : { config: {} };
}

/**
 * Previews stacks without Pulumi's CLI.
 *
 * @returns what to print, and the exit code: 1 when a mandatory rule is broken
 * @throws ContractError, PolicyConfigError with every problem of the config
 */
export async function preview(
  folder: string,
  stacks: readonly string[],
  options: PreviewOptions,
): Promise<{ text: string; exitCode: 0 | 1 }> {
  const earlier = options.diff === undefined ? undefined : earlierOf(stacks, options.diff);
  const loaded = loadStacks(folder, stacks);
  const levels = stacks.map((stack) => policyLevels(folder, stack));
  const reports: StackReport[] = [];
  for (const [index, stack] of loaded.entries()) {
    const { config: levelConfig, file: levelFile } = levels[index]!;
    const { resources, violations } = await judgeStack(stack, levelConfig);
    const exceptions = statedExceptions(resources.map(policyInput), levelConfig);
    reports.push(
      stackReport(stack.file.stack, stack.config, resources, violations, stack.warnings, levelFile, exceptions),
    );
  }
  const diffs =
    earlier &&
    reports.map((report) =>
      diffStack(
        earlier.find(({ stack }) => stack === report.stack),
        report,
      ),
    );
  if (options.html !== undefined) writeFileSync(resolve(folder, options.html), previewPage(reports, diffs));
  return { text: printedAs(options, reports, diffs), exitCode: reports.some(isRefused) ? 1 : 0 };
}

/** The earlier reports. @throws BadInput where none is of a stack that is previewed: all of it would seem to be new */
function earlierOf(stacks: readonly string[], file: string): EarlierReport[] {
  const earlier = readEarlier(file);
  if (earlier.some(({ stack }) => stacks.includes(stack))) return earlier;
  const there = earlier.length === 0 ? "of no stack" : `of ${listOr(earlier.map(({ stack }) => stack))}`;
  throw new BadInput([
    error(file, `is ${there}, and the preview is of ${listOr(stacks)}: give what --json printed of the same stack`),
  ]);
}

function printedAs(
  { format, width }: PreviewOptions,
  reports: readonly StackReport[],
  diffs: readonly StackDiff[] | undefined,
): string {
  if (format === "json") {
    const whole = { version: REPORT_VERSION, stacks: reports, ...(diffs !== undefined && { diffs }) };
    return printableJson(JSON.stringify(whole, null, 2));
  }
  if (format === "markdown") return previewMarkdown(reports, diffs);
  const texts = reports.map((report, index) =>
    [...(diffs === undefined ? [] : [diffText(diffs[index]!)]), stackText(report, width)].join("\n\n"),
  );
  return texts.join("\n\n\n");
}
