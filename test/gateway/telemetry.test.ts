import assert from "node:assert/strict";
import {
  ACCESS_LOG,
  accessLogSpec,
  proxyMonitorSpec,
  statsLoggers,
  statsPatchSpec,
  tracingSpec,
} from "../../components/gateway/telemetry.js";
import { GATEWAY_LABELS } from "../../components/vocabulary/gateway.js";
import { GATEWAY } from "../../components/vocabulary/metrics/gateway.js";

interface Logger {
  filter?: object;
  typed_config: Record<
    "counters" | "histograms",
    { stat: { name: string; tags: { name: string; value_format: string }[] } }[]
  >;
}

const LOGGERS = statsLoggers("prod") as Logger[];
const STATS = LOGGERS.flatMap(({ typed_config: { counters = [], histograms = [] } }) => [...counters, ...histograms]);

describe("the gateway's telemetry", () => {
  it("logs no header with a key, no query and no body", () => {
    assert.equal(ACCESS_LOG["path"], "%PATH(NQ):256%");
    for (const format of Object.values(ACCESS_LOG)) {
      assert.doesNotMatch(format, /authorization|x-api-key|cookie|%REQ\(:PATH|BODY/i);
    }
    const [setting] = (accessLogSpec() as { settings: { format: { json: unknown } }[] }).settings;
    assert.deepEqual(setting!.format.json, ACCESS_LOG);
  });

  it("counts with labels that the config bounds, as rules read them", () => {
    const series = Object.values(GATEWAY).map(({ name, labels }) => [name, [...labels].sort()]);
    const counted = STATS.map(({ stat: { name, tags } }) => [
      `envoy_vllm_gateway_${name}`,
      tags.map((tag) => tag.name).sort(),
    ]);
    assert.deepEqual(counted.sort(), series.sort());
    const formats = new Set(STATS.flatMap(({ stat }) => stat.tags.map((tag) => tag.value_format)));
    for (const format of formats) assert.doesNotMatch(format, /%REQ/);
  });

  it("counts numbers only where the admission program wrote them", () => {
    const unfiltered = LOGGERS.filter(({ filter }) => filter === undefined);
    assert.equal(unfiltered.length, 1);
    assert.deepEqual(
      unfiltered[0]!.typed_config.counters.map(({ stat }) => stat.name),
      ["requests"],
    );
  });

  it("keeps a stack's name as it stands", () => {
    const [{ typed_config }] = statsLoggers("50%") as [Logger];
    const tag = typed_config.counters[0]!.stat.tags.find(({ name }) => name === GATEWAY_LABELS.stack);
    assert.equal(tag!.value_format, "50%%");
  });

  it("adds the loggers to every filter chain of the listener", () => {
    const { jsonPatches, targetRef } = statsPatchSpec(
      { namespace: "models", gateway: "prod", listener: "https" },
      "prod",
    ) as {
      jsonPatches: { name: string; operation: { path: string; value: unknown } }[];
      targetRef: object;
    };
    assert.deepEqual(targetRef, { group: "gateway.networking.k8s.io", kind: "Gateway", name: "prod" });
    assert.deepEqual(
      jsonPatches.map(({ operation: { value } }) => value),
      LOGGERS,
    );
    for (const { name, operation } of jsonPatches) {
      assert.equal(name, "models/prod/https");
      assert.equal(operation.path, "/access_log/-");
    }
  });

  it("scrapes the proxies of one gateway, and only what rules read", () => {
    const spec = proxyMonitorSpec({ namespace: "models", gateway: "prod" }, "prod") as {
      selector: { matchLabels: Record<string, string> };
      podMetricsEndpoints: { metricRelabelings: { regex: string }[] }[];
    };
    assert.equal(spec.selector.matchLabels["gateway.envoyproxy.io/owning-gateway-name"], "prod");
    assert.equal(spec.selector.matchLabels["gateway.envoyproxy.io/owning-gateway-namespace"], "models");
    const kept = new RegExp(`^(${spec.podMetricsEndpoints[0]!.metricRelabelings[0]!.regex})$`);
    for (const { name } of Object.values(GATEWAY)) assert.match(name, kept);
    assert.match("envoy_cluster_upstream_cx_connect_fail", kept);
    assert.doesNotMatch("envoy_cluster_upstream_rq_total", kept);
  });

  it("begins spans at the gateway where the collector is a Service that takes gRPC", () => {
    const tracing = { endpoint: "http://collector.tracing.svc:4317", protocol: "grpc", sampling: 0.05 } as const;
    assert.deepEqual(tracingSpec(tracing, "prod"), {
      samplingFraction: { numerator: 5000, denominator: 100_000 },
      provider: {
        type: "OpenTelemetry",
        serviceName: "prod-gateway",
        backendRefs: [{ group: "", kind: "Service", name: "collector", namespace: "tracing", port: 4317 }],
      },
      customTags: { vllm_stack: { type: "Literal", literal: { value: "prod" } } },
    });
    assert.equal(tracingSpec({ ...tracing, protocol: "http" }, "prod"), undefined);
    assert.equal(tracingSpec({ ...tracing, endpoint: "https://spans.example.com:443" }, "prod"), undefined);
  });
});
