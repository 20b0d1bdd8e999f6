/** Shared by all commands: how results and problems are printed, and the exit codes. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { printableLines } from "../components/config/printable.js";
import { ContractError, counted, type Problem, problemLines } from "../components/config/problems.js";
import { colours as pc } from "./colours.js";
import { BadInput, EXIT, Failure } from "./failure.js";

/** What a command prints, and its exit code. */
export interface Outcome {
  text: string;
  exitCode: typeof EXIT.fine | typeof EXIT.failed;
}

/** The program, without commands yet. */
export function commandLine(description: string): Command {
  return (
    new Command("pulumi-vllm")
      .description(description)
      .exitOverride()
      // Commander repeats the arguments in its messages.
      .configureOutput({ outputError: (text, write) => write(printableLines(text)) })
      .showHelpAfterError("(--help shows what is possible)")
  );
}

export function print({ text, exitCode }: Outcome): void {
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCode;
}

/** Progress goes to standard error, so that a pipe gets the result alone. */
export function report(line: string): void {
  process.stderr.write(`${pc.dim(printableLines(line))}\n`);
}

/** An argument that is a number of 0 or more. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("It has to be 0 or more.");
  return value;
}

/** The options by which a command finds its cluster. @param context its default, in words */
export function withClusterOptions(command: Command, context = "its current one"): Command {
  return command
    .option("--kubeconfig <file>", "default: KUBECONFIG, else ~/.kube/config")
    .option("--context <name>", `context of the kubeconfig; default: ${context}`);
}

/** A folder that cannot be written, a disk that is full. */
function isFileSystemError(thrown: Error): boolean {
  return "syscall" in thrown && "path" in thrown;
}

function problemsText(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.filter(({ severity }) => severity === "warning");
  return [
    pc.red(`${counted(errors.length, "problem")}, nothing was done:`),
    ...problemLines(errors).map((line) => `  ${line}`),
    ...problemLines(warnings).map((line) => pc.yellow(`  warning: ${line}`)),
  ].join("\n");
}

interface Said {
  text: string;
  exitCode: Failure["exitCode"];
}

/** Text and exit code for an error; `undefined` for a bug of ours. */
export function saidOf(thrown: unknown): Said | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const message = pc.red(printableLines(thrown.message));
  if (thrown instanceof ContractError) return { text: problemsText(thrown.problems), exitCode: EXIT.badInput };
  if (thrown instanceof BadInput && thrown.problems.length > 0)
    return { text: problemsText(thrown.problems), exitCode: thrown.exitCode };
  if (thrown instanceof Failure) return { text: message, exitCode: thrown.exitCode };
  return isFileSystemError(thrown) ? { text: message, exitCode: EXIT.badInput } : undefined;
}

/** Runs a command line; sets the exit code. */
export function runCommandLine(program: Command): void {
  // `| head` closes the pipe early; that is no error.
  process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
    if (failure.code === "EPIPE") process.exit();
    throw failure;
  });

  // An error within an Output is reported nowhere else, and the program would wait for it.
  process.once("unhandledRejection", (thrown: unknown) => {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`${pc.red("the program failed:")} ${printableLines(message)}\n`);
    process.exit(EXIT.badInput);
  });

  program.parseAsync().catch((thrown: unknown) => {
    if (thrown instanceof CommanderError) {
      // Commander has printed its own message already.
      process.exitCode = thrown.exitCode === 0 ? EXIT.fine : EXIT.badInput;
      return;
    }
    const said = saidOf(thrown);
    if (said === undefined) throw thrown;
    process.stderr.write(`${said.text}\n`);
    process.exitCode = said.exitCode;
  });
}
