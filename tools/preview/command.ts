import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { printableJson } from "../../components/config/printable.js";
import { loadStacks } from "../loadStack.js";
import { type PolicyConfig, readPolicyConfig } from "../policyRunner.js";
import { diffStack, diffText, readEarlier } from "./diff.js";
import { judgeStack } from "./judge.js";
import { isRefused, type StackReport, stackReport } from "./report.js";
import { stackText } from "./text.js";

export interface PreviewOptions {
  /** Print the report as JSON. */
  json: boolean;
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
  const earlier = options.diff === undefined ? undefined : readEarlier(options.diff);
  const loaded = loadStacks(folder, stacks);
  const levels = stacks.map((stack) => policyLevels(folder, stack));
  const reports: StackReport[] = [];
  for (const [index, stack] of loaded.entries()) {
    const { config: levelConfig, file: levelFile } = levels[index]!;
    const { resources, violations } = await judgeStack(stack, levelConfig);
    reports.push(stackReport(stack.file.stack, stack.config, resources, violations, stack.warnings, levelFile));
  }
  const diffs =
    earlier &&
    reports.map((report) =>
      diffStack(
        earlier.find(({ stack }) => stack === report.stack),
        report,
      ),
    );
  const text = options.json
    ? printableJson(JSON.stringify({ stacks: reports, ...(diffs !== undefined && { diffs }) }, null, 2))
    : reports
        .map((report, index) =>
          [...(diffs === undefined ? [] : [diffText(diffs[index]!)]), stackText(report)].join("\n\n"),
        )
        .join("\n\n\n");
  return { text, exitCode: reports.some(isRefused) ? 1 : 0 };
}
