import { type Command, Option } from "commander";
import { print } from "../commandLine.js";
import type { Format } from "../preview/command.js";
import { allStacks, distinct } from "./stacks.js";

const FORMATS: readonly Format[] = ["text", "json", "markdown"];

interface Options {
  all: boolean;
  json: boolean;
  format: Format;
  html?: string;
  diff?: string;
}

export function addPreview(program: Command, folder: string): void {
  program
    .command("preview")
    .description("Run the program and the policies offline; print resources, contracts, fit, cost and violations.")
    .argument("[stacks...]", "stacks to preview", ["staging"])
    .option("--all", "every stack that has a file here", false)
    .addOption(
      new Option("--format <format>", "text, json (as --json) or markdown, for a comment on a pull request")
        .choices(FORMATS)
        .default("text"),
    )
    .option("--json", "print the report as JSON, for --diff and for tools (run npm with --silent)", false)
    .option("--html <file>", "write a page to look at, too; it needs no network")
    .option("--diff <file>", "compare with what an earlier --json wrote")
    .addHelpText(
      "after",
      "\nExit code: 0 fine, 1 a mandatory policy is broken or a rule failed, 2 the config or the call is wrong.",
    )
    .action(async (stacks: string[], { all, json, format, ...files }: Options) => {
      const { preview } = await import("../preview/command.js");
      const { terminalWidth } = await import("../preview/table.js");
      const chosen = all ? allStacks(folder) : distinct(stacks);
      const width = terminalWidth(process.env, process.stdout.columns);
      print(await preview(folder, chosen, { format: json ? "json" : format, width, ...files }));
    });
}
