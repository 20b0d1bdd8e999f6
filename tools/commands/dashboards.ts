import type { Command } from "commander";
import { print } from "../commandLine.js";

export function addDashboards(program: Command, folder: string): void {
  program
    .command("dashboards")
    .description(
      "Draw the pictures of docs/dashboards.md: every panel from the answers of a real Prometheus on a simulated stack.",
    )
    .addHelpText(
      "after",
      `
Builds Prometheus the first time, as npm run local does. Nothing else is started, and no cluster is asked.

Exit code: 0 fine, 1 a query is wrong or Prometheus did not start.`,
    )
    .action(async () => {
      const { drawDashboards } = await import("../dashboards/command.js");
      print(await drawDashboards(folder, (line) => process.stderr.write(`${line}\n`)));
    });
}
