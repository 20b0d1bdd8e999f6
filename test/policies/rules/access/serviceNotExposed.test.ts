import assert from "node:assert/strict";

import { serviceNotExposed } from "../../../../policies/rules/access/serviceNotExposed.js";
import { deployment, messages, service } from "../../fixtures.js";

describe("service-not-exposed", () => {
  it("accepts ClusterIP, and exposed Services of other pods", async () => {
    const gateway = service({ type: "LoadBalancer", selector: { app: "gateway" } });
    const withoutSelector = service({ type: "LoadBalancer", selector: undefined });
    const untyped = service({ type: undefined });
    const found = await messages(serviceNotExposed, [deployment(), service(), gateway, withoutSelector, untyped]);
    assert.deepEqual(found, []);
  });

  for (const type of ["LoadBalancer", "NodePort"]) {
    it(`refuses ${type} in front of a runtime`, async () => {
      assert.deepEqual(await messages(serviceNotExposed, [deployment(), service({ type })]), [
        `Service "chat" of a runtime has type ${type}: use ClusterIP behind the gateway`,
      ]);
    });
  }

  it("knows a runtime's Service by its labels when the pods are elsewhere", async () => {
    const labels = { "app.kubernetes.io/name": "vllm", "app.kubernetes.io/component": "runtime" };
    const bySelector = service({ type: "NodePort", selector: labels });
    const byLabels = service({ type: "NodePort" }, labels);
    for (const found of [bySelector, byLabels]) assert.equal((await messages(serviceNotExposed, found)).length, 1);
  });

  it("refuses external addresses", async () => {
    assert.deepEqual(await messages(serviceNotExposed, [deployment(), service({ externalIPs: ["203.0.113.5"] })]), [
      'Service "chat" of a runtime has externalIPs: use ClusterIP behind the gateway',
    ]);
  });
});
