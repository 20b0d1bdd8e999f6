import { proxiesName, QUOTA_DEPLOYMENT } from "../../../components/vocabulary/gateway.js";
import { GATEWAY } from "../../../components/vocabulary/metrics/gateway.js";
import { KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { type InputSeries, needsPromtool } from "../../promtool.js";
import { always, growing, itAlerts, SCOPE, series, then, twoDays, WITH_GATEWAY } from "./world.js";

const { namespace, stack } = SCOPE;
const OWN = WITH_GATEWAY.gateway!;
const OF_STACK = { namespace, vllm_stack: stack };
const PROXY = {
  namespace: OWN.namespace,
  vllm_stack: stack,
  pod: "envoy-1",
  instance: "10.0.0.1:19001",
  job: "proxies",
};
const OF_CHAT = { ...PROXY, vllm_model: "chat", vllm_class: "interactive", vllm_release: "r1" };

/** The proxies as kube-state-metrics sees them. */
const proxies = (wanted: string, ready: string): InputSeries[] => {
  const labels = { namespace: OWN.namespace, deployment: proxiesName(namespace, stack) };
  return [series(KUBE.deploymentReplicas.name, labels, wanted), series(KUBE.deploymentReady.name, labels, ready)];
};
const UP = series("up", PROXY, always(1));
/** A tenant's requests, so many in 30 s. */
const requests = (tenant: string, outcome: string, code: string, by: number): InputSeries =>
  series(GATEWAY.requests.name, { ...OF_CHAT, tenant, outcome, code }, growing(by));

describe("alerts on the gateway", () => {
  needsPromtool();

  // 300 requests in 30 s are 600 a minute.
  const near = (by: number, tenant = "acme"): InputSeries[] => [UP, requests(tenant, "ok", "200", by)];
  itAlerts("VllmTenantNearQuota", {
    fires: { series: near(273), labels: [{ ...OF_STACK, tenant: "acme", limit: "requestsPerMinute" }] },
    near: { "nine tenths of it": { series: near(270) } },
    silent: { "a tenant without a limit": { series: near(1000, "nobody") } },
  });

  const day = (metric: keyof typeof GATEWAY, by: number): InputSeries[] => [
    series(GATEWAY[metric].name, { ...OF_CHAT, tenant: "acme" }, growing(by)),
  ];
  // 360 samples in a day.
  itAlerts("VllmTenantNearDay", {
    fires: {
      ...twoDays([...day("microdollars", 26_000), ...day("inputTokens", 2000)]),
      labels: [{ ...OF_STACK, tenant: "acme", limit: "usdPerDay" }],
    },
    near: { "nine tenths of the dollars": twoDays(day("microdollars", 25_000)) },
    silent: { "a limit that it has not got": twoDays(day("outputTokens", 1e9)) },
  });

  const refused = (quota: number): InputSeries[] => [
    UP,
    requests("acme", "ok", "200", 100 - quota),
    requests("acme", "quota", "429", quota),
    requests("other", "ok", "200", 100),
  ];
  itAlerts("VllmTenantRefused", {
    fires: { series: refused(6), labels: [{ ...OF_STACK, tenant: "acme" }] },
    near: { "one in twenty": { series: refused(5) } },
    silent: { "nothing is refused": { series: refused(0) } },
  });

  const OF_MODEL = { ...OF_STACK, vllm_model: "chat", vllm_class: "interactive" };
  const failing = (by: number, outcome = "upstream"): InputSeries[] => [
    UP,
    requests("acme", "ok", "200", 100 - by),
    requests("acme", outcome, "503", by),
  ];
  itAlerts("VllmGatewayErrors", {
    fires: { series: failing(6), labels: [OF_MODEL] },
    near: { "one in twenty": { series: failing(5) }, "the client's own fault": { series: failing(50, "validation") } },
    silent: { "no error": { series: failing(0) } },
  });

  describe("of answers that are cut", () => {
    const cut = (by: number): InputSeries[] => [
      ...failing(0),
      series(GATEWAY.broken.name, { ...OF_CHAT, tenant: "acme" }, growing(by)),
    ];
    itAlerts("VllmGatewayErrors", {
      fires: { series: cut(6), labels: [OF_MODEL] },
      near: { "one in twenty": { series: cut(5) } },
      silent: {},
    });
  });

  describe("of an outage that begins", () => {
    // The series is made by the first errors: by `rate` alone they would be a start, and the share would be reached too late.
    const begins = (at: number): InputSeries[] => [
      UP,
      series(
        GATEWAY.requests.name,
        { ...OF_CHAT, tenant: "acme", outcome: "upstream", code: "503" },
        `_x${at * 2} 40+1x240`,
      ),
      requests("acme", "ok", "200", 1),
    ];
    itAlerts("VllmGatewayErrors", {
      fires: { series: begins(53), at: 59, labels: [OF_MODEL] },
      near: { "it has not lasted yet": { series: begins(55), at: 59 } },
      silent: {},
    });
  });

  itAlerts("VllmGatewayDown", {
    fires: { series: proxies(always(2), always(0)), labels: [OF_STACK] },
    near: { "one is ready": { series: proxies(always(2), always(1)) } },
    silent: { "none is wanted": { series: proxies(always(0), always(0)) } },
  });

  itAlerts("VllmGatewayProxyMissing", {
    fires: { series: proxies(always(3), always(2)), labels: [OF_STACK] },
    near: { "not for long": { series: proxies(always(3), then(3, 55, 2)) } },
    silent: { "all are ready": { series: proxies(always(3), always(3)) } },
  });

  const READY = proxies(always(1), always(1));
  itAlerts("VllmGatewaySeriesMissing", {
    fires: { series: READY, labels: [OF_STACK] },
    near: { "no request yet": { series: [...READY, UP] } },
    silent: { "it is not deployed": { series: proxies(always(0), always(0)) } },
  });

  describe("of requests", () => {
    const was = (values: string): InputSeries[] => [
      ...READY,
      UP,
      series(GATEWAY.requests.name, { ...OF_CHAT, tenant: "acme", outcome: "ok", code: "200" }, values),
    ];
    itAlerts("VllmGatewaySeriesMissing", {
      fires: { series: was("0+1x60"), at: 55, labels: [OF_STACK] },
      near: { "they are there": { series: was(always(1)), at: 55 } },
      silent: {},
    });
  });

  const quota = (ready: number): InputSeries =>
    series(KUBE.deploymentReady.name, { namespace: OWN.namespace, deployment: QUOTA_DEPLOYMENT }, always(ready));
  itAlerts("VllmQuotaServiceDown", {
    fires: { series: [quota(0)], labels: [OF_STACK] },
    near: { "one replica is ready": { series: [quota(1)] } },
    silent: { "no error is counted": { series: [quota(1), series(GATEWAY.quotaErrors.name, PROXY, always(7))] } },
  });

  const unknown = (by: number, code = "401"): InputSeries[] => [
    UP,
    series(GATEWAY.requests.name, { ...PROXY, outcome: "unauthenticated", code }, growing(by)),
  ];
  itAlerts("VllmUnauthenticatedBurst", {
    fires: { series: unknown(31), labels: [OF_STACK] },
    near: { "one a second": { series: unknown(30) } },
    silent: { "another code": { series: unknown(300, "404") } },
  });
});
