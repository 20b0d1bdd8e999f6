import assert from "node:assert/strict";

import { scaleDownWindow } from "../../../../policies/rules/scaling/scaleDownWindow.js";
import { deployment, horizontalAutoscaler, messages, scaledObject } from "../../fixtures.js";

const behavior = (seconds: number) => ({ scaleDown: { stabilizationWindowSeconds: seconds } });
const keda = (seconds: number) => ({ advanced: { horizontalPodAutoscalerConfig: { behavior: behavior(seconds) } } });

describe("scale-down-window", () => {
  it("accepts long windows and the defaults of 300 s", async () => {
    const accepted = [deployment(), scaledObject(), scaledObject({ advanced: undefined }), horizontalAutoscaler()];
    assert.deepEqual(await messages(scaleDownWindow, accepted), []);
  });

  it("refuses a short stabilization window", async () => {
    assert.deepEqual(await messages(scaleDownWindow, [deployment(), scaledObject(keda(60))]), [
      'ScaledObject "chat": spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds is 60 s: use at least 300 s',
    ]);
    assert.deepEqual(await messages(scaleDownWindow, [deployment(), horizontalAutoscaler({ behavior: behavior(0) })]), [
      'HorizontalPodAutoscaler "chat": spec.behavior.scaleDown.stabilizationWindowSeconds is 0 s: use at least 300 s',
    ]);
  });

  it("refuses a short cooldown before zero", async () => {
    assert.deepEqual(await messages(scaleDownWindow, [deployment(), scaledObject({ cooldownPeriod: 30 })]), [
      'ScaledObject "chat": spec.cooldownPeriod is 30 s: use at least 300 s',
    ]);
  });

  it("takes the window of its setting", async () => {
    const short = [deployment(), scaledObject({ ...keda(60), cooldownPeriod: 60 })];
    assert.deepEqual(await messages(scaleDownWindow, short, { seconds: 60 }), []);
    const found = await messages(scaleDownWindow, [deployment(), scaledObject()], { seconds: 900 });
    assert.equal(found.length, 2);
  });
});
