import assert from "node:assert/strict";

import fc from "fast-check";

import { commandsIn, splitScript } from "../../../policies/commands/script.js";

describe("splitScript", () => {
  const scripts: Array<[string, string[][]]> = [
    ["a b  c", [["a", "b", "c"]]],
    ["a 'b c' \"d e\"f", [["a", "b c", "d ef"]]],
    ["a \\\n  b\\ c", [["a", "b c"]]],
    ['a "say \\"hi\\""', [["a", 'say "hi"']]],
    ["a && b || c; d | e & f\ng", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]]],
    ["a # not this; nor this\nb", [["a"], ["b"]]],
    ["a b#c", [["a", "b#c"]]],
    [
      "a $(cat file) $HOME",
      [
        ["cat", "file"],
        ["a", "$(cat file)", "$HOME"],
      ],
    ],
    [
      "`which a` b",
      [
        ["which", "a"],
        ["`which a`", "b"],
      ],
    ],
    ["(a; b)", [["a"], ["b"]]],
    ["a ''", [["a", ""]]],
    ["a 'open", [["a", "open"]]],
    ["a $(open", [["open"], ["a", "$(open"]]],
    ["a $(b $(c) ')' d)", [["c"], ["b", "$(c)", ")", "d"], ["a", "$(b $(c) ')' d)"]]],
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

describe("commandsIn", () => {
  const environment = new Map([
    ["MODEL", "m"],
    ["FLAGS", "--a 1 --b"],
  ]);
  const scripts: Array<[string, string[][]]> = [
    ["serve $MODEL ${MODEL} $FLAGS", [["serve", "m", "m", "--a", "1", "--b"]]],
    ["serve ${OTHER:-x} ${OTHER-y} $OTHER", [["serve", "x", "y", "$OTHER"]]],
    ["NAME=n; serve $NAME", [["NAME=n"], ["serve", "n"]]],
    [
      "export NAME=n MORE=$NAME\nserve $MORE",
      [
        ["export", "NAME=n", "MORE=n"],
        ["serve", "n"],
      ],
    ],
    ["ARGS='--a'; ARGS+=' --b'; serve $ARGS", [["ARGS=--a"], ["ARGS+= --b"], ["serve", "--a", "--b"]]],
    ["ARGS=(--a 1)\nARGS+=(--b)\nserve ${ARGS[@]}", [["serve", "--a", "1", "--b"]]],
    ["A=$A$A; $A", [["A=$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A"], ["$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A"]]],
  ];
  for (const [script, commands] of scripts.slice(0, -1)) {
    it(`reads ${JSON.stringify(script)}`, () =>
      assert.deepEqual(
        commandsIn(script, (name) => environment.get(name)),
        commands,
      ));
  }

  it("ends where a value names itself", () => {
    const script = `A=${"$A".repeat(50)}; $A`;
    assert.ok(commandsIn(script, () => undefined).length > 0);
  });
});
