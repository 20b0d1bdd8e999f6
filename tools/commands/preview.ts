import type { Command } from "commander";
import { print } from "../commandLine.js";
import { allStacks, distinct } from "./stacks.js";

export function addPreview(program: Command, folder: string): void {
  program
    .command("preview")
    .description("Run the program and the policies offline; print resources, contracts, fit, cost and violations.")
    .argument("[stacks...]", "stacks to preview", ["staging"])
    .option("--all", "every stack that has a file here", false)
    .option("--json", "print the report as JSON, for --diff and for tools (run npm with --silent)", false)
    .option("--diff <file>", "compare with what an earlier --json wrote")
    .addHelpText(
      "after",
      "\nExit code: 0 fine, 1 a mandatory policy is broken or a rule failed, 2 the config or the call is wrong.",
    )
    .action(async (stacks: string[], options: { all: boolean; json: boolean; diff?: string }) => {
      const { preview } = await import("../preview/command.js");
      const { all, json, diff } = options;
      const chosen = all ? allStacks(folder) : distinct(stacks);
      print(await preview(folder, chosen, { json, ...(diff !== undefined && { diff }) }));
    });
}
