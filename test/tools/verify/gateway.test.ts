import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../../tools/local/client.js";
import { runChecks } from "../../../tools/verify/check.js";
import { gatewayChecks, judgeCertificate } from "../../../tools/verify/checks/gateway.js";
import type { Prometheus } from "../../../tools/verify/prometheus.js";
import type { Target } from "../../../tools/verify/target.js";

const condition = (type: string, status = "True") => ({ type, status, reason: "Invalid", message: "no such Service" });
const TAKEN = { parents: [{ conditions: [condition("Accepted"), condition("ResolvedRefs")] }] };

function route(weight: number, status: object = TAKEN): KubernetesObject {
  return {
    ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata: { name: "chat", namespace: "vllm" } },
    spec: {
      rules: [
        {
          backendRefs: [
            { name: "chat-r1", weight: 100 - weight },
            { name: "chat-r2", weight },
          ],
        },
      ],
    },
    status,
  };
}

/** What a cluster has of a stack whose route is at 5. */
function results(
  found: readonly KubernetesObject[],
  answers: Record<string, string[]> = { up: ["1"], sum: ["7"] },
  gateway: object | false = { namespace: "gateways", host: "llm.example.com" },
) {
  const target = {
    wanted: {
      ...{ stack: "prod", partOf: "prod", config: { ...(gateway !== false && { gateway }) }, models: [] },
      objects: [{ manifest: route(5, {}), isSecret: false }],
    },
    namespace: "vllm",
    kubectl: (words: string) => `kubectl ${words}`,
    get: ({ kind, metadata }: KubernetesObject) =>
      Promise.resolve(found.find((one) => one.kind === kind && one.metadata.name === metadata.name)),
  } as unknown as Target;
  const prometheus = {
    query: (query: string) =>
      Promise.resolve(
        (answers[query.startsWith("up") ? "up" : "sum"] ?? []).map((value) => ({ metric: {}, value: [0, value] })),
      ),
  } as unknown as Prometheus;
  return runChecks(gatewayChecks(target, prometheus), () => 5).then((all) =>
    Object.fromEntries(all.map(({ name, status, found: text }) => [name, `${status}: ${text}`])),
  );
}

const deployment = (name: string, ready: number): KubernetesObject => ({
  ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: "gateways" } },
  status: { replicas: 2, readyReplicas: ready },
});
const RUNNING = [deployment("vllm-prod", 2), deployment("envoy-ratelimit", 2)];

describe("what npm run verify finds of a gateway", () => {
  it("passes where all was taken, proxies are ready and requests are counted", async () => {
    assert.deepEqual(await results([route(5), ...RUNNING]), {
      gateway: "pass: 1 object taken by Envoy Gateway, weights as the config says",
      proxies: "pass: proxies and the service that counts quotas are ready",
      certificate: "skip: the Gateway names no certificate",
      usage: "pass: 1 proxy scraped, requests are counted",
    });
  });

  it("is not asked for in a stack without one", async () => {
    assert.deepEqual(await results([], {}, false), {});
  });

  it("fails for what was refused, what nobody took, and other weights", async () => {
    const refused = { parents: [{ conditions: [condition("Accepted"), condition("ResolvedRefs", "False")] }] };
    const of = async (found: KubernetesObject[]) => (await results(found))["gateway"]!;
    assert.match(await of([route(5, refused)]), /^fail: .*chat.*: ResolvedRefs is False \(Invalid\): no such Service$/);
    assert.match(await of([route(5, {})]), /^fail: .* was taken by nobody/);
    assert.match(await of([route(25)]), /sends to chat-r1 75, chat-r2 25, the config says chat-r1 95, chat-r2 5$/);
    assert.match(await of([]), /^fail: no HTTPRoute/);
  });

  it("fails for proxies that are not ready, or not scraped", async () => {
    const { proxies } = await results([deployment("vllm-prod", 1)]);
    assert.equal(proxies, "fail: vllm-prod: 1 of 2 ready; no Deployment envoy-ratelimit in gateways");
    const usage = async (answers: Record<string, string[]>) => (await results([], answers))["usage"];
    assert.equal(await usage({}), "fail: Prometheus has no up of a proxy: its PodMonitor, or a network policy");
    assert.equal(await usage({ up: ["1", "0"] }), "fail: 1 of 2 proxies cannot be scraped");
    assert.equal(await usage({ up: ["1"] }), "pass: 1 proxy scraped, no request yet");
  });

  it("judges a certificate by its host and by how long it holds", () => {
    // Of llm.example.com, from 2026-11-27 to 2026-12-27.
    const pem = readFileSync(join(__dirname, "gateway.pem"), "utf8");
    const judge = (host: string, now: string) => judgeCertificate(pem, host, new Date(now)).found;
    assert.equal(judge("llm.example.com", "2026-12-01T00:00:00Z"), "for llm.example.com, 26 days left");
    assert.equal(judge("llm.example.com", "2026-12-20T00:00:00Z"), "ends in 7 days");
    assert.equal(judge("llm.example.com", "2027-01-01T00:00:00Z"), "ended at Dec 27 02:37:09 2026 GMT");
    assert.equal(judge("llm.example.com", "2026-11-01T00:00:00Z"), "is not valid before Nov 27 02:37:09 2026 GMT");
    assert.equal(judge("other.example.com", "2026-12-01T00:00:00Z"), "is not for other.example.com");
  });

  it("takes no text for a certificate", () => {
    assert.equal(judgeCertificate("x", "llm.example.com", new Date()).found, "tls.crt is no certificate");
  });
});
