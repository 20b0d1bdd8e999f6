import assert from "node:assert/strict";

import { rules } from "../../../../policies/rules/index.js";
import { runPolicies } from "../../../../tools/policyRunner.js";
import { type Json, resource } from "../../fixtures.js";

type Changes = { [key: string]: Json };

const GPUS = [{ key: "karpenter.k8s.aws/instance-family", operator: "In", values: ["g6"] }];
const SPOT = [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] }];

async function broken(type: string, props: Changes): Promise<string[]> {
  return (await runPolicies([resource(`kubernetes:${type}`, "patch", props)], rules)).map(({ rule }) => rule);
}

describe("patches of node pools, classes and storage", () => {
  for (const spec of [
    {},
    { template: { spec: { requirements: [...GPUS, ...SPOT] } } },
    { template: { metadata: { labels: { "nvidia.com/gpu.present": "true" } } } },
    { limits: { "nvidia.com/gpu": 8 } },
  ] as Changes[]) {
    it(`are not asked for what others state: ${JSON.stringify(spec)}`, async () => {
      assert.deepEqual(await broken("karpenter.sh/v1:NodePoolPatch", { spec }), []);
    });
  }

  it("are judged by what they state themselves", async () => {
    const taints = [{ key: "team", value: "a", effect: "NoSchedule" }];
    const template = { spec: { requirements: GPUS, taints } };
    const disruption = { consolidationPolicy: "WhenEmptyOrUnderutilized" };
    assert.deepEqual(await broken("karpenter.sh/v1:NodePoolPatch", { spec: { template, disruption } }), [
      "gpu-node-taint",
      "karpenter-disruption",
    ]);
    assert.deepEqual(await broken("karpenter.k8s.aws/v1beta1:EC2NodeClassPatch", { spec: { role: "nodes" } }), []);
    const spec = { metadataOptions: { httpTokens: "optional" }, amiSelectorTerms: [{ alias: "al2023@latest" }] };
    assert.deepEqual(await broken("karpenter.k8s.aws/v1:EC2NodeClassPatch", { spec }), [
      "karpenter-ami-pinned",
      "imdsv2",
    ]);
    const provisioner = "ebs.csi.aws.com";
    assert.deepEqual(await broken("storage.k8s.io/v1:StorageClassPatch", { provisioner }), []);
    assert.deepEqual(
      await broken("storage.k8s.io/v1:StorageClassPatch", { provisioner, parameters: { type: "gp3" } }),
      ["volume-encrypted"],
    );
  });
});
