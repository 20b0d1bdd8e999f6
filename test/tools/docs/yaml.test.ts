import assert from "node:assert/strict";
import { checkYaml } from "../../../tools/docs/yaml.js";
import { readStackFile } from "../../../tools/stackFile.js";
import { PROJECT } from "../folders.js";

const WHOLE = readStackFile(PROJECT, "staging").values;

function problemsOf(text: string, mark?: string): string[] {
  const block = { at: "a.md:1", language: "yaml", lines: text.split("\n"), ...(mark !== undefined && { mark }) };
  return checkYaml(block, WHOLE).map(({ message }) => message);
}

const RELEASE = `
  r1:
    model: { id: Qwen/Qwen3-8B, revision: b968826d9c46dd6066d109eabc6255188de91218 }
    image: vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90
    gpu: { type: l4 }
    context: 8192
    concurrency: { sequences: 16, inFlight: 48 }`;
const MODEL = `chat:\n  class: interactive\n  route: { stable: r1 }\n  releases:${RELEASE.replaceAll("\n", "\n  ")}`;

describe("stack config that a page shows", () => {
  it("may be keys of the config, which the staging stack completes", () => {
    assert.deepEqual(problemsOf("aws:region: us-east-1\nvllm:namespace: llm"), []);
    assert.deepEqual(problemsOf("vllm:namespace: kube-system"), [
      'vllm:namespace: "kube-system" is Kubernetes\' own: use another',
    ]);
  });

  it("may be models", () => {
    assert.deepEqual(problemsOf(MODEL, "check: models"), []);
    assert.match(
      problemsOf(MODEL.replace("8192", "819200"), "check: models")[0]!,
      /^vllm:models\.chat\.releases\.r1\.context: /,
    );
  });

  it("may be keys of one model, with releases left out", () => {
    assert.deepEqual(problemsOf("route: { stable: r2 }\nreleases:\n  r1: { … }\n  r2: { … }", "check: model"), []);
    assert.deepEqual(problemsOf("route: { stable: r3 }\nreleases:\n  r1: { … }", "check: model"), [
      'vllm:models.chat.route.stable: there is no release "r3": use r1',
    ]);
  });

  it("may be keys of one release", () => {
    assert.deepEqual(problemsOf("context: 4096", "check: release"), []);
    assert.match(problemsOf("context: 819200", "check: release")[0]!, /^vllm:models\.chat\.releases\.r1\.context: /);
  });

  it("has to be YAML with a mark that is known", () => {
    assert.match(problemsOf("a: [")[0]!, /^is no YAML: /);
    assert.deepEqual(problemsOf("- a"), ["is no YAML mapping of config keys"]);
    assert.deepEqual(problemsOf("config:\n  vllm:namespace: kube-system"), [
      'has no key such as "vllm:cluster" at its top, so nothing of it would be checked',
    ]);
    assert.deepEqual(problemsOf("a: 1", "check: modles"), [
      'the mark "check: modles" does not say how this YAML is checked: use "check: config", "check: models", "check: model", "check: release", "check: manifests" or "part of <file>"',
    ]);
  });
});
