import assert from "node:assert/strict";

import { DcgmExporterAddon, dcgmExporterValues } from "../../../components/platform/addons/dcgmExporter.js";
import { DCGM } from "../../../components/vocabulary/metrics/kubernetes.js";
import { registered } from "../../serving/registered.js";

describe("dcgmExporterValues", () => {
  it("runs on every GPU node, on demand or spot", () => {
    const { nodeSelector, tolerations, priorityClassName } = dcgmExporterValues({});
    assert.deepEqual(nodeSelector, { "nvidia.com/gpu.present": "true" });
    assert.deepEqual(tolerations, [
      { key: "nvidia.com/gpu", operator: "Equal", value: "true", effect: "NoSchedule" },
      { key: "node-lifecycle", operator: "Equal", value: "spot", effect: "NoSchedule" },
    ]);
    assert.equal(priorityClassName, "system-node-critical");
  });

  it("replaces a quarter of its pods at a time, since each takes 45 s to be asked whether it is ready", () => {
    assert.deepEqual(dcgmExporterValues({}).rollingUpdate, { maxUnavailable: "25%", maxSurge: 0 });
  });

  it("has memory for nodes with eight GPUs, and CPU to answer in time", () => {
    assert.deepEqual(dcgmExporterValues({}).resources, {
      requests: { cpu: "100m", memory: "512Mi" },
      limits: { cpu: "1", memory: "1Gi" },
    });
  });

  it("writes the release on a GPU's series, and nothing else of the pod's labels", () => {
    const { kubernetes } = dcgmExporterValues({});
    assert.equal(kubernetes.enablePodLabels, true);
    assert.equal(kubernetes.enablePodUID, false);
    const allowed = kubernetes.podLabelAllowlistRegex.map((text) => new RegExp(text));
    const isAllowed = (label: string): boolean => allowed.some((regex) => regex.test(label));
    for (const label of [
      "app.kubernetes.io/name",
      "app.kubernetes.io/instance",
      "app.kubernetes.io/component",
      "pulumi-vllm.dev/release",
      "pulumi-vllm.dev/revision",
      "pulumi-vllm.dev/class",
    ]) {
      assert.ok(isAllowed(label), label);
    }
    for (const label of ["pod-template-hash", "app.kubernetes.io/name-of", "appXkubernetes.io/name", "team"]) {
      assert.ok(!isAllowed(label), label);
    }
    // The chart joins them by commas.
    assert.ok(!kubernetes.podLabelAllowlistRegex.some((text) => text.includes(",")));
  });

  it("counts XID errors and clock events, beside what the chart reads", () => {
    const { customMetrics, podAnnotations } = dcgmExporterValues({});
    const fields = customMetrics.trimEnd().split("\n");
    assert.equal(fields.length, 26);
    for (const field of fields) assert.match(field, /^DCGM_(FI|EXP)_\w+, (gauge|counter), [^,]+$/);
    assert.deepEqual(
      fields.filter((field) => field.startsWith("DCGM_EXP_")).map((field) => field.split(",")[0]),
      ["DCGM_EXP_XID_ERRORS_COUNT", "DCGM_EXP_CLOCK_EVENTS_COUNT"],
    );
    for (const { name } of Object.values(DCGM)) assert.ok(customMetrics.includes(`${name}, `), name);
    // Another list replaces the pods, which read it when they start.
    assert.match(podAnnotations["pulumi-vllm.dev/counters"], /^[0-9a-f]{16}$/);
  });

  it("is scraped with the names of the pod on the GPU, not its own", () => {
    assert.deepEqual(dcgmExporterValues({}).serviceMonitor, {
      enabled: true,
      interval: "15s",
      scrapeTimeout: "10s",
      honorLabels: true,
      relabelings: [{ action: "replace", sourceLabels: ["__meta_kubernetes_pod_node_name"], targetLabel: "node" }],
    });
    assert.equal(dcgmExporterValues({ serviceMonitors: false }).serviceMonitor.enabled, false);
  });
});

describe("DcgmExporterAddon", () => {
  it("installs the chart in a namespace of its own", async () => {
    const registry = await registered(() => new DcgmExporterAddon("dcgm", {}));
    assert.deepEqual(registry.names("DcgmExporterAddon dcgm"), ["Namespace dcgm", "Release dcgm"]);
    assert.deepEqual(registry.get("Namespace", "dcgm").inputs["metadata"], {
      name: "dcgm-exporter",
      labels: { "app.kubernetes.io/managed-by": "pulumi", "pod-security.kubernetes.io/enforce": "privileged" },
    });
    assert.deepEqual(registry.get("Release", "dcgm").inputs, {
      compat: "true",
      name: "dcgm-exporter",
      chart: "dcgm-exporter",
      repositoryOpts: { repo: "https://nvidia.github.io/dcgm-exporter/helm-charts" },
      version: "4.8.2",
      namespace: "dcgm-exporter",
      atomic: true,
      timeout: 640,
      values: dcgmExporterValues({}),
    });
  });

  it("waits for no more waves than there are nodes", async () => {
    for (const [nodes, timeout] of [
      [1, 385],
      [2, 470],
      [7, 640],
      [500, 640],
    ]) {
      const registry = await registered(() => new DcgmExporterAddon("dcgm", { nodes }));
      assert.equal(registry.get("Release", "dcgm").inputs["timeout"], timeout, `${nodes} nodes`);
    }
  });
});
