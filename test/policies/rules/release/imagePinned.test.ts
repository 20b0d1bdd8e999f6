import assert from "node:assert/strict";

import { imagePinned } from "../../../../policies/rules/release/imagePinned.js";
import { IMAGE, deployment, messages, plainPod, resource } from "../../fixtures.js";

describe("image-pinned", () => {
  it("accepts a digest, in init containers and in pods without vLLM too", async () => {
    const initContainers = [{ name: "download", image: IMAGE }];
    assert.deepEqual(await messages(imagePinned, [deployment({ pod: { initContainers } }), plainPod()]), []);
  });

  it("refuses a tag alone, unless the setting asks for no more", async () => {
    const tagged = deployment({ container: { image: "vllm/vllm-openai:v0.30.0" } });
    assert.deepEqual(await messages(imagePinned, tagged), [
      'container "vllm": image "vllm/vllm-openai:v0.30.0" is pinned by its tag alone, which can be moved: use a version tag with its digest, name:tag@sha256:…',
    ]);
    assert.deepEqual(await messages(imagePinned, tagged, { require: "tag" }), []);
  });

  for (const image of ["vllm/vllm-openai:latest", "vllm/vllm-openai", "vllm/vllm-openai:nightly"]) {
    it(`refuses ${image} whatever the setting`, async () => {
      const moving = deployment({ container: { image } });
      assert.deepEqual(await messages(imagePinned, moving, { require: "tag" }), [
        `container "vllm": image "${image}" is not pinned: use a version tag, such as name:v1.2.3`,
      ]);
      assert.equal((await messages(imagePinned, moving)).length, 1);
    });
  }

  it("refuses an image that is absent or no reference", async () => {
    const found = await messages(imagePinned, [plainPod({ image: undefined }), plainPod({ image: "Not An Image" })]);
    assert.match(found[0] ?? "", /^container "web": image nothing is no image reference/);
    assert.match(found[1] ?? "", /^container "web": image "Not An Image" is no image reference/);
  });

  it("sees init containers and the pods of every kind of workload", async () => {
    const pod = { spec: { initContainers: [{ name: "fetch", image: "busybox" }] } };
    const cronJob = resource("kubernetes:batch/v1:CronJob", "nightly", {
      spec: { jobTemplate: { spec: { template: pod } } },
    });
    const kinds = ["apps/v1:StatefulSet", "apps/v1:DaemonSet", "apps/v1:ReplicaSet", "extensions/v1beta1:Deployment"];
    const others = [...kinds, "batch/v1:Job"].map((kind) =>
      resource(`kubernetes:${kind}`, "fetcher", { spec: { template: pod } }),
    );
    const found = await messages(imagePinned, [cronJob, ...others]);
    assert.deepEqual(
      new Set(found),
      new Set([
        'init container "fetch": image "busybox" is not pinned: use a version tag with its digest, name:tag@sha256:…',
      ]),
    );
    assert.equal(found.length, 6);
  });
});
