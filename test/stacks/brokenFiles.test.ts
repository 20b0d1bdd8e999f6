/** Stack files as people break them: each answer has the words that its reader needs, and none of the parser's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import { ContractError } from "../../components/config/problems.js";
import { loadStack } from "../../tools/loadStack.js";
import { folderWith, PROJECT, removeFolders } from "../tools/folders.js";

const STAGING = readFileSync(join(PROJECT, "Pulumi.staging.yaml"), "utf8");

/** The staging stack's file with one text replaced. */
function broken(text: string | RegExp, by: string): string {
  const changed = STAGING.replace(text, () => by);
  assert.notEqual(changed, STAGING, String(text));
  return changed;
}

/** Its cluster as one to build, of this Kubernetes version. */
function ofVersion(version: string): string {
  const groups = "gpuNodes: { l4: { purpose: inference, gpu: l4, instanceTypes: [g6.2xlarge], max: 6 } }";
  return broken(
    / {2}vllm:cluster:[^]*?(?= {2}# Pods)/,
    `  vllm:cluster:\n    name: llm\n    kubernetesVersion: ${version}\n    ${groups}\n\n`,
  );
}

/** Problems of a stack file with this text. */
function problems(text: string): string[] {
  try {
    loadStack(folderWith({ "Pulumi.test.yaml": text }), "test");
  } catch (thrown) {
    assert.ok(thrown instanceof ContractError, String((thrown as Error).stack));
    return thrown.message.split("\n");
  }
  return [];
}

const R1 = "vllm:models.chat.releases.r1";
const GPU = "gpu: { type: l4 }";
const TOOLS = "{ value: true, reason: the assistant calls tools }";
const REVISION = "b968826d9c46dd6066d109eabc6255188de91218";

/** What is wrong, the text, and what its first problem has to say. */
const CASES: [name: string, text: string, says: string[]][] = [
  // YAML
  [
    "a key of config twice",
    broken("  vllm:access:", "  vllm:access: {}\n  vllm:access:"),
    [":27:3", '"vllm:access"', "line 26"],
  ],
  ["a key of a flow map twice", broken(GPU, "gpu: { type: l4, type: l4 }"), [":40:", '"type"', "already"]],
  ["a model twice", broken("    chat-small:", "    chat:"), [":51:5", '"chat"', "line 31"]],
  ["a number and its text as keys", broken("    chat-small:", '    1: {}\n    "1":'), ['"1"', "line 51"]],
  ["a tab", broken("      class: interactive", "\tclass: interactive"), [":32", "tab", "use spaces"]],
  ["a tab behind spaces", broken("      class: interactive", "    \tclass: interactive"), [":32", "tab", "use spaces"]],
  ["tabs on many lines", STAGING.replaceAll("          image: ", "\t\timage: "), [":39", "tab", "lines"]],
  [
    "a colon in a flow map",
    broken("reason: all conversations start", "reason: all conversations: start"),
    [":44:", "quote"],
  ],
  ["a colon in a block", broken("      drainSeconds: 15", "      note: see: below\n      drainSeconds: 15"), ["quote"]],
  ["two keys without a comma", broken(GPU, "gpu: { type: l4; count: 1 }"), [":40:", "comma"]],
  ["a second document", `${STAGING}---\nconfig: {}\n`, [":92:1", "second YAML document", "---"]],
  ["an empty second document", `---\n${STAGING}---\n`, ["second YAML document"]],
  ["an alias of nothing", broken(GPU, "gpu: *l4"), [":40:16", "&l4", "quote it"]],
  ["an alias in a list", broken("[assistant, search]", "[*ns]"), [":27:24", "&ns"]],
  [
    "a misspelt alias",
    broken(GPU, "gpu: &small { type: l4 }").replace(GPU, "gpu: *smal"),
    ["&smal", "did you mean small?"],
  ],
  ["an alias to what it is part of", broken(GPU, "gpu: &gpu { type: *gpu }"), [":40:", "*gpu", "part of"]],
  ["a merge of a number", broken(GPU, "gpu: { <<: 5, type: l4 }"), [":40:", "<<", "alias"]],
  ["a tag", broken(GPU, "gpu: !GPU { type: l4 }"), [":40:16", "!GPU", "leave the tag out"]],
  ["a list that is not closed", broken("[assistant, search]", "[assistant, search"), [":29:3", "close it"]],
  ["a quote that is not closed", broken("the assistant calls tools", "'the assistant"), [":45:", "quote"]],
  ["a text that begins with @", broken("the assistant calls tools", "@all"), [":45:", "quote the text"]],
  ["a text that begins with %", broken("the assistant calls tools", "%all"), [":45:", "quote the text"]],
  ["a text that begins with a backtick", broken("the assistant calls tools", "`all"), [":45:", "quote the text"]],
  [
    "a key one space to the left",
    broken("      route: { stable: r1 }", "     route: { stable: r1 }"),
    ["indented by the same"],
  ],
  ["a key without a colon", broken("      class: interactive #", "      class interactive #"), ["colon and a space"]],
  ["a colon without a space", broken("      class: interactive #", "      class:interactive #"), ["colon and a space"]],
  // The file
  ["an empty file", "", ["is empty", "vllm:cluster", "vllm:models"]],
  ["comments alone", "# later\n", ["is empty"]],
  ["a document without anything", "---\n", ["is empty"]],
  ["an empty config", "config:\n", ["config: is empty"]],
  ["a list at the top", "- a\n", ["the key config"]],
  ["config misspelt", broken("config:", "confg:"), ['"confg"', "did you mean config?"]],
  ["a namespace misspelt", broken("vllm:models:", "vlm:models:"), ["vlm:models", 'write "vllm:models"']],
  ["a namespace in capitals", broken("vllm:access:", "VLLM:access:"), ['write "vllm:access"']],
  ["a dash for the colon", broken("vllm:access:", "vllm-access:"), ['write "vllm:access"']],
  ["a dot for the colon", broken("vllm:access:", "vllm.access:"), ['write "vllm:access"']],
  ["a section misspelt", broken("vllm:models:", "vllm:modles:"), ["vllm:modles", "did you mean models?"]],
  // Secrets
  [
    "a secret where none may be",
    broken("context: 8192", "context: { secure: AAA }"),
    ["context", "is encrypted", "huggingFaceToken"],
  ],
  ["a secret for a whole object", broken(GPU, "gpu: { secure: AAA }"), [`${R1}.gpu`, "is encrypted"]],
  [
    "a secret for a whole section",
    broken("  vllm:access:\n    clientNamespaces: [assistant, search]", "  vllm:access: { secure: AAA }"),
    ["vllm:access", "is encrypted"],
  ],
  // Numbers for text
  ["a commit of digits", broken(REVISION, "1".repeat(40)), [`${R1}.model.revision`, "quote it"]],
  ["a commit with an exponent", broken(REVISION, `${"1".repeat(37)}e12`), ["quote it"]],
  ["a commit of zeros", broken(REVISION, "0".repeat(40)), ["quote it"]],
  ["a Kubernetes version as a number", ofVersion("1.30"), ["vllm:cluster.kubernetesVersion", "quote it", '"1.30"']],
  ["a namespace of digits", broken("[assistant, search]", "[007]"), ["clientNamespaces[0]", "quote it"]],
  [
    "a variable's number",
    broken("          flags:", "          env: { A: { value: 1, reason: x } }\n          flags:"),
    ["quote it"],
  ],
  [
    "a variable's true",
    broken("          flags:", "          env: { A: { value: true, reason: x } }\n          flags:"),
    ['quote it, "true"'],
  ],
  ["a number in quotes", broken("context: 8192", 'context: "8192"'), ["without quotes"]],
  ["a number with a suffix", broken("context: 8192", "context: 8k"), ['"8k" is text', "use a number"]],
  // Shapes
  ["a GPU as text", broken(GPU, "gpu: l4"), [`${R1}.gpu`, '"l4"', "{ type: l4, count: 1 }"]],
  ["a bare flag", broken(TOOLS, "true"), ["{ value: true, reason: … }"]],
  [
    "a flag as text",
    broken("{ value: hermes, reason: Qwen3 writes tool calls in the Hermes format }", "hermes"),
    ["{ value: hermes, reason: … }"],
  ],
  [
    "a variable as text",
    broken("          flags:", "          env: { A: b }\n          flags:"),
    ["{ value: b, reason: … }"],
  ],
  [
    "a model as text",
    broken(/model: \{ id: Qwen\/Qwen3-8B,.*\}/, "model: Qwen/Qwen3-8B"),
    ["{ id: Qwen/Qwen3-8B, revision: … }"],
  ],
  [
    "concurrency as a number",
    broken("concurrency: { sequences: 16, inFlight: 48 }", "concurrency: 16"),
    ["{ sequences: 16, inFlight: … }"],
  ],
  ["a route as text", broken("route: { stable: r1 }", "route: r1"), ["{ stable: r1 }"]],
  ["autoscaling as a number", broken("autoscaling: { min: 1, max: 3 }", "autoscaling: 3"), ["{ min: 1, max: 1 }"]],
  ["a served name as text", broken("servedNames: [chat, qwen3-8b]", "servedNames: chat"), ["[chat]"]],
  [
    "access as a list",
    broken("  vllm:access:\n    clientNamespaces: [assistant, search]", "  vllm:access: [assistant]"),
    ["clientNamespaces"],
  ],
  ["a group as text", broken("inference-l4: {", "x: l4\n        inference-l4: {"), ["purpose: …", "gpu: l4"]],
  ["groups as text", broken(/ {6}gpuNodes:[^]*?(?= {2}# Pods)/, "      gpuNodes: l4\n"), ["<name>: {", "gpu: l4"]],
  ["a cluster as text", broken(/ {2}vllm:cluster:[^]*?(?= {2}# Pods)/, "  vllm:cluster: llm\n"), ["{ existing: … }"]],
  // Names that every object has
  ["__proto__ as a model", broken("    chat-small:", "    __proto__:"), [":51:5", '"__proto__"', "another name"]],
  ["__proto__ as a flag", broken("          flags:", "          flags:\n            __proto__: {}"), ['"__proto__"']],
  ["__proto__ at the top", broken("config:", "__proto__: 1\nconfig:"), ['"__proto__"']],
  ["constructor as a key", broken(GPU, "gpu: { type: l4, constructor: 1 }"), [`${R1}.gpu.constructor`, "unknown key"]],
  [
    "toString as a section",
    broken("  vllm:access:", "  vllm:toString: 1\n  vllm:access:"),
    ["vllm:toString", "unknown key"],
  ],
  ["constructor as a GPU", broken(GPU, "gpu: { type: constructor }"), ['"constructor" is no GPU type']],
  [
    "constructor as a flag",
    broken("          flags:", "          flags:\n            constructor: { value: 1, reason: x }"),
    ["no flag --constructor"],
  ],
  // Values
  [
    "an unknown instance type",
    broken("[g6.2xlarge], capacity", "[g6.2xlarg], capacity"),
    ['"g6.2xlarg"', "did you mean g6.2xlarge"],
  ],
  [
    "a context above the model's",
    broken("context: 8192", "context: 65536"),
    ["40960", "hf-overrides", "rope_type: yarn", "factor: 2"],
  ],
  ["a key that looks like an assignment", broken(GPU, "gpu: { type=l4 }"), ["gpu.type", "is missing"]],
];

/** Kinds of faults that leave everything else right: one problem, and no other. */
const JARGON =
  /compact mappings|Implicit keys|Map keys must|flow collections|block collection|1\.\d+e\+|at max nodes there are 0|\b1 GPUs/;

describe("a broken stack file", () => {
  after(removeFolders);

  for (const [name, text, says] of CASES) {
    it(`with ${name}: the answer says what and where`, () => {
      const [first, ...others] = problems(text);
      assert.ok(first !== undefined, "it was accepted");
      for (const words of says) assert.ok(first.includes(words), `${first}\nlacks ${words}`);
      assert.doesNotMatch([first, ...others].join("\n"), JARGON);
    });
  }

  it("is told from others by at least 58 kinds", () => assert.ok(CASES.length >= 58));

  it("does not have YAML's first problem repeated by what follows from it", () => {
    for (const [name, text] of CASES.slice(0, 26)) assert.equal(problems(text).length, 1, name);
  });

  it("that lost any one character is read or answered, and never by a stack trace", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: STAGING.length - 1 }),
        fc.constantFrom("", "\t", ":", '"', "[", "}", "*x", "\n"),
        (at, by) => {
          for (const line of problems(STAGING.slice(0, at) + by + STAGING.slice(at + 1))) {
            assert.match(line, /^\S.*: \S/);
            assert.doesNotMatch(line, /compact mappings|Map keys must|Implicit keys/);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
