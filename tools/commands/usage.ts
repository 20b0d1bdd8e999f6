import type { Command } from "commander";
import { number, print, withClusterOptions } from "../commandLine.js";
import type { UsageOptions } from "../usage/command.js";

export function addUsage(program: Command, folder: string): void {
  const command = program
    .command("usage")
    .description(
      "What tenants used in a month: requests, errors, tokens, dollars and time to the first token, as the gateway counted.",
    );
  withClusterOptions(command, "the stack's, or the current one")
    .option("--stack <stack>", "stack whose gateway counted", "prod")
    .option("--month <month>", "such as 2026-10, in UTC; default: the last whole month")
    .option("--tenant <tenant>", "only this one")
    .option("--prometheus <url>", "default: the stack's own; a bearer token for it is read from PROMETHEUS_TOKEN")
    .option("--timeout <seconds>", "how long an answer of Prometheus may take", number, 60)
    .option("--json", "print everything as JSON (run npm with --silent)", false)
    .option("--csv", "print a table for spreadsheets (run npm with --silent)", false)
    .addHelpText(
      "after",
      `
Reads Prometheus alone. It says how many days of the month Prometheus has data of.

Exit code: 0 fine, 1 Prometheus does not answer, 2 the config or the call is wrong.`,
    )
    .action(async (options: UsageOptions) => {
      const { usage } = await import("../usage/command.js");
      const { terminalWidth } = await import("../preview/table.js");
      const width = terminalWidth(process.env, process.stdout.columns);
      print(await usage(folder, options, { env: process.env, width, now: new Date() }));
    });
}
