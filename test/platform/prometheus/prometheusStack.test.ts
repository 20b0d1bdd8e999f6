import assert from "node:assert/strict";

import type * as pulumi from "@pulumi/pulumi";

import { monitoringPolicies } from "../../../components/platform/ingress.js";
import { PrometheusStackAddon } from "../../../components/platform/prometheus/prometheusStack.js";
import { prometheusStackValues } from "../../../components/platform/prometheus/values.js";
import { type Registry, registered, valueOf } from "../../serving/registered.js";

describe("PrometheusStackAddon", () => {
  let registry: Registry;
  let url: pulumi.Output<string>;
  before(async () => {
    registry = await registered(() => {
      url = new PrometheusStackAddon("metrics", { clusterName: "llm", volumeGiB: 20 }).url;
    });
  });

  it("installs the chart of the OCI registry in a namespace of its own", () => {
    assert.deepEqual(registry.names("PrometheusStackAddon metrics"), [
      "Namespace metrics",
      "NetworkPolicy metrics-api-server",
      "NetworkPolicy metrics-neighbours",
      "NetworkPolicy metrics-readers",
      "RandomPassword metrics",
      "Release metrics",
      "Secret metrics-grafana-admin",
    ]);
    assert.deepEqual(registry.get("Namespace", "metrics").inputs["metadata"], {
      name: "monitoring",
      labels: { "app.kubernetes.io/managed-by": "pulumi", "pod-security.kubernetes.io/enforce": "privileged" },
    });
    assert.deepEqual(registry.get("Release", "metrics").inputs, {
      compat: "true",
      name: "kube-prometheus-stack",
      chart: "oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack",
      version: "88.5.3",
      namespace: "monitoring",
      atomic: true,
      timeout: 1060,
      values: prometheusStackValues({ clusterName: "llm", volumeGiB: 20 }),
    });
  });

  it("makes Grafana's password, and keeps it secret on its way into the Secret", () => {
    assert.deepEqual(registry.get("RandomPassword", "metrics").inputs, { length: 40, special: false });
    assert.deepEqual(registry.get("Secret", "metrics-grafana-admin").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "grafana-admin",
        namespace: "monitoring",
        labels: { "app.kubernetes.io/managed-by": "pulumi" },
      },
      type: "Opaque",
      stringData: { secret: { "admin-user": "admin", "admin-password": "k3y" } },
    });
  });

  it("closes its namespace to all but the API server and the trusted namespaces", async () => {
    const args = { namespace: "watch", trustedNamespaces: ["vllm"] };
    const other = await registered(() => new PrometheusStackAddon("metrics", { clusterName: "llm", ...args }));
    for (const [ending, spec] of Object.entries(monitoringPolicies(args))) {
      const { inputs } = other.get("NetworkPolicy", `metrics-${ending}`);
      assert.deepEqual(inputs["spec"], spec);
      assert.equal((inputs["metadata"] as { namespace: string }).namespace, "watch");
    }
  });

  it("has the Secret before Grafana looks for it", () => {
    assert.ok(registry.get("Release", "metrics").dependencies.includes("Secret metrics-grafana-admin"));
  });

  it("says where Prometheus is", async () => {
    assert.equal(await valueOf(url), "http://kube-prometheus-stack-prometheus.monitoring.svc:9090");
  });

  it("goes where it is told", async () => {
    let elsewhere: pulumi.Output<string> | undefined;
    const other = await registered(() => {
      elsewhere = new PrometheusStackAddon("metrics", { clusterName: "llm", namespace: "watch" }).url;
    });
    assert.equal(await valueOf(elsewhere!), "http://kube-prometheus-stack-prometheus.watch.svc:9090");
    assert.equal(other.get("Release", "metrics").inputs["namespace"], "watch");
    const { metadata } = other.get("Secret", "metrics-grafana-admin").inputs as { metadata: { namespace: string } };
    assert.equal(metadata.namespace, "watch");
  });
});
