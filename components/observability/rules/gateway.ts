/**
 * What a gateway's proxies count, as series with the models' namespace. The rules read series of the proxies' namespace, so they stand
 * in the object of the fleet; what they record is read by all others.
 */
import { GATEWAY_LABELS, proxiesName, QUOTA_DEPLOYMENT } from "../../vocabulary/gateway.js";
import { GATEWAY, GATEWAY_RATES, TENANT_LIMITS } from "../../vocabulary/metrics/gateway.js";
import { KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import type { Metric } from "../../vocabulary/metrics/metric.js";
import { PHASES } from "../../vocabulary/metrics/recorded.js";
import { list, type RecordingRule, type RuleGroup, type Scope, selector, type WatchedGateway } from "../promql.js";

const WINDOW = "5m";
const WINDOW_SECONDS = 300;
const DAY = "1d";

const { tenant, model, release, outcome, code } = GATEWAY_LABELS;
const OF_TENANT = [tenant, model, GATEWAY_LABELS.class, release] as const;

type Of = Scope & { gateway: WatchedGateway };

/** Series of the gateway's proxies, and no other gateway's. */
function counted({ name }: Pick<Metric, "name">, { gateway, stack }: Of): string {
  return `${name}${selector({ namespace: gateway.namespace, [METRIC_LABELS.stack]: stack })}`;
}

/**
 * A second, of a counter that is made by the first request that it counts: `rate` would take that as its start, and an outage's first
 * errors would be none. So a series that was not there counts whole, where its proxy was scraped then.
 */
function rate(metric: Pick<Metric, "name">, of: Of): string {
  const series = counted(metric, of);
  const scrapedThen = `${counted({ name: "up" }, of)} offset ${WINDOW} == 1`;
  const fresh = `((${series} unless ${series} offset ${WINDOW}) and on (namespace, pod, instance) (${scrapedThen}))`;
  return `(${fresh} / ${WINDOW_SECONDS}\nor rate(${series}[${WINDOW}]))`;
}

function sum(by: readonly string[], expr: string): string {
  return `sum by (${list(by)}) (${expr})`;
}

function phase(expr: string, name: string): string {
  return `label_replace(${expr}, "phase", "${name}", "", "")`;
}

/** Deployment of the proxies' namespace; nothing where kube-state-metrics does not see it. */
function deployment({ name }: Metric, own: string, { gateway }: Of): string {
  return `sum(${name}${selector({ namespace: gateway.namespace, deployment: own })})`;
}

function rates(of: Of): RecordingRule[] {
  const tokens =
    `${phase(sum(OF_TENANT, rate(GATEWAY.inputTokens, of)), PHASES.input)}\n` +
    `or ${phase(sum(OF_TENANT, rate(GATEWAY.outputTokens, of)), PHASES.output)}`;
  const buckets = `rate(${counted({ name: `${GATEWAY.firstToken.name}_bucket` }, of)}[${WINDOW}])`;
  const proxies = proxiesName(of.namespace, of.stack);
  return [
    { record: GATEWAY_RATES.requests, expr: sum([...OF_TENANT, outcome, code], rate(GATEWAY.requests, of)) },
    { record: GATEWAY_RATES.broken, expr: sum(OF_TENANT, rate(GATEWAY.broken, of)) },
    { record: GATEWAY_RATES.tokens, expr: tokens },
    { record: GATEWAY_RATES.usd, expr: `${sum(OF_TENANT, rate(GATEWAY.microdollars, of))} / 1e6` },
    { record: GATEWAY_RATES.firstToken, expr: sum([...OF_TENANT, "le"], buckets) },
    { record: GATEWAY_RATES.quotaErrors, expr: `sum(${rate(GATEWAY.quotaErrors, of)})` },
    { record: GATEWAY_RATES.proxiesWanted, expr: deployment(KUBE.deploymentReplicas, proxies, of) },
    { record: GATEWAY_RATES.proxiesReady, expr: deployment(KUBE.deploymentReady, proxies, of) },
    { record: GATEWAY_RATES.proxiesScraped, expr: `count(${counted({ name: "up" }, of)} == 1)` },
    { record: GATEWAY_RATES.quotaReady, expr: deployment(KUBE.deploymentReady, QUOTA_DEPLOYMENT, of) },
  ];
}

const QUANTILES = [0.5, 0.95, 0.99];

/** In seconds, of all that a tenant had of a model; nothing without traffic. */
function quantiles(of: Of): RecordingRule[] {
  const recorded = selector({ namespace: of.namespace, [METRIC_LABELS.stack]: of.stack });
  const buckets = sum([tenant, model, GATEWAY_LABELS.class, "le"], GATEWAY_RATES.firstToken + recorded);
  return QUANTILES.map((quantile) => ({
    record: GATEWAY_RATES.firstTokenQuantile,
    expr: `histogram_quantile(${quantile}, ${buckets}) / 1000 >= 0`,
    labels: { quantile: String(quantile) },
  }));
}

function days(of: Of): RecordingRule[] {
  const increase = (metric: Metric): string => `increase(${counted(metric, of)}[${DAY}])`;
  return [
    { record: GATEWAY_RATES.requestsDay, expr: sum([tenant], increase(GATEWAY.requests)) },
    {
      record: GATEWAY_RATES.tokensDay,
      expr:
        `${phase(sum([tenant], increase(GATEWAY.inputTokens)), PHASES.input)}\n` +
        `or ${phase(sum([tenant], increase(GATEWAY.outputTokens)), PHASES.output)}`,
    },
    { record: GATEWAY_RATES.usdDay, expr: `${sum([tenant], increase(GATEWAY.microdollars))} / 1e6` },
  ];
}

/** All limits of all tenants in one rule. */
function limitRule({ tenants }: WatchedGateway): RecordingRule[] {
  const all = Object.entries(tenants).flatMap(([name, { limits }]) =>
    TENANT_LIMITS.flatMap((limit) => {
      const most = limits[limit];
      if (most === undefined) return [];
      const named = `label_replace(vector(${most}), "limit", "${limit}", "", "")`;
      return [`label_replace(${named}, "${tenant}", "${name}", "", "")`];
    }),
  );
  return all.length === 0 ? [] : [{ record: GATEWAY_RATES.limit, expr: all.join("\nor ") }];
}

/** @returns nothing for a stack without a gateway */
export function gatewayGroups(scope: Scope): RuleGroup[] {
  const { gateway, namespace, stack } = scope;
  if (gateway === undefined) return [];
  const of = { ...scope, gateway };
  const placed = (rules: RecordingRule[]): RecordingRule[] =>
    rules.map((rule) => ({ ...rule, labels: { namespace, [METRIC_LABELS.stack]: stack, ...rule.labels } }));
  return [
    { name: "vllm-gateway", rules: placed([...limitRule(gateway), ...rates(of), ...quantiles(of)]) },
    // Windows of a day change slowly, and reading them takes long.
    { name: "vllm-gateway-day", interval: "5m", rules: placed(days(of)) },
  ];
}
