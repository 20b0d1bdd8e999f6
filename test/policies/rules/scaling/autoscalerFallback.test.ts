import assert from "node:assert/strict";

import { autoscalerFallback } from "../../../../policies/rules/scaling/autoscalerFallback.js";
import { deployment, horizontalAutoscaler, messages, scaledObject } from "../../fixtures.js";

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
});
