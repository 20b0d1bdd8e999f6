import assert from "node:assert/strict";
import type { CollectedResource } from "../../../tools/collect.js";
import { argumentLists } from "../../../tools/verifyFlags/argumentLists.js";
import { resourcesOf } from "../reports.js";

const IMAGE = `vllm/vllm-openai:v0.30.0@sha256:${"8".repeat(64)}`;

function deployment(container: object): CollectedResource {
  const inputs = {
    metadata: { name: "a", labels: { "app.kubernetes.io/instance": "chat", "pulumi-vllm.dev/release": "r1" } },
    spec: { template: { spec: { containers: [container] } } },
  };
  // Only what is read of a resource.
  return { type: "kubernetes:apps/v1:Deployment", name: "a", inputs } as unknown as CollectedResource;
}

describe("argumentLists", () => {
  it("gathers what follows `vllm serve` in every release of a stack, and nothing of a warm spare", async () => {
    const resources = await resourcesOf({
      models: { chat: { warmSpares: 1, releases: { r1: { image: IMAGE, context: 4096 } } } },
    });
    const deployments = resources.filter(({ type }) => type.endsWith(":Deployment"));
    assert.equal(deployments.length, 2, "one of them the spare's");
    const lists = argumentLists("staging", resources);
    assert.equal(lists.length, 1);
    const { args, ...where } = lists[0]!;
    assert.deepEqual(where, { stack: "staging", model: "chat", release: "r1", image: IMAGE, version: "0.30.0" });
    assert.match(args[0]!, /^[\w.-]+\/[\w.-]+$/, "the model first");
    assert.ok(args.includes("--max-model-len=4096"), args.join(" "));
  });

  it("takes the version from the image's tag, whatever stands behind it", () => {
    const versions = [
      "vllm/vllm-openai:v0.32.0-cu129",
      "registry.example.com:5000/vllm-openai:0.31.0rc1",
      "vllm/vllm-openai:nightly",
      IMAGE.replace(":v0.30.0", ""),
    ].map((image) => argumentLists("test", [deployment({ name: "vllm", image, args: ["m"] })])[0]!.version);
    assert.deepEqual(versions, ["0.32.0", "0.31.0rc1", undefined, undefined]);
  });

  it("takes the version that the contract states, where a tag says nothing", async () => {
    const image = `acme/server:1.4.2@sha256:${"8".repeat(64)}`;
    const resources = await resourcesOf({ models: { chat: { releases: { r1: { image, vllmVersion: "0.32.0" } } } } });
    assert.deepEqual(
      argumentLists("staging", resources).map(({ version }) => version),
      ["0.32.0"],
    );
  });

  it("leaves other containers and other resources alone", () => {
    const other = deployment({ name: "proxy", image: IMAGE, args: ["m"] });
    const service = { ...deployment({ name: "vllm", image: IMAGE }), type: "kubernetes:core/v1:Service" };
    assert.deepEqual(argumentLists("test", [other, service]), []);
  });
});
