import assert from "node:assert/strict";

import type { LogsConfig } from "../../../components/contract/observability/logs.js";
import { loggingFile } from "../../../components/derive/observability/logs.js";
import { telemetryArguments, telemetryVariables } from "../../../components/derive/observability/telemetry.js";
import { type Tracing, tracingEgress } from "../../../components/derive/observability/tracing.js";
import { loggingText } from "../../../components/vocabulary/logging.js";
import { contract } from "../../contract/fixtures.js";

const LOGS: LogsConfig = { format: "text", quiet: true, requests: false };
const TRACING: Tracing = { endpoint: "http://collector.tracing.svc:4317", protocol: "grpc", sampling: 0.05 };

describe("what servers are told of logs", () => {
  const told = (logs: Partial<LogsConfig>): string[] => telemetryArguments({ logs: { ...LOGS, ...logs } });

  it("is nothing where the config says nothing", () => {
    assert.deepEqual(telemetryArguments({}), []);
    assert.deepEqual(telemetryVariables(contract(), {}, "prod"), {});
    assert.equal(loggingFile(contract(), undefined), undefined);
  });

  it("leaves probes and scrapes out, by a flag of text and by the file of JSON", () => {
    assert.deepEqual(told({}), ["--disable-access-log-for-endpoints=/health,/metrics"]);
    assert.deepEqual(told({ quiet: false }), []);
    assert.deepEqual(told({ format: "json" }), []);
    assert.deepEqual(told({ format: "json", requests: true }), ["--enable-log-requests"]);
  });

  it("names the file of JSON, and no file of text", () => {
    const logs: LogsConfig = { ...LOGS, format: "json" };
    assert.deepEqual(telemetryVariables(contract(), { logs }, "prod"), {
      VLLM_LOGGING_CONFIG_PATH: "/etc/vllm/logging/logging.json",
    });
    assert.deepEqual(telemetryVariables(contract(), { logs: LOGS }, "prod"), {});
    assert.equal(loggingFile(contract(), LOGS), undefined);
  });

  it("keeps the release's own level in the file, which no variable can change", () => {
    const logs: LogsConfig = { ...LOGS, format: "json" };
    const { name, text } = loggingFile(contract(), logs)!;
    assert.equal(text, loggingText({ level: "INFO", quiet: true }));
    assert.match(name, /-r1-logging-[0-9a-f]{10}$/);
    const env = { VLLM_LOGGING_LEVEL: { value: "warning", reason: "a test" } };
    const quieter = loggingFile(contract({ env }), logs)!;
    assert.equal(quieter.text, loggingText({ level: "WARNING", quiet: true }));
    assert.notEqual(quieter.name, name);
  });
});

describe("what servers are told of tracing", () => {
  it("is an endpoint, a sampler that follows the caller, and who they are", () => {
    assert.deepEqual(telemetryArguments({ tracing: TRACING }), [
      "--otlp-traces-endpoint=http://collector.tracing.svc:4317",
    ]);
    const plan = contract();
    const { OTEL_RESOURCE_ATTRIBUTES, ...others } = telemetryVariables(plan, { tracing: TRACING }, "prod");
    assert.deepEqual(others, {
      OTEL_SERVICE_NAME: plan.name,
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.05",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc",
    });
    assert.deepEqual(OTEL_RESOURCE_ATTRIBUTES?.split(","), [
      "service.namespace=prod",
      "service.version=r1",
      "k8s.pod.name=$(POD_NAME)",
      "vllm_stack=prod",
      `vllm_model=${plan.name}`,
      "vllm_release=r1",
      `vllm_revision=${plan.model.revision}`,
      `vllm_class=${plan.class}`,
      `vllm_gpu=${plan.gpu.type}`,
    ]);
  });

  it("gives an endpoint of HTTP the path that its exporter does not add, and details as a word", () => {
    const http: Tracing = { ...TRACING, protocol: "http", endpoint: "http://collector.tracing.svc:4318/" };
    assert.deepEqual(telemetryArguments({ tracing: { ...http, detailed: "worker" } }), [
      "--otlp-traces-endpoint=http://collector.tracing.svc:4318/v1/traces",
      "--collect-detailed-traces",
      "worker",
    ]);
    const own = { ...http, endpoint: "https://10.0.0.1:443/otlp/v1/traces" };
    assert.deepEqual(telemetryArguments({ tracing: own }), [
      "--otlp-traces-endpoint=https://10.0.0.1:443/otlp/v1/traces",
    ]);
    assert.equal(
      telemetryVariables(contract(), { tracing: http }, "prod")["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"],
      "http/protobuf",
    );
  });

  it("opens the network for the receiver and for nothing else", () => {
    const egress = (changes: Partial<Tracing>) => tracingEgress({ ...TRACING, ...changes });
    assert.deepEqual(egress({}), [{ namespace: "tracing", ports: [4317] }]);
    const pods = { podLabels: { app: "otel" }, podPort: 14317 };
    assert.deepEqual(egress(pods), [{ namespace: "tracing", ports: [14317], podLabels: { app: "otel" } }]);
    assert.deepEqual(egress({ endpoint: "http://10.1.2.3:4317" }), [{ cidr: "10.1.2.3/32", ports: [4317] }]);
    assert.deepEqual(egress({ endpoint: "http://[fd00::1]:4317" }), [{ cidr: "fd00::1/128", ports: [4317] }]);
    for (const endpoint of ["https://otlp.example.com:443", "http://localhost:4317", "http://127.0.0.1:4317"])
      assert.deepEqual(egress({ endpoint }), [], endpoint);
  });
});
