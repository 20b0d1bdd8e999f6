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
});
