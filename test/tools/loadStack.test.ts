import assert from "node:assert/strict";

import { ContractError, formatProblem } from "../../components/config/problems.js";
import { loadStack, loadStacks } from "../../tools/loadStack.js";
import { stackValues } from "../stacks/fixtures.js";
import { folderWith, removeFolders, stackText } from "./folders.js";

describe("loadStacks", () => {
  after(removeFolders);

  const bad = (namespace: string): string => stackText(stackValues({ namespace, extra: 1 }));
  const problems = (stacks: string[], files: Record<string, string>): string[] => {
    try {
      loadStacks(folderWith(files), stacks);
    } catch (thrown) {
      assert.ok(thrown instanceof ContractError);
      return thrown.problems.map(formatProblem);
    }
    return [];
  };
  const NAME = "is not a Kubernetes name: use lower-case letters, digits and dashes";
  const KEYS =
    "Allowed: cluster, namespace, labels, gpuTypes, pod, cache, platform, access, observability, huggingFaceToken, models, batch, batchQuota, gateway or tenantKeys";

  it("loads each stack with its warnings", () => {
    const folder = folderWith({
      "Pulumi.a.yaml": stackText(stackValues()),
      "Pulumi.b.yaml": stackText(stackValues({ huggingFaceToken: { secure: "AAAx" } })),
    });
    const [a, b] = loadStacks(folder, ["a", "b"]);
    assert.deepEqual(a!.warnings, []);
    assert.deepEqual(b!.warnings.map(formatProblem), ["vllm:huggingFaceToken: no model is gated, so no pod gets it"]);
    assert.equal(b!.config.models[0]!.name, "chat");
  });

  it("reports the problems of all stacks at once, each by its stack", () => {
    const files = { "Pulumi.a.yaml": bad("A"), "Pulumi.b.yaml": bad("B"), "Pulumi.c.yaml": stackText(stackValues()) };
    const found = problems(["a", "b", "c", "d"], files);
    assert.equal(found.length, 5);
    assert.match(found[0]!, new RegExp(`^a: vllm:extra: unknown key\\b.*${KEYS}$`));
    assert.equal(found[1], `a: vllm:namespace: "A" ${NAME}`);
    assert.match(found[2]!, /^b: vllm:extra: unknown key\b/);
    assert.equal(found[3], `b: vllm:namespace: "B" ${NAME}`);
    assert.equal(found[4], 'd: Pulumi.d.yaml: there is no stack "d": use a, b or c; did you mean a, b or c?');
  });

  it("names no stack when there is only one", () => {
    assert.equal(problems(["a"], { "Pulumi.a.yaml": bad("A") })[1], `vllm:namespace: "A" ${NAME}`);
  });

  it("accepts a secret only as a secret", () => {
    const gated = { models: { chat: { releases: { r1: { model: { gated: true } } } } } };
    const load = (huggingFaceToken: unknown) => () =>
      loadStack(folderWith({ "Pulumi.a.yaml": stackText(stackValues({ ...gated, huggingFaceToken })) }), "a");
    assert.throws(load("hf_x"), /^ContractError: vllm:huggingFaceToken: is in plain text in the stack file/);
    assert.deepEqual(load({ secure: "AAAx" })().warnings, []);
  });
});
