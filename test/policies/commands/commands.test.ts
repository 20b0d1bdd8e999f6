import assert from "node:assert/strict";

import fc from "fast-check";

import { commandsOf, splitScript } from "../../../policies/commands/commands.js";
import { Container } from "../../../policies/pods/workloads.js";

describe("splitScript", () => {
  const scripts: Array<[string, string[][]]> = [
    ["a b  c", [["a", "b", "c"]]],
    ["a 'b c' \"d e\"f", [["a", "b c", "d ef"]]],
    ["a \\\n  b\\ c", [["a", "b c"]]],
    ['a "say \\"hi\\""', [["a", 'say "hi"']]],
    ["a && b || c; d | e & f\ng", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]]],
    ["a # not this; nor this\nb", [["a"], ["b"]]],
    ["a b#c", [["a", "b#c"]]],
    ["a $(cat file) $HOME", [["a", "$(cat file)", "$HOME"]]],
    ["(a; b)", [["a"], ["b"]]],
    ["a ''", [["a", ""]]],
    ["a 'open", [["a", "open"]]],
    ["a $(open", [["a", "$(open"]]],
    ["", []],
  ];
  for (const [script, commands] of scripts) {
    it(`splits ${JSON.stringify(script)}`, () => assert.deepEqual(splitScript(script), commands));
  }

  it("keeps any words that are quoted", () => {
    const word = fc.string().map((text) => text.replaceAll("'", ""));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        assert.deepEqual(splitScript(words.map((text) => `'${text}'`).join(" ")), [words]);
      }),
    );
  });
});

describe("commandsOf", () => {
  const commands = (command: string[], args: string[] = [], value?: string) =>
    commandsOf(new Container({ command, args, env: [{ name: "MODEL", value }] }, false, 0));

  it("is the command with its arguments", () => {
    assert.deepEqual(commands(["vllm", "serve"], ["m"]), [["vllm", "serve", "m"]]);
  });

  it("opens a shell's script, behind an init too", () => {
    assert.deepEqual(commands(["tini", "--", "bash"], ["-lc", "cd /; vllm serve m"]), [
      ["cd", "/"],
      ["vllm", "serve", "m"],
    ]);
  });

  it("puts in values that the environment states, and leaves other references", () => {
    assert.deepEqual(commands(["vllm", "serve", "$(MODEL)"], ["$(OTHER)"], "m"), [["vllm", "serve", "m", "$(OTHER)"]]);
    assert.deepEqual(commands(["sh", "-c", "vllm serve $MODEL ${MODEL}"], [], "m"), [["vllm", "serve", "m", "m"]]);
    assert.deepEqual(commands(["vllm", "serve", "$(MODEL)"]), [["vllm", "serve", "$(MODEL)"]]);
  });
});
