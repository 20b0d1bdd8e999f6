/** What the command lines have in common: how a problem is said, and the exit codes. */
import { type Command, CommanderError } from "commander";
import { printableLines } from "../components/config/printable.js";
import { ContractError, problemLines } from "../components/config/problems.js";
import { colours as pc } from "./colours.js";

/** Exit codes, in every command. */
export const EXIT = { refused: 1, badInput: 2 } as const;

/** Errors that are said by their message: whoever called can do something about them, and nothing about our stack. */
const PLAIN_ERRORS = ["PolicyConfigError", "PolicyRuleError", "ApiError", "LocalFailure", "NotVerified"];
/** Of these, those that are no fault of the config's or the call's form. */
const REFUSALS = ["PolicyRuleError", "ApiError", "LocalFailure", "NotVerified"];

/** A folder that cannot be written, a disk that is full. */
function isFileSystemError(thrown: Error): boolean {
  return "syscall" in thrown && "path" in thrown;
}

function problemsText({ problems }: ContractError): string {
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.filter(({ severity }) => severity === "warning");
  return [
    pc.red(`${errors.length} problem${errors.length === 1 ? "" : "s"}, nothing was done:`),
    ...problemLines(errors).map((line) => `  ${line}`),
    ...problemLines(warnings).map((line) => pc.yellow(`  warning: ${line}`)),
  ].join("\n");
}

/** What to print of a failure; nothing for a fault of our own. */
function textOf(thrown: unknown): string | undefined {
  if (thrown instanceof ContractError) return problemsText(thrown);
  if (!(thrown instanceof Error)) return undefined;
  const isPlain = PLAIN_ERRORS.includes(thrown.name) || isFileSystemError(thrown);
  return isPlain ? pc.red(printableLines(thrown.message)) : undefined;
}

/** Runs a command line; sets the exit code. */
export function runCommandLine(program: Command): void {
  // `| head` closes the pipe early, and has what it wants.
  process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
    if (failure.code === "EPIPE") process.exit();
    throw failure;
  });

  // What fails within an Output reaches nobody else, and leaves the program waiting for it.
  process.once("unhandledRejection", (thrown: unknown) => {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`${pc.red("the program failed:")} ${printableLines(message)}\n`);
    process.exit(EXIT.badInput);
  });

  program.parseAsync().catch((thrown: unknown) => {
    if (thrown instanceof CommanderError) {
      // Commander has printed its own message already.
      process.exitCode = thrown.exitCode === 0 ? 0 : EXIT.badInput;
      return;
    }
    const text = textOf(thrown);
    if (text === undefined) throw thrown;
    process.stderr.write(`${text}\n`);
    process.exitCode = REFUSALS.includes((thrown as Error).name) ? EXIT.refused : EXIT.badInput;
  });
}
