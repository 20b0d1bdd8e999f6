/** Every query that this project writes, with where it stands. */
import { observabilitySchema } from "../../components/contract/observability/schema.js";
import { queries as scalingQueries } from "../../components/derive/scaling.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import { dashboardsOf } from "../../components/observability/dashboards/dashboards.js";
import type { Scope } from "../../components/observability/promql.js";
import { ruleObjects } from "../../components/observability/ruleObjects.js";
import { coldStartRuleSpec } from "../../components/serving/coldStart.js";
import { servedModel } from "../serving/fixtures.js";
import type { Recording } from "../promql/catalogue.js";
import { GROUPS } from "./rules/costFixtures.js";

export const SCOPE: Scope = {
  namespace: "models",
  stack: "prod",
  gateway: {
    namespace: "envoy-gateway-system",
    tenants: { acme: { limits: { requestsPerMinute: 600, usdPerDay: 10 } } },
  },
};

/** Two models; one has service levels of its own, and the other, which has two releases, those of its environment. */
export function models(): ServedModel[] {
  const slo = {
    ttft: { seconds: 1, target: 0.99 },
    interTokenLatency: { seconds: 0.1, target: 0.95 },
    availability: 0.999,
  };
  return [servedModel({ slo }), servedModel({}, "code")];
}

const SLO = { ttft: { seconds: 2.5, target: 0.99 }, availability: 0.99 };

/** A rule, with the object and group that it stands in. */
export interface PlacedRule extends Recording {
  at: string;
}

interface Group {
  name: string;
  rules: readonly Recording[];
}

export function rules(): PlacedRule[] {
  const config = observabilitySchema.parse({ slo: SLO, budgets: { usdPerDay: 400, models: { chat: 150 } } });
  const objects = ruleObjects({ models: models(), config, nodeGroups: GROUPS }, SCOPE);
  const plan = [...models()[0]!.releases.values()][0]!;
  const all = {
    ...(objects as unknown as Record<string, readonly Group[]>),
    "cold-start": coldStartRuleSpec(plan, SCOPE.namespace).groups as unknown as Group[],
  };
  return Object.entries(all).flatMap(([object, groups]) =>
    groups.flatMap((group) =>
      group.rules.map((rule) => ({ ...rule, at: `${object}/${group.name}/${rule.record ?? rule.alert}` })),
    ),
  );
}

interface Panel {
  title?: string;
  targets?: { expr?: string }[];
  panels?: Panel[];
}

function panelsOf(panels: readonly Panel[]): Panel[] {
  return panels.flatMap((panel) => [panel, ...panelsOf(panel.panels ?? [])]);
}

/** Grafana's variables where PromQL takes no `$`: in ranges. */
function withRanges(query: string): string {
  return query.replace(/\$__(rate_interval|interval|range)\b|\$\{__(rate_interval|interval|range)\}/g, "5m");
}

/** Queries of panels. */
export function panels(): { at: string; expr: string }[] {
  const links = { stack: SCOPE.stack, runbooks: "https://example.com/runbooks" };
  return dashboardsOf(links).flatMap(({ name, json }) =>
    panelsOf((JSON.parse(json) as { panels?: Panel[] }).panels ?? []).flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ expr }) => (expr === undefined ? [] : [{ at: `${name}: ${title}`, expr: withRanges(expr) }])),
    ),
  );
}

/** Queries of the autoscaler. */
export function scaling(): { at: string; expr: string }[] {
  return models().flatMap(({ releases }) =>
    [...releases.values()].flatMap((plan) =>
      Object.entries(scalingQueries(plan, SCOPE.namespace)).map(([trigger, expr]) => ({
        at: `${plan.name}: ${trigger}`,
        expr,
      })),
    ),
  );
}
