/** Runs the real command line in a process of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { PROJECT } from "./folders.js";

export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const TSX = pathToFileURL(require.resolve("tsx")).href;

/** Runs `tools/cli.ts` in `folder`; without colour unless `env` says otherwise. */
export function run(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const inherited = { ...process.env };
  // Set on many machines that build, and each would change what is printed.
  for (const name of ["FORCE_COLOR", "CI", "NODE_OPTIONS"]) delete inherited[name];
  // These processes' coverage cannot be added to that of the tests: tsx translates a file otherwise for `import` than for
  // `require`. Empty, since node hands on a variable that is merely absent.
  inherited["NODE_V8_COVERAGE"] = "";
  const options = { cwd: folder, env: { ...inherited, ...env }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", TSX, join(PROJECT, "tools", "cli.ts"), ...args],
      options,
      (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}
