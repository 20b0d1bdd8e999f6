import assert from "node:assert/strict";
import { checkNpmRun, commandsOf, isRunnable, npmRun, type Scripts } from "../../../tools/docs/commands.js";

const TEXTS = {
  local: "node --import tsx tools/cli.ts local",
  preview: "node --import tsx tools/cli.ts preview",
  test: "c8 mocha",
};
const HELP: Record<string, string> = {
  "local ": "Usage: local [command]\n\nOptions:\n  -h, --help\n\nCommands:\n  up\n  help [command]  display help\n",
  "local up": "Usage: local up\n\nOptions:\n  --wait  wait\n  --timeout <seconds>\n",
  "preview ": "Usage: preview\n\nOptions:\n  --all  every stack\n",
};
const SCRIPTS: Scripts = { texts: TEXTS, help: (script, words) => HELP[`${script} ${words.join(" ")}`] };

function problemsOf(command: string): string[] {
  return checkNpmRun("a.md:1", npmRun(command)!, SCRIPTS).map(({ message }) => message);
}

describe("commands that a page shows", () => {
  it("are the lines of a shell block, taken apart, without comments", () => {
    const block = { at: "a.md:1", language: "sh", lines: ["# why", "npm ci && npm test # both", "echo 'a#b'"] };
    assert.deepEqual(
      commandsOf(block).map(({ command }) => command),
      ["npm ci", "npm test", "echo 'a#b'"],
    );
  });

  it("are the lines with a $ of a console block, each with its output", () => {
    const block = { at: "a.md:1", language: "console", lines: ["$ npm test", "fine", "", "$ ls", "a"] };
    assert.deepEqual(commandsOf(block), [
      { command: "npm test", output: ["fine", ""] },
      { command: "ls", output: ["a"] },
    ]);
  });

  for (const command of [
    "npm run preview",
    "npm run --silent preview -- prod --all",
    "npm run local -- up --timeout=3",
    "npm run local -- --help",
  ]) {
    it(`exist: ${command}`, () => assert.deepEqual(problemsOf(command), []));
  }

  it("may not name scripts, subcommands or options that do not exist", () => {
    assert.deepEqual(problemsOf("npm run preveiw"), ['package.json has no script "preveiw"; did you mean preview?']);
    assert.deepEqual(problemsOf("npm run local -- stop"), ['npm run local has no command "stop"']);
    assert.deepEqual(problemsOf("npm run local -- up --wiat"), [
      "npm run local up has no option --wiat: it has --wait or --timeout",
    ]);
    assert.deepEqual(problemsOf("npm run preview -- --al"), ["npm run preview has no option --al: it has --all"]);
  });

  it("of programs that are not ours are taken as they are", () => {
    assert.deepEqual(problemsOf("npm run test -- --grep x"), []);
    assert.equal(npmRun("kubectl get pods"), undefined);
    assert.equal(npmRun("npm run …") === undefined, false);
  });

  it("are run where they are the preview or the rendering, and by no shell", () => {
    assert.ok(isRunnable("npm run preview -- --all"));
    assert.ok(isRunnable("npm run fit -- Qwen/Qwen3-8B --gpu l4,a10g"));
    for (const command of ["npm run local -- up", "npm run preview > file", "npm run preview; rm -r x", "rm -r x"]) {
      assert.ok(!isRunnable(command), command);
    }
  });
});
