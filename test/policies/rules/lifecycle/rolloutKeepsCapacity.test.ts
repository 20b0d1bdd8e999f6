import assert from "node:assert/strict";

import { rolloutKeepsCapacity } from "../../../../policies/rules/lifecycle/rolloutKeepsCapacity.js";
import { type Json, deployment, messages, resource } from "../../fixtures.js";

const strategy = (type: string | undefined, rollingUpdate?: Json) =>
  deployment({ spec: { strategy: { type, rollingUpdate } } });

describe("rollout-keeps-capacity", () => {
  it("accepts surge before removal, as numbers or percentages", async () => {
    const percent = strategy(undefined, { maxUnavailable: "0%", maxSurge: "25%" });
    assert.deepEqual(await messages(rolloutKeepsCapacity, [deployment(), percent]), []);
    assert.deepEqual(await messages(rolloutKeepsCapacity, strategy("RollingUpdate", { maxUnavailable: 0 })), []);
  });

  it("asks nothing of Deployments without vLLM", async () => {
    const web = resource("kubernetes:apps/v1:Deployment", "web", {
      spec: { strategy: { type: "Recreate" }, template: { spec: { containers: [{ name: "web", image: "nginx" }] } } },
    });
    assert.deepEqual(await messages(rolloutKeepsCapacity, web), []);
  });

  it("refuses Recreate", async () => {
    assert.deepEqual(await messages(rolloutKeepsCapacity, strategy("Recreate")), [
      'spec.strategy.type "Recreate" stops every pod first: use RollingUpdate with maxUnavailable 0',
    ]);
  });

  it("refuses the default of 25% from four replicas on, of which it takes one away", async () => {
    const default25 = (replicas: number) => deployment({ spec: { replicas, strategy: undefined } });
    assert.deepEqual(await messages(rolloutKeepsCapacity, [default25(1), default25(3), strategy("RollingUpdate")]), []);
    for (const unset of [default25(4), deployment({ spec: { replicas: 8, strategy: { type: "RollingUpdate" } } })]) {
      assert.deepEqual(await messages(rolloutKeepsCapacity, unset), [
        "spec.strategy.rollingUpdate.maxUnavailable is not set, so 25%: set it to 0",
      ]);
    }
  });

  it("refuses pods taken away first, and no surge", async () => {
    assert.deepEqual(
      await messages(rolloutKeepsCapacity, strategy("RollingUpdate", { maxUnavailable: 1, maxSurge: 0 })),
      [
        "spec.strategy.rollingUpdate.maxUnavailable is 1: set it to 0",
        "spec.strategy.rollingUpdate.maxSurge is 0: allow at least 1 pod more",
      ],
    );
    const found = await messages(rolloutKeepsCapacity, strategy(undefined, { maxUnavailable: 0, maxSurge: "0%" }));
    assert.deepEqual(found, ['spec.strategy.rollingUpdate.maxSurge is "0%": allow at least 1 pod more']);
  });

  it("counts shares of the replicas as Kubernetes does", async () => {
    const share = (maxUnavailable: Json, replicas: number) =>
      deployment({ spec: { replicas, strategy: { rollingUpdate: { maxUnavailable, maxSurge: 1 } } } });
    const accepted = [share("25%", 3), share("10%", 9), share("0%", 100), share("0", 4), share("33%", 3)];
    assert.deepEqual(await messages(rolloutKeepsCapacity, accepted), []);
    for (const [maxUnavailable, replicas] of [
      ["25%", 4],
      ["50%", 2],
      ["100%", 1],
      [1, 1],
    ] as const) {
      assert.equal((await messages(rolloutKeepsCapacity, share(maxUnavailable, replicas))).length, 1);
    }
  });

  const template = { spec: { containers: [{ name: "vllm", image: "vllm/vllm-openai:v0.30.0" }] } };
  const ofKind = (type: string, spec: { [key: string]: Json }) =>
    resource(`kubernetes:${type}`, "chat", { spec: { template, ...spec } });

  it("judges what a patch states, and canaries of Rollouts", async () => {
    const refused: Array<[ReturnType<typeof resource>, RegExp]> = [
      [ofKind("apps/v1:DeploymentPatch", { strategy: { type: "Recreate" } }), /"Recreate" stops every pod/],
      [ofKind("apps/v1:DeploymentPatch", { strategy: { rollingUpdate: { maxUnavailable: "25%" } } }), /"25%": set it/],
      [
        ofKind("argoproj.io/v1alpha1:Rollout", { strategy: { canary: { maxUnavailable: 1 } } }),
        /canary\.maxUnavailable is 1/,
      ],
      [ofKind("argoproj.io/v1alpha1:Rollout", { replicas: 4, strategy: { canary: { steps: [] } } }), /not set, so 25%/],
      [
        ofKind("argoproj.io/v1alpha1:Rollout", { strategy: { canary: { maxSurge: "0%" } } }),
        /canary\.maxSurge is "0%"/,
      ],
    ];
    for (const [runtime, expected] of refused) {
      const found = await messages(rolloutKeepsCapacity, runtime);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", expected);
    }
  });

  it("lets kinds be that replace pods in their places", async () => {
    const accepted = [
      ofKind("apps/v1:DeploymentPatch", { replicas: 8 }),
      ofKind("argoproj.io/v1alpha1:Rollout", { replicas: 8, strategy: { blueGreen: { activeService: "chat" } } }),
      ofKind("apps/v1:StatefulSet", { replicas: 8, updateStrategy: { type: "OnDelete" } }),
      ofKind("apps/v1:StatefulSet", {
        replicas: 8,
        updateStrategy: { rollingUpdate: { partition: 3, maxUnavailable: 1 } },
      }),
      ofKind("apps/v1:DaemonSet", { updateStrategy: { rollingUpdate: { maxUnavailable: 1 } } }),
      ofKind("batch/v1:Job", {}),
    ];
    assert.deepEqual(await messages(rolloutKeepsCapacity, accepted), []);
  });
});
