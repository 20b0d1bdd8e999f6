import assert from "node:assert/strict";

import { parse } from "yaml";

import { DevicePluginAddon, devicePluginValues } from "../../../components/platform/addons/devicePlugin.js";
import { registered } from "../../serving/registered.js";

const BOTH_TAINTS = [
  { key: "nvidia.com/gpu", operator: "Equal", value: "true", effect: "NoSchedule" },
  { key: "node-lifecycle", operator: "Equal", value: "spot", effect: "NoSchedule" },
];

describe("devicePluginValues", () => {
  it("runs on GPU nodes alone, on demand or spot, ahead of all that wants GPUs", () => {
    const { nodeSelector, tolerations, priorityClassName, updateStrategy } = devicePluginValues({});
    assert.deepEqual(nodeSelector, { "nvidia.com/gpu.present": "true" });
    assert.deepEqual(tolerations, BOTH_TAINTS);
    assert.equal(priorityClassName, "system-node-critical");
    assert.deepEqual(updateStrategy, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%" } });
  });

  it("discovers the GPUs' features, with workers where GPUs are and the rest on system nodes", () => {
    const { gfd, nfd } = devicePluginValues({});
    assert.deepEqual(gfd, { enabled: true });
    assert.equal(nfd.enabled, true);
    assert.deepEqual(nfd.worker.nodeSelector, { "nvidia.com/gpu.present": "true" });
    assert.deepEqual(nfd.worker.tolerations, BOTH_TAINTS);
    assert.deepEqual(nfd.worker.updateStrategy, { rollingUpdate: { maxUnavailable: "25%" } });
    for (const part of [nfd.master, nfd.gc]) {
      assert.deepEqual(part.nodeSelector, { workload: "system" });
      assert.deepEqual(part.tolerations, []);
    }
    assert.equal(nfd.master.replicaCount, 2);
    assert.deepEqual(nfd.master.podDisruptionBudget, { enable: true, minAvailable: 1 });
    assert.deepEqual(nfd.master.config, { extraLabelNs: ["nvidia.com"] });
  });

  it("leaves Node Feature Discovery out with the features", () => {
    const { gfd, nfd } = devicePluginValues({ gpuFeatureDiscovery: false });
    assert.deepEqual([gfd.enabled, nfd.enabled], [false, false]);
  });

  it("shares no GPU unless told to", () => {
    const { config, migStrategy } = devicePluginValues({});
    assert.deepEqual(config, { default: "", map: {} });
    assert.equal(migStrategy, "none");
  });

  it("shares GPUs under another name, on nodes that ask for it", () => {
    const { config } = devicePluginValues({ timeSlicing: { shared: 4, crowded: 10 } });
    assert.equal(config.default, "exclusive");
    assert.deepEqual(Object.keys(config.map), ["exclusive", "shared", "crowded"]);
    assert.deepEqual(parse(config.map["exclusive"]!), { version: "v1", flags: { migStrategy: "none" } });
    assert.deepEqual(parse(config.map["shared"]!), {
      version: "v1",
      flags: { migStrategy: "none" },
      sharing: {
        timeSlicing: {
          renameByDefault: true,
          failRequestsGreaterThanOne: true,
          resources: [{ name: "nvidia.com/gpu", replicas: 4 }],
        },
      },
    });
    assert.match(config.map["crowded"]!, /replicas: 10/);
  });

  it("offers MIG slices alike in every configuration", () => {
    for (const strategy of ["none", "single", "mixed"] as const) {
      const { migStrategy, config } = devicePluginValues({ migStrategy: strategy, timeSlicing: { shared: 2 } });
      assert.equal(migStrategy, strategy);
      for (const text of Object.values(config.map)) {
        assert.deepEqual((parse(text) as { flags: unknown }).flags, { migStrategy: strategy });
      }
    }
  });

  it("asks for a PodMonitor only where there is one to ask for", () => {
    assert.equal(devicePluginValues({}).nfd.prometheus.enable, true);
    assert.equal(devicePluginValues({ serviceMonitors: false }).nfd.prometheus.enable, false);
  });
});

describe("DevicePluginAddon", () => {
  it("installs the chart in a namespace of its own", async () => {
    const registry = await registered(() => new DevicePluginAddon("gpus", {}));
    assert.deepEqual(registry.names("DevicePluginAddon gpus"), ["Namespace gpus", "Release gpus"]);
    assert.deepEqual(registry.get("Namespace", "gpus").inputs["metadata"], {
      name: "nvidia-device-plugin",
      labels: { "app.kubernetes.io/managed-by": "pulumi", "pod-security.kubernetes.io/enforce": "privileged" },
    });
    assert.deepEqual(registry.get("Release", "gpus").inputs, {
      compat: "true",
      name: "nvidia-device-plugin",
      chart: "nvidia-device-plugin",
      repositoryOpts: { repo: "https://nvidia.github.io/k8s-device-plugin" },
      version: "0.20.0",
      namespace: "nvidia-device-plugin",
      atomic: true,
      timeout: 480,
      values: devicePluginValues({}),
    });
  });
});
