import assert from "node:assert/strict";

import { interactiveOffSpot } from "../../../../policies/rules/resources/interactiveOffSpot.js";
import { type Json, deployment, messages } from "../../fixtures.js";

const TOLERATES =
  "the pod tolerates the taint node-lifecycle=spot: remove that toleration, or name the one taint it is for";
const tolerations = (...items: Json[]) => ({ pod: { tolerations: items } });

describe("interactive-off-spot", () => {
  it("keeps on-demand pods, and lets other classes use spot nodes", async () => {
    const batch = deployment({
      labels: { "pulumi-vllm.dev/class": "batch" },
      pod: { nodeSelector: { "node-lifecycle": "spot" }, tolerations: [{ operator: "Exists" }] },
    });
    assert.deepEqual(await messages(interactiveOffSpot, [deployment(), batch]), []);
  });

  it("refuses a toleration of the spot taint", async () => {
    const equal = { key: "node-lifecycle", operator: "Equal", value: "spot", effect: "NoSchedule" };
    for (const toleration of [
      equal,
      { key: "node-lifecycle", operator: "Exists" },
      { key: "node-lifecycle", value: "spot" },
    ]) {
      assert.deepEqual(await messages(interactiveOffSpot, deployment(tolerations(toleration))), [TOLERATES]);
    }
  });

  it("refuses a toleration of everything", async () => {
    const found = await messages(interactiveOffSpot, deployment(tolerations({ operator: "Exists" })));
    assert.equal(found[0], TOLERATES);
    assert.ok(
      found.includes(TOLERATES.replace("node-lifecycle", "cloud.google.com/gke-spot").replace("=spot", "=true")),
    );
  });

  it("keeps tolerations of another value or effect", async () => {
    const other = tolerations(
      { key: "node-lifecycle", operator: "Equal", value: "on-demand" },
      { key: "node-lifecycle", operator: "Exists", effect: "NoExecute" },
    );
    assert.deepEqual(await messages(interactiveOffSpot, deployment(other)), []);
  });

  it("refuses a choice of spot nodes by selector, required or preferred affinity", async () => {
    const term = { matchExpressions: [{ key: "eks.amazonaws.com/capacityType", operator: "In", values: ["SPOT"] }] };
    const chosen = [
      { nodeSelector: { "eks.amazonaws.com/capacityType": "SPOT" } },
      { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } } },
      {
        affinity: {
          nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: term }] },
        },
      },
    ];
    for (const pod of chosen) {
      assert.deepEqual(await messages(interactiveOffSpot, deployment({ pod })), [
        "the pod chooses nodes by eks.amazonaws.com/capacityType=SPOT: choose on-demand nodes",
      ]);
    }
    const away = { matchExpressions: [{ key: "node-lifecycle", operator: "NotIn", values: ["spot"] }] };
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [away] } },
    };
    assert.deepEqual(await messages(interactiveOffSpot, deployment({ pod: { affinity } })), []);
  });

  const requirement = (expression: Json) => ({
    pod: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] },
        },
      },
    },
  });

  it("refuses whatever leaves spot nodes alone", async () => {
    const refused: Json[] = [
      { key: "karpenter.sh/capacity-type", operator: "NotIn", values: ["on-demand"] },
      { key: "karpenter.sh/capacity-type", operator: "NotIn", values: ["on-demand", "reserved"] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] },
      { key: "eks.amazonaws.com/capacityType", operator: "NotIn", values: ["ON_DEMAND"] },
      { key: "node-lifecycle", operator: "NotIn", values: ["on-demand"] },
      { key: "cloud.google.com/gke-provisioning", operator: "NotIn", values: ["standard"] },
      { key: "cloud.google.com/gke-spot", operator: "Exists" },
      { key: "kubernetes.azure.com/scalesetpriority", operator: "Exists" },
      { key: "node.kubernetes.io/lifecycle", operator: "In", values: ["Ec2Spot"] },
      { key: "lifecycle", operator: "NotIn", values: ["OnDemand"] },
      { key: "karpenter.sh/nodepool", operator: "In", values: ["gpu-spot"] },
      { key: "on-demand", operator: "DoesNotExist" },
      { key: "preemptible", operator: "Exists" },
    ];
    for (const expression of refused) {
      const found = await messages(interactiveOffSpot, deployment(requirement(expression)));
      assert.equal(found.length, 1, JSON.stringify(expression));
      assert.match(found[0] ?? "", /^the pod chooses nodes by \S.*: choose on-demand nodes$/);
    }
  });

  it("accepts whatever leaves spot nodes out, and names that only look like it", async () => {
    const accepted: Json[] = [
      { key: "karpenter.sh/capacity-type", operator: "NotIn", values: ["spot"] },
      { key: "karpenter.sh/capacity-type", operator: "NotIn", values: ["spot", "on-demand"] },
      { key: "karpenter.sh/capacity-type", operator: "NotIn", values: ["reserved"] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand", "reserved"] },
      { key: "karpenter.sh/capacity-type", operator: "Exists" },
      { key: "eks.amazonaws.com/capacityType", operator: "In", values: ["ON_DEMAND"] },
      { key: "cloud.google.com/gke-spot", operator: "DoesNotExist" },
      { key: "cloud.google.com/gke-spot", operator: "NotIn", values: ["true"] },
      { key: "cloud.google.com/gke-provisioning", operator: "In", values: ["standard"] },
      { key: "kubernetes.azure.com/scalesetpriority", operator: "DoesNotExist" },
      { key: "spot", operator: "In", values: ["false"] },
      { key: "agentpool", operator: "In", values: ["non-spot"] },
      { key: "agentpool", operator: "In", values: ["hotspot"] },
      { key: "spotify.com/team", operator: "In", values: ["models"] },
      { key: "size", operator: "NotIn", values: ["standard"] },
    ];
    for (const expression of accepted) {
      const found = await messages(interactiveOffSpot, deployment(requirement(expression)));
      assert.deepEqual(found, [], JSON.stringify(expression));
    }
  });

  it("refuses tolerations of taints that users name after spot nodes", async () => {
    const refused: Json[] = [
      { key: "spot", operator: "Equal", value: "true", effect: "NoSchedule" },
      { key: "spot", operator: "Exists" },
      { key: "example.com/spot-instance", operator: "Exists", effect: "NoExecute" },
      { key: "lifecycle", value: "Ec2Spot", effect: "NoSchedule" },
      { key: "karpenter.sh/capacity-type", value: "spot" },
      { key: "capacityType", value: "SPOT" },
      { key: "preemptible", value: "true" },
      { key: "spotInstance", operator: "Exists" },
    ];
    for (const toleration of refused) {
      const found = await messages(interactiveOffSpot, deployment(tolerations(toleration)));
      assert.equal(found.length, 1, JSON.stringify(toleration));
      assert.match(found[0] ?? "", /^the pod tolerates the taint \S+: remove that toleration/);
    }
    const accepted: Json[] = [
      { key: "spot", value: "false" },
      { key: "spot", operator: "Exists", effect: "PreferNoSchedule" },
      { key: "hotspot", operator: "Exists" },
      { key: "lifecycle", value: "on-demand" },
      { key: "nvidia.com/gpu", operator: "Exists" },
    ];
    assert.deepEqual(await messages(interactiveOffSpot, deployment(tolerations(...accepted))), []);
  });
});
