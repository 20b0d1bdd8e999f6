import assert from "node:assert/strict";

import { collect } from "../../tools/collect.js";
import { loadStack } from "../../tools/loadStack.js";
import { modelConfig } from "../serving/fixtures.js";
import { stackValues } from "../stacks/fixtures.js";
import { folderWith, PROJECT, removeFolders, stackText } from "./folders.js";
import { decryptedFile, resourcesOf, WITH_SECRETS } from "./reports.js";

describe("collect", () => {
  after(removeFolders);

  it("gives each resource its own inputs", async () => {
    const resources = await resourcesOf({ namespace: "models" });
    const named = new Map(resources.map(({ type, name, inputs }) => [`${type.split(":").at(-1)} ${name}`, inputs]));
    assert.deepEqual(named.get("Namespace namespace")!["metadata"], {
      name: "models",
      labels: {
        "app.kubernetes.io/part-of": "test",
        "app.kubernetes.io/managed-by": "pulumi",
        "pod-security.kubernetes.io/enforce": "restricted",
      },
    });
    assert.deepEqual(named.get("RandomPassword chat"), { length: 40, special: false });
    assert.equal(named.get("Deployment chat-r1")!["kind"], "Deployment");
    assert.deepEqual(named.get("kubernetes cluster"), { clusterIdentifier: "llm-test" });
    for (const { type, inputs } of resources.filter((resource) => resource.type.startsWith("kubernetes:"))) {
      assert.equal(inputs["kind"], type.split(":").at(-1));
    }
  });

  it("collects every resource once, below an existing parent, with the stack on top", async () => {
    const resources = await collect(loadStack(PROJECT, "prod").file);
    const urns = new Set(resources.map(({ urn }) => urn));
    assert.equal(urns.size, resources.length);
    const roots = resources.filter(({ parent }) => parent === undefined);
    assert.deepEqual(
      roots.map(({ type, name }) => [type, name]),
      [["pulumi:pulumi:Stack", "vllm-prod"]],
    );
    for (const { parent, name } of resources) assert.ok(parent === undefined || urns.has(parent), name);
  });

  it("tells components from objects", async () => {
    for (const { type, custom } of await resourcesOf()) {
      assert.equal(custom, !/^(pulumi-vllm:|pulumi:pulumi:Stack)/.test(type), type);
    }
  });

  it("masks every secret, and says where one was", async () => {
    const resources = await resourcesOf(WITH_SECRETS);
    assert.ok(!JSON.stringify(resources).includes("s3cret"));
    const secret = resources.filter((resource) => resource.secret);
    assert.deepEqual(
      secret
        .map(({ type, name, inputs }) => [`${type.split(":").at(-1)} ${name}`, inputs["stringData"] ?? inputs])
        .sort(),
      [
        ["Secret chat-api-key", { "api-key": "[secret]" }],
        ["Secret hugging-face", { token: "[secret]" }],
        ["kubernetes cluster", { clusterIdentifier: "llm-test", kubeconfig: "[secret]" }],
      ],
    );
  });

  it("reads a stack file without decrypting its secrets", async () => {
    const secure = { secure: "AAAciphertext" };
    const values = stackValues({
      cluster: { existing: { kubeconfig: secure } },
      huggingFaceToken: secure,
      models: { chat: { releases: { r1: { model: { gated: true } } } } },
    });
    const resources = await collect(loadStack(folderWith({ "Pulumi.test.yaml": stackText(values) }), "test").file);
    assert.ok(!JSON.stringify(resources).includes("AAAciphertext"));
    assert.equal(resources.filter(({ secret }) => secret).length, 3);
  });

  it("gives the same answer again, for one stack after another", async () => {
    const first = await resourcesOf();
    await resourcesOf({ models: { other: modelConfig({ class: "batch" }) } });
    assert.deepEqual(await resourcesOf(), first);
  });

  it("puts back the limit of stack traces, also when the program fails", async () => {
    const before = Error.stackTraceLimit;
    try {
      for (const limit of [10, 7]) {
        Error.stackTraceLimit = limit;
        await resourcesOf();
        assert.equal(Error.stackTraceLimit, limit);
        await assert.rejects(collect(decryptedFile({ namespace: "Wrong" })), /vllm:namespace: "Wrong" is not/);
        assert.equal(Error.stackTraceLimit, limit);
      }
    } finally {
      Error.stackTraceLimit = before;
    }
  });
});
