import assert from "node:assert/strict";

import {
  COLLECTOR_LABELS,
  collectorEndpoint,
  OpenTelemetryCollectorAddon,
  openTelemetryCollectorValues,
} from "../../../components/platform/addons/openTelemetryCollector.js";
import { registered } from "../../serving/registered.js";

const EXPORTER = {
  endpoint: "https://otlp.example.com",
  protocol: "http" as const,
  headers: {
    authorization: { existingSecret: "traces", key: "header" },
    "x-scope-orgid": { externalSecret: "tenant", key: "id" },
  },
};

interface Config {
  exporters: Record<string, unknown>;
  processors: Record<string, unknown>;
  receivers: Record<string, unknown>;
  service: { pipelines: Record<string, Record<string, string[]>> };
}
const configOf = (args: Parameters<typeof openTelemetryCollectorValues>[0]): Config =>
  openTelemetryCollectorValues(args).alternateConfig as unknown as Config;

describe("openTelemetryCollectorValues", () => {
  it("limits memory before it gathers batches, in its only pipeline", () => {
    const { service, processors, receivers } = configOf({ exporter: EXPORTER });
    assert.deepEqual(service.pipelines, {
      traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: ["otlp_http"] },
    });
    assert.deepEqual(Object.keys(processors), ["memory_limiter", "batch"]);
    assert.deepEqual(Object.keys(receivers), ["otlp"]);
    const { enabled } = openTelemetryCollectorValues({}).ports["zipkin"];
    assert.equal(enabled, false);
  });

  it("reads headers from Secrets, which stand in no value", () => {
    const values = openTelemetryCollectorValues({ exporter: EXPORTER });
    assert.deepEqual(configOf({ exporter: EXPORTER }).exporters, {
      otlp_http: {
        endpoint: "https://otlp.example.com",
        headers: { authorization: "${env:EXPORTER_HEADER_0}", "x-scope-orgid": "${env:EXPORTER_HEADER_1}" },
      },
    });
    assert.deepEqual(values.extraEnvs, [
      { name: "EXPORTER_HEADER_0", valueFrom: { secretKeyRef: { name: "traces", key: "header" } } },
      { name: "EXPORTER_HEADER_1", valueFrom: { secretKeyRef: { name: "tenant", key: "id" } } },
    ]);
  });

  it("counts spans and throws them away where it is told of no exporter", () => {
    assert.deepEqual(configOf({}).exporters, { debug: { verbosity: "basic" } });
    assert.deepEqual(openTelemetryCollectorValues({}).extraEnvs, []);
  });

  it("exports by gRPC without headers where there are none", () => {
    const exporter = { endpoint: "http://tempo.tracing.svc:4317", protocol: "grpc" as const, headers: {} };
    assert.deepEqual(configOf({ exporter }).exporters, { otlp_grpc: { endpoint: "http://tempo.tracing.svc:4317" } });
  });

  it("keeps one of two collectors while nodes are drained, and blocks no drain of a single one", () => {
    assert.deepEqual(openTelemetryCollectorValues({}).podDisruptionBudget, { enabled: true, maxUnavailable: 1 });
    assert.equal(openTelemetryCollectorValues({ replicas: 1 }).podDisruptionBudget.enabled, false);
  });

  it("runs as the restricted standard asks, without a token for the API", () => {
    const { podSecurityContext, securityContext, serviceAccount } = openTelemetryCollectorValues({});
    assert.equal(podSecurityContext.runAsNonRoot, true);
    assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] });
    assert.equal(serviceAccount.automountServiceAccountToken, false);
  });
});

describe("OpenTelemetryCollectorAddon", () => {
  it("takes spans from the models' pods and scrapes from Prometheus, and nothing from others", async () => {
    const registry = await registered(
      () =>
        new OpenTelemetryCollectorAddon("traces", {
          modelNamespaces: ["models"],
          monitoringNamespace: "watch",
        }),
    );
    const of = (name: string) => [
      {
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [name] }],
        },
      },
    ];
    const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" }));
    const { inputs } = registry.get("NetworkPolicy", "traces-spans");
    assert.deepEqual((inputs as { spec: unknown }).spec, {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [
        { from: of("models"), ports: tcp(4317, 4318) },
        { from: of("watch"), ports: tcp(8888) },
      ],
    });
    assert.equal((registry.get("Release", "traces").inputs as { namespace: string }).namespace, "opentelemetry");
  });

  it("is reached by the Service that the chart names after the release", () => {
    assert.equal(collectorEndpoint("grpc"), "http://opentelemetry-collector.opentelemetry.svc:4317");
    assert.equal(collectorEndpoint("http"), "http://opentelemetry-collector.opentelemetry.svc:4318");
    assert.deepEqual(COLLECTOR_LABELS, { "app.kubernetes.io/name": "opentelemetry-collector" });
  });
});
