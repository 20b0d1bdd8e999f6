import assert from "node:assert/strict";

import { commandsOf } from "../../../policies/commands/commands.js";
import { Container } from "../../../policies/pods/containers.js";

describe("commandsOf", () => {
  const commands = (command: string[], args: string[] = [], value?: string) =>
    commandsOf(new Container({ command, args, env: [{ name: "MODEL", value }] }, "container", 0));

  it("is the command with its arguments", () => {
    assert.deepEqual(commands(["vllm", "serve"], ["m"]), [["vllm", "serve", "m"]]);
  });

  const SERVE = [["vllm", "serve", "m"]];
  const shells: Array<[string[], string[]?]> = [
    [["bash", "-lc", "--"], ["vllm serve m"]],
    [["bash", "-cx", "vllm serve m"]],
    [["bash", "-ce", "vllm serve m"]],
    [["bash", "-euo", "pipefail", "-c", "vllm serve m"]],
    [["bash", "-o", "pipefail", "-ec", "vllm serve m"]],
    [["bash", "--login", "+o", "posix", "-c", "-e", "vllm serve m"]],
    [["sh", "-c", "bash -c 'vllm serve m'"]],
    [["sh", "-c", "eval 'vllm serve m'"]],
    [["sh", "-c", "eval vllm serve m"]],
    [
      ["sh", "-c", '"$0" "$@"'],
      ["vllm", "serve", "m"],
    ],
    [
      ["sh", "-c", 'exec "$@"', "--"],
      ["vllm", "serve", "m"],
    ],
    [["/usr/bin/env", "-S", "vllm serve m"]],
    [["/usr/bin/env", "-S", "vllm serve"], ["m"]],
    [["/usr/bin/env", "-Svllm serve m"]],
    [["busybox", "sh", "-c", "vllm serve m"]],
    [["tini", "--", "bash", "-lc", "vllm serve m"]],
    [["nice", "-n", "10", "bash", "-c", "vllm serve m"]],
    [["env", "A=1", "B=2", "C=3", "bash", "-c", "vllm serve m"]],
  ];
  for (const [command, args] of shells) {
    it(`opens ${[...command, ...(args ?? [])].join(" ")}`, () => {
      const found = commands(command, args).map((words) => words.filter((word) => word !== "exec"));
      assert.deepEqual(found.slice(-1), SERVE);
    });
  }

  it("keeps words with spaces that a script passes on", () => {
    assert.deepEqual(commands(["sh", "-c", 'vllm serve "$@"', "x"], ["m", "--json", `{"a": "it's"}`]), [
      ["vllm", "serve", "m", "--json", `{"a": "it's"}`],
    ]);
  });

  it("takes a shell without -c for a program", () => {
    assert.deepEqual(commands(["bash", "/start.sh"], ["-c", "x"]), [["bash", "/start.sh", "-c", "x"]]);
    assert.deepEqual(commands(["bash", "-e"]), [["bash", "-e"]]);
  });

  it("opens a shell's script, behind an init too", () => {
    assert.deepEqual(commands(["tini", "--", "bash"], ["-lc", "cd /; vllm serve m"]), [
      ["tini", "--"],
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
