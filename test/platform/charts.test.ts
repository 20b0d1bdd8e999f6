import assert from "node:assert/strict";

import { CHARTS, CLUSTER_AUTOSCALER_TAGS, clusterAutoscalerTag, IMAGE_TAGS } from "../../components/platform/charts.js";
import { clusterAutoscalerValues } from "../../components/platform/addons/clusterAutoscaler.js";
import { dcgmExporterValues } from "../../components/platform/addons/dcgmExporter.js";
import { devicePluginValues } from "../../components/platform/addons/devicePlugin.js";
import { envoyGatewayValues, gatewayCrdValues } from "../../components/platform/addons/envoyGateway.js";
import { karpenterCrdValues, karpenterValues } from "../../components/platform/addons/karpenter.js";
import { kedaValues } from "../../components/platform/addons/keda.js";
import { openTelemetryCollectorValues } from "../../components/platform/addons/openTelemetryCollector.js";
import { loadBalancerControllerValues } from "../../components/platform/addons/loadBalancerController.js";
import { prometheusStackValues } from "../../components/platform/prometheus/values.js";
import type { HelmValues } from "../../components/platform/values.js";
import { KUBERNETES_VERSIONS } from "../../components/facts/kubernetes/eks.js";
import chartKeys from "./fixtures/chart-keys.json";
import { leaves } from "./paths.js";

/** What each chart is given, in all forms that its arguments allow. */
const USED: Record<keyof typeof CHARTS, HelmValues[]> = {
  devicePlugin: [
    devicePluginValues({}),
    devicePluginValues({ timeSlicing: { shared: 4 }, migStrategy: "mixed", serviceMonitors: false }),
    devicePluginValues({ gpuFeatureDiscovery: false }),
  ],
  dcgmExporter: [dcgmExporterValues({}), dcgmExporterValues({ serviceMonitors: false })],
  keda: [kedaValues({ clusterName: "llm" }), kedaValues({ clusterName: "llm", serviceMonitors: false })],
  prometheusStack: [
    prometheusStackValues({ clusterName: "llm" }),
    prometheusStackValues({
      clusterName: "llm",
      retentionDays: 3,
      retentionSize: "4GB",
      volumeGiB: 20,
      storageClass: "fast",
    }),
  ],
  clusterAutoscaler: [
    clusterAutoscalerValues({ clusterName: "llm", region: "eu-west-1", accountId: "123456789012" }),
    clusterAutoscalerValues({
      clusterName: "llm",
      region: "eu-west-1",
      accountId: "123456789012",
      partition: "aws-cn",
      kubernetesVersion: "1.34",
      priorities: { 10: ["reserved"], 0: [".*"] },
      serviceMonitors: false,
    }),
  ],
  loadBalancerController: [true, false].map((serviceMonitors) =>
    loadBalancerControllerValues({ clusterName: "llm", region: "eu-west-1", vpcId: "vpc-1", serviceMonitors }),
  ),
  openTelemetryCollector: [
    openTelemetryCollectorValues({}),
    openTelemetryCollectorValues({
      replicas: 1,
      exporter: {
        endpoint: "https://otlp.example.com",
        protocol: "http",
        headers: { authorization: { existingSecret: "traces", key: "header" } },
      },
      serviceMonitors: false,
    }),
    openTelemetryCollectorValues({
      exporter: {
        endpoint: "https://otlp.example.com:4317",
        protocol: "grpc",
        headers: { authorization: { existingSecret: "traces", key: "header" } },
      },
    }),
  ],
  gatewayCrds: [gatewayCrdValues()],
  envoyGateway: [envoyGatewayValues({})],
  karpenterCrds: [karpenterCrdValues()],
  karpenter: [true, false].map((serviceMonitors) =>
    karpenterValues({ clusterName: "llm", region: "eu-west-1", queueName: "events", serviceMonitors }),
  ),
};

