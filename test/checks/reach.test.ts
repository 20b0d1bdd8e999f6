import assert from "node:assert/strict";

import { checkReach } from "../../components/checks/reach.js";
import { WRONG } from "../../components/config/parts.js";
import { formatProblem } from "../../components/config/problems.js";
import type { Access } from "../../components/contract/access.js";

const reason = "a test";
/** A release that downloads its weights, and one that has them on a claim. */
const OF_HUB = { use: "model" };
const OF_CLAIM = { use: "model", source: { claim: { name: "own", path: "chat" } } };
const told = (env: Record<string, string>, access?: Access, flags: Record<string, unknown> = {}): string[] => {
  const reasoned = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, reason }]));
  const plan = { env: reasoned(env), flags: reasoned(flags), artifacts: [OF_HUB] } as never;
  const network = { access, accessPath: "vllm:access", namespace: "models" };
  return checkReach([{ plan, path: "r1" }], network).map(formatProblem);
};
const closed = (at: string, address: string) =>
  `r1.${at}: connects to "${address}", which vllm:access.egress closes: add a rule with that address or namespace, port (of the pods, where a Service has another) and reason`;

describe("checkReach", () => {
  it("names a proxy that the policy closes, with or without a scheme, and none that it opens", () => {
    const proxy = { HTTPS_PROXY: "http://10.1.2.3:3128" };
    assert.deepEqual(told(proxy), [closed("env.HTTPS_PROXY", "10.1.2.3:3128")]);
    assert.deepEqual(told({ https_proxy: "10.1.2.3:3128" }), [closed("env.https_proxy", "10.1.2.3:3128")]);
    assert.deepEqual(told(proxy, { egress: [{ cidr: "10.1.0.0/16", ports: [3128], reason }] }), []);
    assert.deepEqual(told(proxy, { egress: [{ cidr: "10.1.0.0/16", ports: [443], reason }] }).length, 1);
    assert.deepEqual(told(proxy, { egress: [{ cidr: "10.2.0.0/16", ports: [3128], reason }] }).length, 1);
  });

  it("judges everywhere without private addresses, in both families", () => {
    assert.deepEqual(told({ HTTPS_PROXY: "https://8.8.8.8" }), []);
    assert.deepEqual(told({ HTTPS_PROXY: "https://[2606:4700::1]" }), []);
    assert.equal(told({ HTTPS_PROXY: "https://169.254.169.254" }).length, 1);
    assert.equal(told({ HTTPS_PROXY: "https://[fd00::1]:443" }).length, 1);
  });

  it("knows that a release whose weights are there is not let out without a word", () => {
    const env = { HTTPS_PROXY: { value: "https://8.8.8.8", reason } };
    const at = { accessPath: "vllm:access", namespace: "models" };
    const of = (artifact: object) => checkReach([{ plan: { env, artifacts: [artifact] } as never, path: "r1" }], at);
    assert.deepEqual(of(OF_HUB), []);
    assert.deepEqual(of(OF_CLAIM).map(formatProblem), [closed("env.HTTPS_PROXY", "8.8.8.8:443")]);
  });

  it("judges a Service by its namespace, and any other name by its port", () => {
    const tracing: Access = { egress: [{ namespace: "tracing", ports: [4317], reason }] };
    const endpoint = (host: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}:4317` });
    for (const host of ["otel.tracing.svc", "otel.tracing.svc.cluster.local", "otel.example.com"]) {
      assert.deepEqual(told(endpoint(host), tracing), [], host);
    }
    for (const host of ["otel.other.svc", "otel"]) assert.equal(told(endpoint(host), tracing).length, 1, host);
    assert.deepEqual(told(endpoint("otel"), { egress: [{ namespace: "models", ports: [4317], reason }] }), []);
    assert.equal(told(endpoint("otel.example.com")).length, 1);
  });

  it("reads the engine's own endpoints, and flags of origins not", () => {
    const flags = { "otlp-traces-endpoint": "otel.tracing.svc:4317", "allowed-origins": ["http://10.0.0.1"] };
    assert.deepEqual(told({}, undefined, flags), [closed("flags.otlp-traces-endpoint", "otel.tracing.svc:4317")]);
  });

  it("takes NO_PROXY, the pod's own addresses and plain values for no address", () => {
    const env = { NO_PROXY: "10.1.2.3:80", no_proxy: "http://10.1.2.3", A_URL: "http://localhost:1", LEVEL: "a:1" };
    assert.deepEqual(told(env), []);
  });

  it("says nothing of what is wrong in shape", () => {
    const plan = { env: { HTTPS_PROXY: { value: WRONG, reason } }, flags: WRONG, artifacts: WRONG } as never;
    assert.deepEqual(checkReach([{ plan, path: "r1" }], { accessPath: "a", namespace: "models" }), []);
  });

  it("quotes no password of a proxy", () => {
    assert.doesNotMatch(told({ HTTPS_PROXY: "http://me:s3cret@10.1.2.3:3128" }).join(), /s3cret|me:/);
  });
});
