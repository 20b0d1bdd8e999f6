import type { Command } from "commander";
import { number, type Outcome, print, withClusterOptions } from "../commandLine.js";
import type { NextOptions, ReleaseOptions, StepCommandOptions } from "../release/command.js";

const LINGER_MS = 1000;

export function addRelease(program: Command, folder: string): void {
  const command = program
    .command("release")
    .description("A model's rollout: where it is, its next step, and the way back, as edits of the stack's file.");
  const subcommand = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .argument("<model>", "the model's name in vllm:models")
      .option("--stack <stack>", "stack whose file is read and changed", "staging")
      .option("--json", "print everything as JSON (run npm with --silent)", false);
  const looking = (one: Command): Command =>
    withClusterOptions(one, "the stack's, or the current one")
      .option("--prometheus <url>", "default: the stack's own; a bearer token for it is read from PROMETHEUS_TOKEN")
      .option("--timeout <seconds>", "how long a request may take", number, 30);
  const stepping = (one: Command, release: string): Command =>
    one.option("--release <release>", release).option("--dry-run", "show the change without writing it", false);

  looking(subcommand("status", "Stage, shares, replicas, and how the release on its way compares.")).action(
    async (model: string, options: ReleaseOptions) => {
      const { status } = await import("../release/command.js");
      finish(await status(folder, model, options, { env: process.env }));
    },
  );
  looking(
    stepping(
      subcommand("next", "The next of parallel, shadow, 5, 25 and 100 %, if the comparison is within bounds."),
      "the release on its way, where several have no requests",
    ),
  )
    .option("--skip-shadow", "go to 5 % at once", false)
    .option("--force", "take the step against the comparison", false)
    .option("--reason <text>", "why, for --force; it is written into the route")
    .option("--evaluate <command>", "command that has to exit 0; it gets STABLE_URL, CANARY_URL and more")
    .option("--evaluate-timeout <seconds>", "how long it may take", number, 1800)
    .action(async (model: string, options: NextOptions) => {
      const { next } = await import("../release/command.js");
      finish(await next(folder, model, options, { env: process.env }));
    });
  stepping(
    subcommand("back", "All requests to the release that was stable, in one step from any stage."),
    "the release to go back to, where the route names none",
  ).action(async (model: string, options: StepCommandOptions) => {
    const { back } = await import("../release/command.js");
    finish(back(folder, model, options));
  });
  command.addHelpText(
    "after",
    `
Changes Pulumi.<stack>.yaml, shows the change, and applies nothing. docs/releases.md has the whole path.

Exit code: 0 fine, 1 the step is refused or there is none, 2 the config or the call is wrong.`,
  );
}

function finish(outcome: Outcome): void {
  print(outcome);
  // A connection that nobody answers would keep the process.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}
