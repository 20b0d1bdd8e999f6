import assert from "node:assert/strict";

import { checkNeededFlags } from "../../../components/checks/flags/neededFlags.js";
import { checkParsers } from "../../../components/checks/flags/parsers.js";
import { VERSIONS, versionNamed } from "../../../components/facts/vllm/versions.js";
import { lines } from "../../contract/fixtures.js";

type Values = Record<string, string | number | boolean>;

const flags = (values: Values): Record<string, { value: string | number | boolean }> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

describe("checkNeededFlags", () => {
  const refused: Array<[values: Values, problem: string]> = [
    [
      { "enable-auto-tool-choice": true },
      "flags.enable-auto-tool-choice: needs tool-call-parser: add it, or leave this out",
    ],
    [
      { "enable-log-outputs": true, "enable-log-requests": false },
      "flags.enable-log-outputs: needs enable-log-requests: set it to true, or leave this out",
    ],
    [
      { "enable-per-request-metrics": true, "disable-log-stats": true },
      "flags.enable-per-request-metrics: needs statistics: leave disable-log-stats out",
    ],
    [{ "sse-keep-alive-interval": -1 }, "flags.sse-keep-alive-interval.value: -1 is negative: use 0 or more seconds"],
    [
      { "chat-template": "/templates/chat.jinja" },
      "flags.chat-template.value: names a file, and none is mounted: set chatTemplate of the release",
    ],
  ];
  for (const [values, problem] of refused) {
    it(`refuses ${JSON.stringify(values)}`, () => {
      assert.deepEqual(lines(checkNeededFlags(flags(values), "flags")), [`error ${problem}`]);
    });
  }

  const taken: Values[] = [
    { "enable-auto-tool-choice": true, "tool-call-parser": "hermes" },
    { "enable-auto-tool-choice": false },
    { "enable-log-outputs": true, "enable-log-requests": true },
    { "enable-per-request-metrics": true },
    { "sse-keep-alive-interval": 0 },
    { "chat-template": "{{ messages[0].content }}" },
  ];
  for (const values of taken) {
    it(`takes ${JSON.stringify(values)}`, () => assert.deepEqual(checkNeededFlags(flags(values), "flags"), []));
  }
});

describe("checkParsers", () => {
  for (const version of VERSIONS) {
    it(`takes every parser that vLLM ${version.version} registers, and no other`, () => {
      for (const [flag, kind] of [
        ["tool-call-parser", "tool"],
        ["reasoning-parser", "reasoning"],
      ] as const) {
        for (const name of version.parsers[kind])
          assert.deepEqual(checkParsers(flags({ [flag]: name }), version, ""), []);
        assert.equal(checkParsers(flags({ [flag]: "no such" }), version, "").length, 1);
      }
    });
  }

  it("names the nearest parser, or all", () => {
    const version = versionNamed("0.30.0")!;
    assert.deepEqual(lines(checkParsers(flags({ "tool-call-parser": "hermess" }), version, "flags")), [
      'error flags.tool-call-parser.value: vLLM 0.30.0 has no tool parser "hermess"; did you mean hermes?',
    ]);
    assert.match(
      lines(checkParsers(flags({ "reasoning-parser": "zzzzzzzz" }), version, "flags")).join(),
      /has no reasoning parser "zzzzzzzz": use one of .*deepseek_r1, .*qwen3/,
    );
  });

  it("says nothing of versions whose registry nobody knows", () => {
    assert.deepEqual(checkParsers(flags({ "tool-call-parser": "own" }), undefined, "flags"), []);
  });
});
