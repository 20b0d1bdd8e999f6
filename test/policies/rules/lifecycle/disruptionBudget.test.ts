import assert from "node:assert/strict";

import { disruptionBudget } from "../../../../policies/rules/lifecycle/disruptionBudget.js";
import {
  budget,
  deployment,
  horizontalAutoscaler,
  messages,
  plainPod,
  resource,
  scaledObject,
} from "../../fixtures.js";

const missing = (replicas: number) =>
  `Deployment "chat" has ${replicas} replicas and no PodDisruptionBudget in namespace "models" selects its pods: add one with maxUnavailable: 1`;
const single = () => deployment({ spec: { replicas: 1 } });

describe("disruption-budget", () => {
  it("accepts a budget that selects the pods by labels, expressions or everything", async () => {
    const expression = { key: "app.kubernetes.io/instance", operator: "In", values: ["chat", "search"] };
    for (const selector of [
      { matchLabels: { "app.kubernetes.io/instance": "chat" } },
      { matchExpressions: [expression] },
      {},
    ]) {
      assert.deepEqual(await messages(disruptionBudget, [deployment(), budget({ selector })]), []);
    }
  });

  it("accepts a single replica and pods without vLLM", async () => {
    assert.deepEqual(await messages(disruptionBudget, [single(), plainPod()]), []);
    assert.deepEqual(await messages(disruptionBudget, [single(), scaledObject({ minReplicaCount: 1 })]), []);
  });

  it("refuses two replicas without budget", async () => {
    assert.deepEqual(await messages(disruptionBudget, deployment()), [missing(2)]);
  });

  it("counts the replicas that an autoscaler keeps", async () => {
    assert.deepEqual(await messages(disruptionBudget, [single(), scaledObject({ minReplicaCount: 3 })]), [missing(3)]);
    assert.deepEqual(await messages(disruptionBudget, [single(), horizontalAutoscaler()]), [missing(2)]);
  });

  it("refuses a budget of another namespace, for other labels or without selector", async () => {
    const others = [
      budget({}, "other"),
      budget({ selector: { matchLabels: { "app.kubernetes.io/instance": "search" } } }),
      budget({ selector: undefined }),
      budget({ selector: { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "DoesNotExist" }] } }),
      budget({
        selector: { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "NotIn", values: ["vllm"] }] },
      }),
    ];
    for (const other of others) {
      assert.deepEqual(await messages(disruptionBudget, [deployment(), other]), [missing(2)]);
    }
  });

  it("asks from the replicas of its setting on", async () => {
    assert.deepEqual(await messages(disruptionBudget, deployment(), { minReplicas: 3 }), []);
    assert.deepEqual(await messages(disruptionBudget, single(), { minReplicas: 1 }), [missing(1)]);
  });

  it("refuses a budget that lets all pods go at once, or none ever", async () => {
    const found = (spec: { maxUnavailable?: number | string; minAvailable?: number | string }) =>
      messages(disruptionBudget, [deployment(), budget({ maxUnavailable: undefined, ...spec })]);
    for (const spec of [
      { maxUnavailable: "100%" },
      { maxUnavailable: 2 },
      { minAvailable: 0 },
      { minAvailable: "0%" },
    ]) {
      assert.match((await found(spec)).join(), /^PodDisruptionBudget "chat": .* lets all .*pods go at once/);
    }
    for (const spec of [{ maxUnavailable: 0 }, { minAvailable: 2 }, { minAvailable: "51%" }]) {
      assert.match((await found(spec)).join(), /^PodDisruptionBudget "chat": .* of 2 pods lets none go/);
    }
    for (const spec of [{ maxUnavailable: "50%" }, { minAvailable: 1 }, { minAvailable: "50%" }]) {
      assert.deepEqual(await found(spec), []);
    }
  });

  it("refuses a budget without numbers, which lets none go", async () => {
    const found = await messages(disruptionBudget, [deployment(), budget({ maxUnavailable: undefined })]);
    assert.deepEqual(found, [
      'PodDisruptionBudget "chat": neither maxUnavailable nor minAvailable is set, so that no node can be drained: set maxUnavailable to 1',
    ]);
  });

  it("refuses two budgets for the same pods, but no budget with its patch", async () => {
    const named = (name: string, kind = "PodDisruptionBudget") =>
      resource(`kubernetes:policy/v1:${kind}`, name, {
        metadata: { name, namespace: "models" },
        spec: { maxUnavailable: 1, selector: {} },
      });
    assert.deepEqual(await messages(disruptionBudget, [deployment(), budget(), named("all")]), [
      'Deployment "chat": PodDisruptionBudgets "all" and "chat" select the same pods, and Kubernetes then evicts none, so that no node can be drained: leave one',
    ]);
    const patched = [deployment(), budget(), named("chat", "PodDisruptionBudgetPatch")];
    assert.deepEqual(await messages(disruptionBudget, patched), []);
  });

  it("counts the pods of a LeaderWorkerSet's groups", async () => {
    const labels = { "app.kubernetes.io/instance": "chat" };
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: "a", image: "x", command: ["vllm", "serve", "m"] }] },
    };
    const groups = resource("kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet", "chat", {
      metadata: { name: "chat", namespace: "models" },
      spec: { replicas: 2, leaderWorkerTemplate: { size: 2, workerTemplate: template } },
    });
    assert.equal((await messages(disruptionBudget, groups)).length, 1);
    const of = (spec: { [key: string]: number }) => budget({ maxUnavailable: undefined, ...spec });
    assert.deepEqual(await messages(disruptionBudget, [groups, of({ minAvailable: 2 })]), []);
    assert.deepEqual(await messages(disruptionBudget, [groups, of({ maxUnavailable: 2 })]), []);
    assert.equal((await messages(disruptionBudget, [groups, of({ minAvailable: 4 })])).length, 1);
  });

  it("asks nothing of jobs", async () => {
    const job = resource("kubernetes:batch/v1:Job", "j", {
      spec: {
        parallelism: 4,
        template: { spec: { containers: [{ name: "a", image: "x", command: ["vllm", "serve", "m"] }] } },
      },
    });
    assert.deepEqual(await messages(disruptionBudget, job), []);
  });
});
