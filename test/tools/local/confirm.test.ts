import assert from "node:assert/strict";
import { PassThrough } from "node:stream";

import { confirm } from "../../../tools/local/confirm.js";

const LINES = ["Cluster: https://127.0.0.1:6443", "To be made there: 3 Node."];

/** A terminal at which this is typed. */
function terminal(typed: string): PassThrough & { isTTY: boolean } {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  input.write(typed);
  return input;
}

async function asked(options: { yes?: boolean; input: PassThrough }): Promise<string> {
  const output = new PassThrough();
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  let failure: unknown;
  await confirm(LINES, { yes: options.yes ?? false, report, input: options.input, output }).catch(
    (thrown: unknown) => (failure = thrown),
  );
  assert.deepEqual(lines, LINES);
  if (failure !== undefined) throw failure as Error;
  return String(output.read() ?? "");
}

describe("confirm", () => {
  for (const typed of ["y\n", "yes\n", " Y \n", "YES\n"]) {
    it(`takes ${JSON.stringify(typed)} for a yes`, async () =>
      assert.match(await asked({ input: terminal(typed) }), /Go on\? \[y\/N\] /));
  }

  for (const typed of ["\n", "n\n", "no\n", "yesterday\n", "on\n"]) {
    it(`takes ${JSON.stringify(typed)} for a no`, async () =>
      assert.rejects(asked({ input: terminal(typed) }), {
        name: "BadInput",
        message: "the answer was no: nothing was done",
      }));
  }

  it("shows what it will do, and does not ask when the answer was given", async () => {
    assert.equal(await asked({ yes: true, input: new PassThrough() }), "");
  });

  it("does nothing where nobody can answer, and says what to do", async () => {
    await assert.rejects(asked({ input: new PassThrough() }), {
      name: "BadInput",
      message: /^nobody can be asked whether to go on, for this is no terminal: call again with --yes/,
    });
  });
});
