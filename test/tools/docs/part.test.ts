import assert from "node:assert/strict";
import { checkPart } from "../../../tools/docs/part.js";

const FILE = `
config:
  vllm:pod:
    runtimeClassName: nvidia
    imagePullSecrets: [registry, other]
  vllm:namespace: llm
`;

function problemsOf(shown: string, text: string | undefined = FILE): string[] {
  const block = { at: "a.md:1", language: "yaml", lines: shown.split("\n") };
  return checkPart(block, "Pulumi.a.yaml", text).map(({ message }) => message);
}

describe("YAML that a page shows out of a file", () => {
  it("may leave out keys, and has its own comments and order", () => {
    assert.deepEqual(problemsOf("vllm:namespace: llm # ours\nvllm:pod:\n  runtimeClassName: nvidia"), []);
    assert.deepEqual(problemsOf("vllm:pod: { imagePullSecrets: [registry, other] }"), []);
    assert.deepEqual(problemsOf("name: a", "name: a\nmain: b"), []);
  });

  it("may not say something else: another value, a shorter list, a key that is not there", () => {
    assert.deepEqual(
      problemsOf("vllm:namespace: vllm\nvllm:pod: { imagePullSecrets: [registry], schedulerName: volcano }\nvllm:a: 1"),
      [
        "vllm:namespace is not so in Pulumi.a.yaml: show what is there",
        "vllm:pod.imagePullSecrets is not so in Pulumi.a.yaml: show what is there",
        "vllm:pod.schedulerName is not so in Pulumi.a.yaml: show what is there",
        "vllm:a is not so in Pulumi.a.yaml: show what is there",
      ],
    );
  });

  it("has to be a YAML mapping, of a file that exists", () => {
    assert.match(problemsOf("a: [")[0]!, /^is no YAML: /);
    assert.deepEqual(problemsOf("- a"), ["is no YAML mapping of keys"]);
    const block = { at: "a.md:1", language: "yaml", lines: ["a: 1"] };
    assert.deepEqual(
      checkPart(block, "b.yaml", undefined).map(({ message }) => message),
      ["there is no b.yaml"],
    );
  });
});
