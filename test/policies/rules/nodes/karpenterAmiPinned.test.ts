import assert from "node:assert/strict";

import { karpenterAmiPinned } from "../../../../policies/rules/nodes/karpenterAmiPinned.js";
import { nodeClass } from "../../awsFixtures.js";
import { type Json, messages } from "../../fixtures.js";

const PIN = 'use an alias with a version, such as "al2023@v20240625", or an id';
const EKS = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/nvidia";
const MOVING = "/aws/service/bottlerocket/aws-k8s-1.33-nvidia/x86_64/latest/image_id";
const classOf = (...amiSelectorTerms: Json[]) => nodeClass({ amiSelectorTerms });

describe("karpenter-ami-pinned", () => {
  const pinned: Json[] = [
    { alias: "al2023@v20240625" },
    { alias: "bottlerocket@v1.10.0" },
    { id: "ami-1" },
    { name: "amazon-eks-node-al2023-x86_64-nvidia-1.33-v20250620" },
    { ssmParameter: `${EKS}/amazon-eks-node-al2023-x86_64-nvidia-1.33-v20250620/image_id` },
    { ssmParameter: "/aws/service/bottlerocket/aws-k8s-1.33-nvidia/x86_64/1.40.0/image_id" },
    { ssmParameter: "/ours/gpu-image:7" },
  ];
  for (const term of pinned) {
    it(`accepts ${JSON.stringify(term)}`, async () => {
      assert.deepEqual(await messages(karpenterAmiPinned, classOf(term)), []);
    });
  }

  const moving: Array<[Json, string]> = [
    [{ alias: "al2023@latest" }, 'alias "al2023@latest" is a moving image'],
    [{ name: "amazon-eks-node-al2023-*" }, 'name "amazon-eks-node-al2023-*" matches new images'],
    [{ tags: { team: "ml" } }, "tags match whatever image carries them"],
    [{ ssmParameter: MOVING }, `ssmParameter "${MOVING}" names whatever image it holds`],
  ];
  for (const [term, problem] of moving) {
    it(`refuses ${JSON.stringify(term)}`, async () => {
      const found = await messages(karpenterAmiPinned, classOf({ id: "ami-1" }, term));
      assert.deepEqual(found, [`spec.amiSelectorTerms[1].${problem}: ${PIN}`]);
    });
  }

  it("refuses a class that names no image", async () => {
    const found = await messages(karpenterAmiPinned, [classOf(), nodeClass({ amiSelectorTerms: undefined })]);
    assert.deepEqual(found, Array(2).fill(`spec.amiSelectorTerms is not set: ${PIN}`));
  });
});
