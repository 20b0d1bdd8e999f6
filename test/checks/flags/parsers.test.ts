import assert from "node:assert/strict";

import { checkParsers } from "../../../components/checks/flags/parsers.js";
import { FAMILIES, familyParsers } from "../../../components/facts/models/parsers.js";
import { NEWEST_VERSION, VERSIONS, versionNamed } from "../../../components/facts/vllm/versions.js";
import { lines } from "../../contract/fixtures.js";

const KINDS = [
  ["tool-call-parser", "tool"],
  ["reasoning-parser", "reasoning"],
] as const;

const said = (
  values: Record<string, string | boolean>,
  id: string | undefined = undefined,
  version: string | undefined = "0.30.0",
): string[] => {
  const flags = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
  return lines(checkParsers(flags, { id, version: versionNamed(version) }, "flags"));
};

describe("checkParsers", () => {
  for (const { version, parsers } of VERSIONS) {
    it(`takes every parser that vLLM ${version} registers, and no other`, () => {
      for (const [flag, kind] of KINDS) {
        for (const name of parsers[kind]) assert.deepEqual(said({ [flag]: name }, undefined, version), []);
        assert.equal(said({ [flag]: "no such" }, undefined, version).length, 1);
      }
    });
  }

  it("names the nearest parser, or all, of a family that nobody knows", () => {
    assert.deepEqual(said({ "tool-call-parser": "hermess" }, "acme/own"), [
      'error flags.tool-call-parser.value: vLLM 0.30.0 has no tool parser "hermess"; did you mean hermes?',
    ]);
    assert.match(
      said({ "reasoning-parser": "zzzzzzzz" }).join(),
      /has no reasoning parser "zzzzzzzz": use one of .*deepseek_r1, .*qwen3/,
    );
  });

  it("names the family's own in place of one that there is not", () => {
    assert.deepEqual(said({ "tool-call-parser": "llama3" }, "Qwen/Qwen3-8B"), [
      'error flags.tool-call-parser.value: vLLM 0.30.0 has no tool parser "llama3": for Qwen/Qwen3-8B use hermes',
    ]);
  });

  it("warns of another family's", () => {
    assert.deepEqual(said({ "tool-call-parser": "mistral", "reasoning-parser": "mistral" }, "Qwen/Qwen3-8B"), [
      'warning flags.tool-call-parser.value: "mistral" is not how Qwen/Qwen3-8B writes tool calls, which would stay in its text: ' +
        "use hermes",
      'warning flags.reasoning-parser.value: "mistral" is not how Qwen/Qwen3-8B writes reasoning, which would stay in its text: ' +
        "use qwen3 or deepseek_r1",
    ]);
    assert.deepEqual(said({ "tool-call-parser": "hf" }, "Qwen/Qwen3-8B", "0.33.0"), []);
    assert.deepEqual(said({ "reasoning-parser": "" }, "Qwen/Qwen3-8B"), []);
  });

  it("asks for a parser where the model is to choose tools, and names its family's", () => {
    const at = "error flags.enable-auto-tool-choice: needs tool-call-parser: add it";
    assert.deepEqual(said({ "enable-auto-tool-choice": true }), [`${at}, or leave this out`]);
    assert.deepEqual(said({ "enable-auto-tool-choice": true }, "deepseek-ai/DeepSeek-R1"), [
      `${at}, or leave this out`,
    ]);
    for (const version of ["0.30.0", "0.28.0"]) {
      assert.deepEqual(said({ "enable-auto-tool-choice": true }, "openai/gpt-oss-20b", version), [
        `${at} as openai, which reads what openai/gpt-oss-20b writes, or leave this out`,
      ]);
    }
    assert.deepEqual(said({ "enable-auto-tool-choice": true, "tool-call-parser": "hermes" }), []);
    assert.deepEqual(said({ "enable-auto-tool-choice": false }), []);
  });

  it("says nothing of versions whose registry nobody knows", () => {
    assert.deepEqual(said({ "tool-call-parser": "own" }, undefined, "0.28.0"), []);
  });
});

describe("parsers by family", () => {
  const cases: Array<[id: string, tool: string | undefined, reasoning: string | undefined]> = [
    ["Qwen/Qwen3-8B-AWQ", "hermes", "qwen3"],
    ["Qwen/Qwen3-30B-A3B-Instruct-2507", "hermes", undefined],
    ["Qwen/Qwen3-30B-A3B-Thinking-2507", "hermes", "qwen3"],
    ["Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8", "qwen3_xml", undefined],
    ["Qwen/Qwen3.5-27B", "qwen3_coder", "qwen3"],
    ["Qwen/QwQ-32B", "hermes", "deepseek_r1"],
    ["RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "llama3_json", undefined],
    ["nvidia/Llama-3.1-Nemotron-Nano-8B-v1", undefined, undefined],
    ["NousResearch/Hermes-3-Llama-3.1-8B", "hermes", undefined],
    ["deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", undefined, "deepseek_r1"],
    ["deepseek-ai/DeepSeek-R1-0528", "deepseek_v3", "deepseek_r1"],
    ["deepseek-ai/DeepSeek-V3.1", "deepseek_v31", "deepseek_v3"],
    ["zai-org/GLM-4.5-Air-FP8", "glm45", "glm45"],
    ["zai-org/GLM-4.7-Flash", "glm47", "glm47"],
    ["mistralai/Mistral-Small-24B-Instruct-2501", "mistral", undefined],
    ["Qwen/Qwen3-Embedding-8B", undefined, undefined],
    ["acme/own", undefined, undefined],
  ];
  for (const [id, tool, reasoning] of cases) {
    it(`of ${id} are ${tool} and ${reasoning}`, () => {
      const found = familyParsers(id);
      assert.deepEqual([found?.tool[0], found?.reasoning[0]], [tool, reasoning]);
    });
  }

  it("are those of vLLM's registries, of the newest version all", () => {
    const { tool, reasoning } = NEWEST_VERSION.parsers;
    for (const [family, calls, thoughts = []] of FAMILIES) {
      for (const name of calls) assert.ok(tool.includes(name), `${family}: ${name}`);
      for (const name of thoughts) assert.ok(reasoning.includes(name), `${family}: ${name}`);
    }
  });
});
