/** What the gateway's proxies count of two tenants, and what kube-state-metrics says of the proxies. */
import { GATEWAY_LABELS, proxiesName, QUOTA_DEPLOYMENT } from "../../../components/vocabulary/gateway.js";
import { GATEWAY } from "../../../components/vocabulary/metrics/gateway.js";
import { KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS } from "../../../components/vocabulary/metrics/labels.js";
import type { Series } from "../remoteWrite.js";
import type { Where } from "./cluster.js";
import type { Engine } from "./engines.js";
import type { Clock, OverTime } from "./time.js";

/** Where the proxies run, by default. */
const NAMESPACE = "envoy-gateway-system";
const PROXIES = 2;

/** Edges in milliseconds of Envoy's default histogram, as far as answers go. */
const EDGES = "10 25 50 100 250 500 1000 2500 5000 10000 30000 60000".split(" ");

/** A tenant's part in the requests of the models that it may use, and of those what is over its quotas. */
const TENANTS: Readonly<Record<string, { models: Readonly<Record<string, number>>; overQuota: number }>> = {
  assistant: { models: { chat: 0.8, code: 1 }, overQuota: 0 },
  reports: { models: { chat: 0.2, summaries: 1 }, overQuota: 0.04 },
};

const scrape = (stack: string): Record<string, string> => ({
  namespace: NAMESPACE,
  [METRIC_LABELS.stack]: stack,
  pod: "envoy-0",
  instance: "10.0.8.1:19001",
  job: "proxies",
});

export function gatewaySeries(clock: Clock, where: Where, engines: readonly Engine[]): Series[] {
  const { tenant, outcome, code } = GATEWAY_LABELS;
  const proxy = scrape(where.stack);
  const proxies = { namespace: NAMESPACE, deployment: proxiesName(where.namespace, where.stack) };
  return [
    clock.gauge("up", proxy, 1),
    clock.gauge(KUBE.deploymentReplicas.name, proxies, PROXIES),
    clock.gauge(KUBE.deploymentReady.name, proxies, PROXIES),
    clock.gauge(KUBE.deploymentReady.name, { namespace: NAMESPACE, deployment: QUOTA_DEPLOYMENT }, 2),
    clock.counter(
      GATEWAY.requests.name,
      { ...proxy, [tenant]: "", [outcome]: "unauthenticated", [code]: "401" },
      () => 0.02,
    ),
    ...Object.entries(TENANTS).flatMap(([name, { models, overQuota }]) =>
      engines.flatMap((engine) => {
        const part = models[engine.plan.name];
        return part === undefined ? [] : ofTenant(clock, proxy, engine, { name, part, overQuota });
      }),
    ),
  ];
}

function ofTenant(
  clock: Clock,
  proxy: Record<string, string>,
  { plan, behaviour }: Engine,
  { name, part, overQuota }: { name: string; part: number; overQuota: number },
): Series[] {
  const { tenant, model, release, outcome, code } = GATEWAY_LABELS;
  const of = {
    ...proxy,
    ...{ [tenant]: name, [model]: plan.name, [release]: plan.release, [GATEWAY_LABELS.class]: plan.class },
  };
  const requests: OverTime = (since) => behaviour.requests(since) * part;
  const ended = (what: string, status: string, share: OverTime): Series =>
    clock.counter(
      GATEWAY.requests.name,
      { ...of, [outcome]: what, [code]: status },
      (since) => requests(since) * share(since),
    );
  const tokens =
    (each: number): OverTime =>
    (since) =>
      requests(since) * each;
  const { prompt, answer } = behaviour;
  return [
    ended("ok", "200", (since) => 1 - behaviour.failing(since)),
    ended("upstream", "500", behaviour.failing),
    ended("validation", "400", () => 0.01),
    clock.counter(
      GATEWAY.requests.name,
      { ...of, [outcome]: "busy", [code]: "503" },
      (since) => behaviour.refusals(since) * part,
    ),
    ...(overQuota === 0 ? [] : [ended("quota", "429", () => overQuota)]),
    clock.counter(GATEWAY.inputTokens.name, of, tokens(prompt)),
    clock.counter(GATEWAY.outputTokens.name, of, tokens(answer)),
    // At $0.10 and $0.40 a million tokens.
    clock.counter(GATEWAY.microdollars.name, of, tokens(prompt * 0.1 + answer * 0.4)),
    ...clock.histogram(GATEWAY.firstToken.name, of, EDGES, {
      rate: requests,
      median: (since) => 1000 * behaviour.firstToken(since),
    }),
  ];
}
