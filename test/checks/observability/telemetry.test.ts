import assert from "node:assert/strict";

import { checkTelemetry } from "../../../components/checks/observability/telemetry.js";
import { parse } from "../../../components/config/parse.js";
import { formatProblem } from "../../../components/config/problems.js";
import type { Access } from "../../../components/contract/access.js";
import { type LogsConfig, logsSchema } from "../../../components/contract/observability/logs.js";
import { type TracingConfig, tracingSchema } from "../../../components/contract/observability/tracing.js";

const reason = "a test";
const reasoned = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, reason }]));

interface Given {
  logs?: Partial<LogsConfig>;
  tracing?: Partial<TracingConfig>;
  flags?: Record<string, unknown>;
  env?: Record<string, string>;
  access?: Access;
  hasCollector?: boolean;
}

function told({ logs, tracing, flags = {}, env = {}, access, hasCollector = false }: Given): string[] {
  const plan = { flags: reasoned(flags), env: reasoned(env) } as never;
  const sections = {
    ...(logs !== undefined && { logs: logsSchema.parse(logs) }),
    ...(tracing !== undefined && { tracing: tracingSchema.parse(tracing) }),
  };
  const surroundings = {
    releases: [{ plan, path: "r1" }],
    access,
    accessPath: "vllm:access",
    namespace: "models",
    hasCollector,
  };
  return checkTelemetry(sections, surroundings, "vllm:observability").map(formatProblem);
}

const ENDPOINT = "http://collector.tracing.svc:4317";

describe("checkTelemetry", () => {
  it("says nothing of what is not stated, whatever releases set", () => {
    const flags = { "otlp-traces-endpoint": ENDPOINT, "disable-access-log-for-endpoints": "/health" };
    assert.deepEqual(told({ flags, env: { OTEL_SERVICE_NAME: "x" } }), []);
  });

  it("refuses a release that says again what the section decides, every place at once", () => {
    const flags = { "otlp-traces-endpoint": "http://other.svc:4317", "disable-access-log-for-endpoints": "/ping" };
    const again = (at: string, name: string, section: string) =>
      `r1.${at}: vllm:observability.${section} decides ${name} for every release: leave it out here, or leave out vllm:observability.${section}`;
    assert.deepEqual(
      told({ logs: {}, tracing: { endpoint: ENDPOINT }, flags, env: { OTEL_TRACES_SAMPLER: "always_on" } }),
      [
        again("flags.disable-access-log-for-endpoints", "--disable-access-log-for-endpoints", "logs"),
        again("flags.otlp-traces-endpoint", "--otlp-traces-endpoint", "tracing"),
        again("env.OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER", "tracing"),
      ],
    );
    const ofJson = { "log-level": "DEBUG", "logging-config": { formatter: "text" }, "uvicorn-log-level": "warning" };
    assert.equal(told({ logs: { format: "json" }, flags: ofJson }).length, 3);
    assert.deepEqual(told({ logs: {}, flags: ofJson }), []);
    assert.deepEqual(told({ logs: { quiet: false }, flags: { "disable-access-log-for-endpoints": "/ping" } }), []);
  });

  it("refuses the log of requests at the level that holds prompts", () => {
    const at = (path: string) =>
      `r1.${path}: at DEBUG the log of requests holds prompts: use INFO, or leave out vllm:observability.logs.requests`;
    const warned =
      "vllm:observability.logs.requests: writes id and parameters of every request to the log, which the policy engine-closed refuses: name " +
      "enable-log-requests in its allow, or leave it out";
    const logs = { requests: true };
    assert.deepEqual(told({ logs }), [warned]);
    assert.deepEqual(told({ logs, env: { VLLM_LOGGING_LEVEL: "debug" } }), [at("env.VLLM_LOGGING_LEVEL"), warned]);
    assert.deepEqual(told({ logs, env: { VLLM_LOGGING_LEVEL: "WARNING" } }), [warned]);
    assert.deepEqual(told({ logs, flags: { "log-level": "DEBUG", "logging-config": { log_level: "NOTSET" } } }), [
      at("flags.log-level"),
      at("flags.logging-config"),
      warned,
    ]);
    assert.deepEqual(told({ logs: {}, env: { VLLM_LOGGING_LEVEL: "DEBUG" } }), []);
  });

  it("wants an endpoint where the stack installs no collector", () => {
    assert.deepEqual(told({ tracing: {} }), [
      "vllm:observability.tracing.endpoint: is not given, and the stack installs no collector: give the address of one, such as " +
        "http://collector.tracing.svc:4317, or set vllm:platform.addons.openTelemetryCollector.install",
    ]);
    assert.deepEqual(told({ tracing: {}, hasCollector: true }), []);
  });

  it("warns of an endpoint whose address the network policy cannot tell", () => {
    const endpoint = "https://otlp.example.com:443";
    const closed =
      'vllm:observability.tracing.endpoint: "otlp.example.com:443" names no namespace, so the network policy cannot tell its address: add a ' +
      "rule with that port to vllm:access.egress, or send spans to a collector in the cluster";
    assert.deepEqual(told({ tracing: { endpoint } }), [closed]);
    assert.deepEqual(told({ tracing: { endpoint }, access: { egress: [] } }), [closed]);
    assert.deepEqual(
      told({ tracing: { endpoint }, access: { egress: [{ everywhere: true, ports: [443], reason }] } }),
      [],
    );
    for (const known of [ENDPOINT, "http://10.0.0.1:4317", "http://localhost:4317"])
      assert.deepEqual(told({ tracing: { endpoint: known } }), [], known);
  });

  it("refuses a path for gRPC, which has none", () => {
    assert.deepEqual(told({ tracing: { endpoint: `${ENDPOINT}/v1/traces` } }), [
      `vllm:observability.tracing.endpoint: "${ENDPOINT}/v1/traces" has a path, and gRPC has none: leave the path out, or set protocol: http`,
    ]);
  });
});

describe("the tracing section", () => {
  const problems = (endpoint: string) => parse(tracingSchema, { endpoint }, "tracing").problems.map(formatProblem);

  it("refuses endpoints that hold a secret, name no port or no namespace, or are a node's metadata", () => {
    assert.deepEqual(problems("http://user:pass@collector.tracing.svc:4317").length, 1);
    assert.match(problems("http://collector.tracing.svc:4317?key=1")[0]!, /holds a query/);
    assert.match(problems("http://collector.tracing.svc")[0]!, /names no port/);
    assert.match(problems("http://collector:4317")[0]!, /names no namespace/);
    assert.match(problems("http://169.254.169.254:80")[0]!, /link-local/);
    assert.match(problems("http://[fd00:ec2::254]:80")[0]!, /link-local/);
    assert.match(problems("grpc://collector.tracing.svc:4317")[0]!, /is not an http or https URL/);
    for (const good of [
      ENDPOINT,
      "https://otlp.example.com:443/v1/traces",
      "http://[fd00::1]:4317",
      "http://localhost:4317",
    ])
      assert.deepEqual(problems(good), [], good);
  });
});
