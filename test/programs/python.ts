/** Runs a few lines of Python against the modules of components/programs. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonOfPrograms } from "../../tools/standIns/python.js";
import { PROJECT } from "../tools/folders.js";

const BEFORE = `
import json, sys
sys.path.insert(0, ${JSON.stringify(join(PROJECT, "components", "programs"))})
given = json.loads(sys.argv[1])
`;

/** What `code` leaves in `result`, of `given`. */
export async function python(
  code: string,
  given: unknown = {},
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const text = `${BEFORE}${code}\nprint(json.dumps(result))`;
  const { stdout } = await promisify(execFile)(
    await pythonOfPrograms(() => undefined),
    ["-B", "-c", text, JSON.stringify(given)],
    { env: { PATH: process.env["PATH"], ...env }, maxBuffer: 1e8 },
  );
  const last = stdout.trimEnd().split("\n").pop();
  assert.ok(last !== undefined);
  return JSON.parse(last);
}

/** What it raises: the name of the exception and its text. */
export function raised(code: string, given?: unknown, env?: Readonly<Record<string, string>>): Promise<unknown> {
  const lines = code
    .trim()
    .split("\n")
    .map((line) => `    ${line}`);
  return python(
    `result = None\ntry:\n${lines.join("\n")}\nexcept Exception as failure:\n    result = [type(failure).__name__, str(failure)]`,
    given,
    env,
  );
}
