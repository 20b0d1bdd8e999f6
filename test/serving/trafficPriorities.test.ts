import assert from "node:assert/strict";

import { TrafficPriorities } from "../../components/serving/trafficPriorities.js";
import { type Registry, registered } from "./registered.js";

describe("TrafficPriorities", () => {
  let registry: Registry;
  before(async () => {
    registry = await registered(() => new TrafficPriorities("priorities", { prefix: "models", partOf: "test" }));
  });

  const inputs = (name: string) =>
    registry.get("PriorityClass", `priorities-${name}`).inputs as { value: number; preemptionPolicy: string };

  it("makes a class for each kind of traffic and one for spares, under the prefix", () => {
    assert.deepEqual(registry.names("TrafficPriorities priorities"), [
      "PriorityClass priorities-batch",
      "PriorityClass priorities-experimental",
      "PriorityClass priorities-interactive",
      "PriorityClass priorities-spare",
    ]);
    assert.deepEqual(inputs("interactive"), {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: {
        name: "models-interactive",
        labels: { "app.kubernetes.io/part-of": "test", "app.kubernetes.io/managed-by": "pulumi" },
      },
      value: 1_000_000,
      preemptionPolicy: "PreemptLowerPriority",
      description: "Models that people wait for",
    });
  });

  it("puts spares last, then trials, then batch beside pods without a class, and interactive first", () => {
    const values = ["spare", "experimental", "batch", "interactive"].map((name) => inputs(name).value);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => a - b),
    );
    assert.equal(new Set(values).size, 4);
    assert.equal(values[2], 0);
  });

  it("keeps every class high enough for Cluster Autoscaler to add nodes for it", () => {
    for (const { inputs } of registry.all.filter(({ type }) => type.endsWith(":PriorityClass"))) {
      assert.ok((inputs as { value: number }).value >= -10);
    }
  });

  it("lets spares push nobody aside", () => {
    assert.equal(inputs("spare").preemptionPolicy, "Never");
    for (const name of ["interactive", "batch", "experimental"]) {
      assert.equal(inputs(name).preemptionPolicy, "PreemptLowerPriority");
    }
  });

  it("leaves the cluster's default class alone", () => {
    for (const { inputs } of registry.all) assert.ok(!("globalDefault" in inputs));
  });
});
