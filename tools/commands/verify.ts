import type { Command } from "commander";
import { number, print, withClusterOptions } from "../commandLine.js";
import type { VerifyOptions } from "../verify/command.js";

const LINGER_MS = 1000;

/** Gathers an option that is given several times. */
function also(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

export function addVerify(program: Command, folder: string): void {
  const command = program
    .command("verify")
    .description("After an update: whether what runs in the stack's cluster is what its config says, and works.")
    .argument("[stack]", "stack to verify", "staging");
  withClusterOptions(command, "the stack's, or the current one")
    .option("--only <model>", "only this model, and nothing of the stack's own; can be given again", also)
    .option("--prometheus <url>", "default: the stack's own; a bearer token for it is read from PROMETHEUS_TOKEN")
    .option("--probe", "let a Job outside try to connect to the models, which has to fail", false)
    .option("--probe-namespace <namespace>", "where the Job runs", "default")
    .option("--timeout <seconds>", "how long a check may take", number, 60)
    .option("--quiet", "print what failed or was skipped, and the number of what passed", false)
    .option("--json", "print everything as JSON (run npm with --silent)", false)
    .option("--junit <file>", "write the results there as JUnit XML, too")
    .addHelpText(
      "after",
      `
Reads, and asks each release one question. Only --probe makes something, a Job, and removes it. What may not be read is skipped
with the reason: docs/verify.md has the roles.

Exit code: 0 nothing failed, 1 a check failed or the cluster cannot be reached, 2 the config or the call is wrong.`,
    )
    .action(async (stack: string, options: VerifyOptions) => {
      const { verify } = await import("../verify/command.js");
      const { terminalWidth } = await import("../preview/table.js");
      const width = terminalWidth(process.env, process.stdout.columns);
      print(await verify(folder, stack, options, { env: process.env, width, now: new Date() }));
      // A connection that nobody answers would keep the process.
      setTimeout(() => process.exit(), LINGER_MS).unref();
    });
}
