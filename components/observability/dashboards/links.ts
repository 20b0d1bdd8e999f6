/** Links: between the dashboards, and to the runbooks. */
import { DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { BOARDS, type BoardName, dashboardUid } from "./names.js";

/** Where dashboards and runbooks of a stack are. */
export interface BoardLinks {
  stack: string;
  /** Address of the runbooks' folder. @default no links to runbooks */
  runbooks?: string | undefined;
}

/** A path in Grafana. It has no host, so that it works under any address of Grafana. */
function path(board: BoardName, stack: string, ...parameters: readonly string[]): string {
  return [`/d/${dashboardUid(board, stack)}?\${datasource:queryparam}&\${stack:queryparam}`, ...parameters].join("&");
}

/** The links on top of a dashboard: all other dashboards, and the runbooks. */
export function topLinks(board: BoardName, { stack, runbooks }: BoardLinks): DashboardLinkBuilder[] {
  const others = (Object.keys(BOARDS) as BoardName[]).filter((name) => name !== board);
  return [
    ...others.map((name) =>
      new DashboardLinkBuilder(BOARDS[name])
        .type(DashboardLinkType.Link)
        .url(`/d/${dashboardUid(name, stack)}`)
        .icon("dashboard")
        .tooltip(`The dashboard ${BOARDS[name]} of this stack`)
        .includeVars(true)
        .keepTime(true),
    ),
    ...(runbooks === undefined ? [] : [toRunbooks(runbooks)]),
  ];
}

function toRunbooks(address: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder("Runbooks")
    .type(DashboardLinkType.Link)
    .url(address)
    .icon("doc")
    .tooltip("One page for each alert: what it means, and the way back")
    .targetBlank(true);
}

/** The address of a model's dashboard, for the model of a row of a table. */
export function modelOfRow(stack: string): string {
  return path(
    "model",
    stack,
    "var-namespace=${__data.fields.namespace}",
    `var-model=\${__data.fields.${METRIC_LABELS.model}}`,
    "${__url_time_range}",
  );
}

/** The same, for the model of a line in a graph. */
export function modelOfLine(stack: string): string {
  return path(
    "model",
    stack,
    "var-namespace=${__field.labels.namespace}",
    `var-model=\${__field.labels.${METRIC_LABELS.model}}`,
    "${__url_time_range}",
  );
}

/** A link from an alert of a row to its runbook, whose file is named as the alert; none where nobody says where runbooks are. */
export function runbookOfRow({ runbooks }: BoardLinks): { alertname?: { title: string; url: string } } {
  if (runbooks === undefined) return {};
  return { alertname: { title: "Runbook", url: `${runbooks.replace(/\/$/, "")}/\${__data.fields.alertname}.md` } };
}
