/** The one shape of an alert, and the rule that is made of it. */
import type { AlertsConfig } from "../../contract/observability/alerts.js";
import { ALERTS, ALERT_LABELS, type AlertName, type Severity } from "../../vocabulary/alerts.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { type BoardName, dashboardUid } from "../dashboards/names.js";
import type { Scope } from "../promql.js";

/** An alert; severity, duration and threshold are in {@link ALERTS}. */
export interface Alert {
  name: AlertName;
  /** One line: Prometheus' template, in which `{{ $labels.vllm_model }}` is a label and `{{ $value }}` the expression's value. */
  summary: string;
  /** What is the case, with units: the same template. */
  description: string;
  /** The condition in words, for the table of all alerts. */
  condition: string;
  /** PromQL that is empty while all is well; its series carry the labels of a release, a model or the stack. */
  expr: (scope: Scope, threshold: number) => string;
  /** Which dashboard shows it. */
  dashboard: BoardName;
  /** Reads series of other namespaces than the models', so that it belongs to the rules of the fleet. @default false */
  fleet?: true;
  /** Only a stack with a gateway has it. @default false */
  gateway?: true;
}

/** A rule as Prometheus reads it. */
export interface AlertingRule {
  alert: AlertName;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** What holds of an alert after the config's changes. */
export interface Setting {
  severity: Severity;
  forSeconds: number;
  /** 0 where the condition has none. */
  threshold: number;
}

/** `undefined` where the config turns the alert off. */
export function settingOf(name: AlertName, { change }: AlertsConfig): Setting | undefined {
  const { severity, forSeconds, threshold } = ALERTS[name];
  const own = change[name];
  if (own === "off" || own === false) return undefined;
  return {
    severity: own?.severity ?? severity,
    forSeconds: own?.forSeconds ?? forSeconds,
    threshold: own?.threshold ?? threshold?.value ?? 0,
  };
}

/** Where runbooks are, within this project; what an alert says of them where the config has no address. */
export const RUNBOOKS = "docs/runbooks";

/** File of an alert's runbook in docs/runbooks. */
export function runbookFile({ name }: Pick<Alert, "name">): string {
  return `${name}.md`;
}

function without(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}

/** Variables of the dashboards, by the label whose value each one takes. */
const VARIABLES = { namespace: "namespace", [METRIC_LABELS.model]: "model", [METRIC_LABELS.release]: "release" };

/** Grafana's page of an alert, with what it is about chosen there. */
function dashboardLink(address: string, dashboard: BoardName, stack: string): string {
  const chosen = Object.entries(VARIABLES).map(
    // A label that the alert has not got would choose nothing.
    ([label, variable]) => `{{ with $labels.${label} }}&var-${variable}={{ . | urlquery }}{{ end }}`,
  );
  return `${without(address, "/")}/d/${dashboardUid(dashboard, stack)}?var-stack=${encodeURIComponent(stack)}${chosen.join("")}`;
}

/** @returns nothing where the config turns the alert off */
export function alertingRule(alert: Alert, scope: Scope, config: AlertsConfig): AlertingRule[] {
  const setting = settingOf(alert.name, config);
  if (setting === undefined) return [];
  const { owner, runbooks = RUNBOOKS, dashboards } = config;
  return [
    {
      alert: alert.name,
      expr: alert.expr(scope, setting.threshold),
      for: `${setting.forSeconds}s`,
      labels: {
        [ALERT_LABELS.severity]: setting.severity,
        ...(owner !== undefined && { [ALERT_LABELS.owner]: owner }),
      },
      annotations: {
        summary: alert.summary,
        description: alert.description,
        runbook_url: `${without(runbooks, "/")}/${runbookFile(alert)}`,
        ...(dashboards !== undefined && { dashboard_url: dashboardLink(dashboards, alert.dashboard, scope.stack) }),
      },
    },
  ];
}
