import assert from "node:assert/strict";

import { z } from "zod";

import { addonsSchema } from "../../components/platform/schema.js";

describe("addonsSchema", () => {
  it("has a default for everything but whether to install, which the cluster decides for most", () => {
    const { devicePlugin, prometheus, loadBalancerController, openTelemetryCollector, ...others } = addonsSchema.parse(
      {},
    );
    assert.deepEqual(loadBalancerController, { install: false });
    assert.deepEqual(openTelemetryCollector, { install: false, replicas: 2 });
    assert.deepEqual(devicePlugin, { featureDiscovery: true, migStrategy: "none" });
    assert.deepEqual(prometheus, { retentionDays: 15, volumeGiB: 100, namespaces: [] });
    for (const [addon, defaults] of Object.entries(others)) assert.deepEqual(defaults, {}, addon);
  });

  it("takes what it is told", () => {
    const all = {
      devicePlugin: { install: false, featureDiscovery: false, migStrategy: "mixed", timeSlicingReplicas: 4 },
      dcgmExporter: { install: true },
      keda: { install: false },
      prometheus: { install: true, retentionDays: 30, volumeGiB: 200, namespaces: ["team"] },
      clusterAutoscaler: { install: false },
      loadBalancerController: { install: true },
    };
    assert.deepEqual(addonsSchema.parse(all), { ...addonsSchema.parse({}), ...all });
  });

  const wrong: [string, unknown, string][] = [
    ["a strategy that there is not", { devicePlugin: { migStrategy: "double" } }, "devicePlugin.migStrategy"],
    ["a GPU shared by one", { devicePlugin: { timeSlicingReplicas: 1 } }, "devicePlugin.timeSlicingReplicas"],
    ["no retention", { prometheus: { retentionDays: 0 } }, "prometheus.retentionDays"],
    ["a volume too small for a day", { prometheus: { volumeGiB: 5 } }, "prometheus.volumeGiB"],
    ["a namespace that there cannot be", { prometheus: { namespaces: ["Team A"] } }, "prometheus.namespaces.0"],
    ["an answer in words", { keda: { install: "yes" } }, "keda.install"],
    ["an add-on that there is not", { istio: {} }, ""],
    ["a switch that there is not", { keda: { enabled: true } }, "keda"],
  ];
  for (const [what, value, path] of wrong) {
    it(`refuses ${what}, and says where`, () => {
      const { error } = addonsSchema.safeParse(value);
      assert.deepEqual(
        error?.issues.map((issue) => issue.path.join(".")),
        [path],
      );
    });
  }

  it("describes every field", () => {
    const described = (schema: unknown, path: string): void => {
      const { description, properties } = schema as { description?: string; properties?: Record<string, unknown> };
      assert.ok(description, path);
      for (const [key, field] of Object.entries(properties ?? {})) described(field, `${path}.${key}`);
    };
    described(z.toJSONSchema(addonsSchema, { io: "input" }), "addons");
  });
});
