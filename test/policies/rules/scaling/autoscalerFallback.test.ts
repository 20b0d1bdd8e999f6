import assert from "node:assert/strict";

import { autoscalerFallback } from "../../../../policies/rules/scaling/autoscalerFallback.js";
import { type Json, deployment, horizontalAutoscaler, messages, scaledObject } from "../../fixtures.js";

describe("autoscaler-fallback", () => {
  it("accepts a fallback with null values as errors, and scalers without Prometheus", async () => {
    const cron = scaledObject({ fallback: undefined }, { type: "cron", metadata: {} });
    const found = await messages(autoscalerFallback, [deployment(), scaledObject(), cron, horizontalAutoscaler()]);
    assert.deepEqual(found, []);
  });

  it("refuses no fallback", async () => {
    assert.deepEqual(await messages(autoscalerFallback, [deployment(), scaledObject({ fallback: undefined })]), [
      'ScaledObject "chat": no spec.fallback: say how many replicas to keep when metrics fail',
    ]);
  });

  it("refuses null values read as 0, the default", async () => {
    for (const [value, shown] of [
      [undefined, "not set"],
      ["true", '"true"'],
      [{ toString: false }, '{"toString":false}'],
    ] as const) {
      const trigger = { metadata: { query: "sum(x)", ignoreNullValues: value } };
      assert.deepEqual(await messages(autoscalerFallback, [deployment(), scaledObject({}, trigger)]), [
        `ScaledObject "chat": ignoreNullValues is ${shown}: set "false", so that no data is an error`,
      ]);
    }
  });

  it("reads false as KEDA does", async () => {
    for (const ignoreNullValues of [false, "false", "False", "FALSE", "f", "0"]) {
      const trigger = { metadata: { query: "sum(x)", ignoreNullValues } };
      assert.deepEqual(await messages(autoscalerFallback, [deployment(), scaledObject({}, trigger)]), []);
    }
  });

  it("refuses a fallback that keeps less than the minimum, or nothing", async () => {
    const of = (min: number, fallback: { [key: string]: Json }) =>
      messages(autoscalerFallback, [deployment(), scaledObject({ minReplicaCount: min, fallback })]);
    assert.deepEqual(await of(4, { failureThreshold: 3, replicas: 1 }), [
      'ScaledObject "chat": spec.fallback.replicas is 1: keep at least the minimum, 4, or set behavior to currentReplicasIfHigher',
    ]);
    for (const fallback of [{ replicas: 0 }, { replicas: "0" }, { failureThreshold: 3 }]) {
      assert.equal((await of(0, fallback)).length, 1);
    }
    for (const behavior of ["currentReplicas", "currentReplicasIfHigher"]) {
      assert.deepEqual(await of(4, { replicas: 1, behavior }), []);
    }
    for (const behavior of ["static", "currentReplicasIfLower"]) {
      assert.equal((await of(4, { replicas: 1, behavior })).length, 1);
    }
  });

  const constants = [
    "sum(x) or vector(0)",
    "sum(x) or on() vector(0)",
    "sum(x) OR (vector(0.0))",
    "clamp_min(sum(x) or vector(0), 0) / 2",
    "sum(x) or absent(x) * 0",
    "sum(x) # none\nor vector(1)",
  ];
  for (const query of constants) {
    it(`refuses a number in place of lost metrics: ${JSON.stringify(query)}`, async () => {
      const trigger = { metadata: { query, ignoreNullValues: "false" } };
      assert.equal((await messages(autoscalerFallback, [deployment(), scaledObject({}, trigger)])).length, 1);
      const fallback = { failureThreshold: 3, replicas: 1 };
      const fromZero = scaledObject({ minReplicaCount: 0, fallback }, trigger);
      assert.deepEqual(await messages(autoscalerFallback, [deployment(), fromZero]), []);
    });
  }

  for (const query of [
    "sum(x or y)",
    "sum(x) * vector(2)",
    'sum(x{a=" or vector(0)"})',
    "sum(x) or vector(0) and on() up",
  ]) {
    it(`accepts ${JSON.stringify(query)}`, async () => {
      const trigger = { metadata: { query, ignoreNullValues: "false" } };
      assert.deepEqual(await messages(autoscalerFallback, [deployment(), scaledObject({}, trigger)]), []);
    });
  }
});