/** How to check a chart whose version or keys have changed; Helm itself takes unknown keys without a word. */
function howToCheck(chart: { name: string; version: string; repository: string }): string {
  const reference = chart.repository.startsWith("oci://")
    ? `${chart.repository}/${chart.name}`
    : `${chart.name} --repo ${chart.repository}`;
  return (
    `compare with \`helm show values ${reference} --version ${chart.version}\` (of a subchart, with the values.yaml ` +
    `in what \`helm pull --untar\` brings), render with \`helm template\`, then write version and paths to ` +
    `test/platform/fixtures/chart-keys.json`
  );
}

describe("CHARTS", () => {
  it("names each chart once, at an exact version with its day and source", () => {
    const charts = Object.values(CHARTS);
    assert.equal(new Set(charts.map(({ name }) => name)).size, charts.length);
    for (const { name, version, repository, date, source } of charts) {
      assert.match(version, /^v?\d+\.\d+\.\d+$/, name);
      assert.match(repository, /^(https|oci):\/\/\S+[^/]$/, name);
      assert.match(date, /^20\d\d-[01]\d-[0-3]\d$/, name);
      assert.match(source, /^https:\/\/\S+$/, name);
    }
    for (const tag of Object.values(IMAGE_TAGS)) assert.match(tag, /^v?\d+\.\d+\.\d+$/);
  });

  const verified: Partial<Record<string, { version: string; paths: string[] }>> = chartKeys;
  for (const [key, chart] of Object.entries(CHARTS)) {
    const used = USED[key as keyof typeof CHARTS].flatMap((values) => leaves(values));

    describe(chart.name, () => {
      it("has the version whose keys were verified", () => {
        assert.equal(chart.version, verified[chart.name]?.version, `${chart.name} changed: ${howToCheck(chart)}`);
      });

      it("is given only keys that it knows", () => {
        const known = new Set(verified[chart.name]?.paths);
        const unknown = new Set(used.map(({ path }) => path).filter((path) => !known.has(path)));
        assert.deepEqual([...unknown], [], `${chart.name} may not know these keys: ${howToCheck(chart)}`);
      });

      it("is verified for no more keys than it is given", () => {
        const given = new Set(used.map(({ path }) => path));
        assert.deepEqual(
          verified[chart.name]?.paths.filter((path) => !given.has(path)),
          [],
          "of no use any more: remove them from test/platform/fixtures/chart-keys.json",
        );
      });

      it("is given no null, which Helm would take for a wish to forget the chart's default", () => {
        const isNothing = (value: unknown): boolean =>
          value === null || value === undefined || (Array.isArray(value) && value.some(isNothing));
        assert.deepEqual(
          used.filter(({ value }) => isNothing(value)),
          [],
        );
      });
    });
  }
});

describe("clusterAutoscalerTag", () => {
  it("is of the cluster's own minor version, for every version that EKS supports", () => {
    for (const version of KUBERNETES_VERSIONS) {
      assert.ok(clusterAutoscalerTag(version).startsWith(`v${version}.`), version);
    }
    for (const [minor, tag] of Object.entries(CLUSTER_AUTOSCALER_TAGS)) {
      assert.match(tag, /^v\d+\.\d+\.\d+$/);
      assert.ok(tag.startsWith(`v${minor}.`), tag);
    }
  });

  it("is of the newest version where the cluster's is not given, or newer", () => {
    for (const version of [undefined, "1.36", "1.41", "2.0"]) assert.equal(clusterAutoscalerTag(version), "v1.36.1");
  });

  it("is of the oldest version where the cluster's is older, and never of text's order", () => {
    for (const version of ["1.9", "1.27"]) assert.equal(clusterAutoscalerTag(version), "v1.33.6");
  });

  it("takes a version with its patch", () => {
    for (const version of ["v1.35.4", "1.35.4-eks-1a2b3c"]) assert.equal(clusterAutoscalerTag(version), "v1.35.2");
  });
});
