import assert from "node:assert/strict";

import { kedaPolicies } from "../../../components/platform/ingress.js";
import { KedaAddon, kedaValues } from "../../../components/platform/addons/keda.js";
import { registered } from "../../serving/registered.js";

describe("kedaValues", () => {
  const values = kedaValues({ clusterName: "llm" });

  it("runs two of each part on system nodes, and lets one go at a time", () => {
    assert.deepEqual(values.nodeSelector, { workload: "system" });
    assert.equal(values.priorityClassName, "system-cluster-critical");
    assert.deepEqual(
      [values.operator.replicaCount, values.metricsServer.replicaCount, values.webhooks.replicaCount],
      [2, 2, 2],
    );
    assert.deepEqual(values.podDisruptionBudget, {
      operator: { maxUnavailable: 1 },
      metricServer: { maxUnavailable: 1 },
      webhooks: { maxUnavailable: 1 },
    });
  });

  it("spreads the two over zones and nodes", () => {
    assert.deepEqual(values.topologySpreadConstraints.operator, [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { app: "keda-operator" } },
      },
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { app: "keda-operator" } },
      },
    ]);
    const { metricsServer, webhooks } = values.topologySpreadConstraints;
    assert.deepEqual(metricsServer[0]?.labelSelector.matchLabels, { app: "keda-operator-metrics-apiserver" });
    assert.deepEqual(webhooks[0]?.labelSelector.matchLabels, { app: "keda-admission-webhooks" });
  });

  it("keeps ScaledObjects when it is uninstalled, and lets them be written while its webhook is away", () => {
    assert.deepEqual(values.crds, {
      install: true,
      additionalAnnotations: { "helm.sh/resource-policy": "keep" },
    });
    assert.equal(values.webhooks.failurePolicy, "Ignore");
  });

  it("reads no Secret outside of its own namespace, neither by name nor as any resource that could be scaled", () => {
    assert.deepEqual(values.permissions, {
      operator: { restrict: { secret: true } },
      metricServer: { restrict: { secret: true } },
    });
    assert.deepEqual(values.rbac, { enabledCustomScaledRefKinds: false });
  });

  it("is scraped only where there are ServiceMonitors", () => {
    for (const enabled of [true, false]) {
      const { prometheus } = kedaValues({ clusterName: "llm", serviceMonitors: enabled });
      for (const part of [prometheus.operator, prometheus.metricServer, prometheus.webhooks]) {
        assert.deepEqual(part.serviceMonitor, { enabled, interval: "30s", scrapeTimeout: "10s" });
      }
    }
  });

  it("knows the cluster's name", () => {
    assert.equal(values.clusterName, "llm");
  });
});

describe("KedaAddon", () => {
  it("closes its namespace to all but the API server and the Prometheus that it is told of", async () => {
    const registry = await registered(
      () => new KedaAddon("scaling", { clusterName: "llm", monitoringNamespace: "watch" }),
    );
    for (const [ending, spec] of Object.entries(kedaPolicies("watch"))) {
      const { inputs } = registry.get("NetworkPolicy", `scaling-${ending}`);
      assert.deepEqual(inputs["spec"], spec);
      assert.deepEqual(inputs["metadata"], {
        name: ending,
        namespace: "keda",
        labels: { "app.kubernetes.io/managed-by": "pulumi" },
      });
    }
  });

  it("installs the chart in a restricted namespace of its own", async () => {
    const registry = await registered(() => new KedaAddon("scaling", { clusterName: "llm" }));
    assert.deepEqual(registry.names("KedaAddon scaling"), [
      "Namespace scaling",
      "NetworkPolicy scaling-api-server",
      "NetworkPolicy scaling-neighbours",
      "Release scaling",
    ]);
    assert.deepEqual(registry.get("Namespace", "scaling").inputs["metadata"], {
      name: "keda",
      labels: { "app.kubernetes.io/managed-by": "pulumi", "pod-security.kubernetes.io/enforce": "restricted" },
    });
    assert.deepEqual(registry.get("Release", "scaling").inputs, {
      compat: "true",
      name: "keda",
      chart: "keda",
      repositoryOpts: { repo: "https://kedacore.github.io/charts" },
      version: "2.20.2",
      namespace: "keda",
      atomic: true,
      timeout: 300,
      values: kedaValues({ clusterName: "llm" }),
    });
  });
});
