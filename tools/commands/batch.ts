import type { Command } from "commander";
import { number, print, report } from "../commandLine.js";
import type { FetchOptions, StatusOptions } from "../batch/command.js";
import type { SubmitOptions, Terminal } from "../batch/submit.js";

const EXIT_CODES =
  "\nExit code: 0 fine, 1 the run has failed, is not ready or could not be reached, 2 the input, the config or the call is wrong.";

export function addBatch(program: Command, folder: string): void {
  const batch = program
    .command("batch")
    .description("Runs of a stack's batches, in the cluster that it is deployed to: docs/batch.md.");
  addSubmit(batch, folder);
  addStatus(batch, folder);
  addFetch(batch, folder);
  addCancel(batch, folder);
}

/** A command with the options by which each finds its cluster. */
function subcommand(batch: Command, name: string, description: string): Command {
  return batch
    .command(name)
    .description(description)
    .argument("<stack>", "stack that has the batch")
    .option("--kubeconfig <file>", "default: KUBECONFIG, or ~/.kube/config")
    .option("--context <name>", "context of the kubeconfig; default: the stack's, or the current one")
    .addHelpText("after", EXIT_CODES);
}

function addSubmit(batch: Command, folder: string): void {
  subcommand(
    batch,
    "submit",
    "Check a file of requests, upload it and start a run; one of the same name goes on where it stopped.",
  )
    .argument("<batch>", "key in vllm:batch")
    .option(
      "--input <file>",
      "JSON Lines in the OpenAI batch format, or - for standard input; default: the config's input",
    )
    .option("--name <run>", "name of the run; default: by the time")
    .option("--watch", "follow it until it has ended", false)
    .option("--timeout <seconds>", "how long to wait for the pod that moves files", number, 300)
    .action(async (stack: string, name: string, options: SubmitOptions) => {
      const { submit } = await import("../batch/submit.js");
      print(await submit(folder, stack, name, options, terminal()));
    });
}

function addStatus(batch: Command, folder: string): void {
  subcommand(
    batch,
    "status",
    "Show runs: shards, lines, rate, time left, interruptions survived, and about what they have cost.",
  )
    .argument("[name]", "a batch, or a run of one; default: all")
    .option("--watch", "follow the run that goes on, until it has ended", false)
    .option("--json", "print JSON, for scripts (run npm with --silent)", false)
    .action(async (stack: string, name: string | undefined, options: Omit<StatusOptions, "width">) => {
      const { status } = await import("../batch/command.js");
      const { terminalWidth } = await import("../preview/table.js");
      const width = terminalWidth(process.env, process.stdout.columns);
      print(await status(folder, stack, name, { ...options, width }, terminal()));
    });
}

function addFetch(batch: Command, folder: string): void {
  subcommand(batch, "fetch", "Download what a run has answered, in the order of its input, and check it.")
    .argument("<run>", "run, or <batch>/<run>")
    .option("--out <file>", "write the answers there: JSON Lines in the OpenAI batch format")
    .option("--errors <file>", "write the lines of the input that were no request there, with their numbers")
    .option("--report <file>", "write the counts there, as JSON")
    .option("--timeout <seconds>", "how long to wait for the pod that moves files", number, 300)
    .action(async (stack: string, run: string, options: FetchOptions) => {
      const { fetchRun } = await import("../batch/command.js");
      print(await fetchRun(folder, stack, run, options, terminal()));
    });
}

function addCancel(batch: Command, folder: string): void {
  subcommand(batch, "cancel", "End a run; what it has answered stays, and it can go on later.")
    .argument("<run>", "run, or <batch>/<run>")
    .option("--yes", "do not ask", false)
    .action(async (stack: string, run: string, options: { yes: boolean }) => {
      const { cancel } = await import("../batch/command.js");
      print(await cancel(folder, stack, run, options, terminal()));
    });
}

/** Between two looks at a run. */
const EVERY_SECONDS = 5;
/** Lines of progress in a log, where none can be replaced. */
const LOG_EVERY_SECONDS = 60;

function terminal(): Terminal {
  const { stderr, stdin } = process;
  const isTerminal = stderr.isTTY === true;
  const show = (line: string): void => void stderr.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
  const ended = (line: string): void => {
    if (isTerminal) stderr.write("\r\x1b[K");
    report(line);
  };
  return { report: ended, show, input: stdin, everySeconds: isTerminal ? EVERY_SECONDS : LOG_EVERY_SECONDS };
}
