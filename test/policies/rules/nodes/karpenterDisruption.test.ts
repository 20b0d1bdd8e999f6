import assert from "node:assert/strict";

import { karpenterDisruption } from "../../../../policies/rules/nodes/karpenterDisruption.js";
import { nodePool } from "../../awsFixtures.js";
import { type Json, messages } from "../../fixtures.js";

const message = (policy: string) =>
  `spec.disruption.consolidationPolicy ${policy}, so Karpenter also removes nodes in use: set "WhenEmpty", or a budget {nodes: "0", reasons: ["Underutilized"]}`;
const pool = (disruption: Json) => nodePool({ disruption });
const budgets = (...budgets: Json[]) => pool({ consolidationPolicy: "WhenEmptyOrUnderutilized", budgets });

describe("karpenter-disruption", () => {
  it("accepts pools that lose empty nodes only", async () => {
    const accepted = [
      nodePool(),
      pool({ consolidateAfter: "Never" }),
      budgets({ nodes: "10%" }, { nodes: "0", reasons: ["Underutilized", "Drifted"] }),
      budgets({ nodes: "0%" }),
      nodePool({ disruption: undefined, replicas: 2 }),
    ];
    assert.deepEqual(await messages(karpenterDisruption, accepted), []);
  });

  it("leaves pools without GPUs alone", async () => {
    const requirements = [{ key: "karpenter.k8s.aws/instance-gpu-count", operator: "DoesNotExist" }];
    const plain = nodePool({ disruption: {} }, { requirements, taints: [] });
    assert.deepEqual(await messages(karpenterDisruption, plain), []);
  });

  it("refuses pools that lose nodes in use, which is the default", async () => {
    const refused = [undefined, { consolidateAfter: "0s" }, { consolidationPolicy: "Balanced" }].map(pool);
    assert.deepEqual(await messages(karpenterDisruption, refused), [
      message("is not set"),
      message("is not set"),
      message('is "Balanced"'),
    ]);
  });

  it("refuses budgets that hold for a time, for another reason, or leave a node", async () => {
    const refused = [
      budgets({ nodes: "0", schedule: "@daily", duration: "10m" }),
      budgets({ nodes: "0", reasons: ["Drifted"] }),
      budgets({ nodes: "1" }),
    ];
    assert.deepEqual(
      await messages(karpenterDisruption, refused),
      refused.map(() => message('is "WhenEmptyOrUnderutilized"')),
    );
  });

  it("knows a pool for interactive models by its label", async () => {
    const labelled = nodePool({ disruption: {} }, { requirements: [], taints: [] }, { workload: "gpu-inference" });
    assert.deepEqual(await messages(karpenterDisruption, labelled), [message("is not set")]);
  });

  it("accepts nodes that carry the annotation against it, on the pool's template", async () => {
    const annotated = (metadata: Json) => {
      const { props, ...item } = nodePool({ disruption: {} });
      const spec = props["spec"] as { template: object };
      return { ...item, props: { ...props, spec: { ...spec, template: { ...spec.template, metadata } } } };
    };
    const on = (value: string) => annotated({ annotations: { "karpenter.sh/do-not-disrupt": value } });
    assert.deepEqual(await messages(karpenterDisruption, [on("true"), on("false")]), [message("is not set")]);
  });

  it("judges pools of Karpenter's first version", async () => {
    const beta = (consolidationPolicy: string) => ({
      ...pool({ consolidationPolicy }),
      type: "kubernetes:karpenter.sh/v1beta1:NodePool",
    });
    assert.deepEqual(await messages(karpenterDisruption, [beta("WhenEmpty"), beta("WhenUnderutilized")]), [
      message('is "WhenUnderutilized"'),
    ]);
  });
});
