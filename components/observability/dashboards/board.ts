/** A dashboard of rows: where each panel goes, and what all dashboards share. */
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { CONTRACT } from "../../vocabulary/metrics/recorded.js";
import { type BoardLinks, topLinks } from "./links.js";
import { type BoardName, dashboardTitle, dashboardUid } from "./names.js";
import type { Sized } from "./panels.js";
import { BY_MODEL, BY_RELEASE, type Of, series } from "./queries.js";
import { DATASOURCE } from "./variables.js";

/** Columns of a dashboard. */
const COLUMNS = 24;
/** How long a change is shown: longer than the steps at which a week is asked for. */
const CHANGE = "5m";

/** Panels under one heading. */
export interface Row {
  title: string;
  panels: readonly Sized[];
}

/** What a dashboard is. */
export interface BoardSpec {
  name: BoardName;
  description: string;
  links: BoardLinks;
  variables: readonly Builder<VariableModel>[];
  /** Which models' rollouts are drawn over the graphs. */
  rollouts: Of | undefined;
  rows: readonly Row[];
}

/**
 * Panels side by side as long as there is room, each line as high as its highest.
 *
 * @returns positions, and where the next row begins
 */
function place(panels: readonly Sized[], top: number): { x: number; y: number; next: number }[] {
  let [x, y, highest] = [0, top, 0];
  return panels.map(({ width, height }) => {
    if (x + width > COLUMNS) [x, y, highest] = [0, y + highest, 0];
    const position = { x, y };
    x += width;
    highest = Math.max(highest, height);
    return { ...position, next: y + highest };
  });
}

function annotation(name: string, colour: string, expr: string, title: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(expr)
    .step("60s")
    .titleFormat(title)
    .textFormat(`{{${METRIC_LABELS.model}}}`)
    .tagKeys([METRIC_LABELS.model, METRIC_LABELS.release].join(","));
}

/** What is there now and was not there a while ago, of models that were: neither a new model nor the end of an outage is a rollout. */
function isNew(info: string, keys: string): string {
  const before = `${info} offset ${CHANGE}`;
  return `(max by (${keys}) (${info}) unless max by (${keys}) (${before})) and on (${BY_MODEL}) max by (${BY_MODEL}) (${before})`;
}

function rollouts(of: Of): AnnotationQueryBuilder[] {
  const release = `{{${METRIC_LABELS.release}}}`;
  return [
    annotation("Routes", "purple", isNew(series(CONTRACT.route, of), BY_RELEASE), `Route names ${release}`),
    annotation(
      "Contracts",
      "blue",
      isNew(series(CONTRACT.info, of), `${BY_RELEASE}, contract_hash`),
      `${release} is new or changed: contract {{contract_hash}}`,
    ),
  ];
}

export function board({ name, description, links, variables, rollouts: of, rows }: BoardSpec): Dashboard {
  const builder = new DashboardBuilder(dashboardTitle(name, links.stack))
    .uid(dashboardUid(name, links.stack))
    .description(description)
    .tags(["vllm", links.stack])
    .readonly()
    .timezone("utc")
    .time({ from: "now-3h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .annotations(of === undefined ? [] : rollouts(of))
    .links(topLinks(name, links));
  let [y, id] = [0, 1];
  for (const { title, panels } of rows) {
    builder.withRow(new RowBuilder(title).id(id++).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    const positions = place(panels, y + 1);
    panels.forEach(({ panel, width, height }, index) => {
      const { x, y: top } = positions[index]!;
      panel.id(id++);
      panel.gridPos({ x, y: top, w: width, h: height });
      builder.withPanel(panel);
    });
    y = positions.at(-1)!.next;
  }
  return builder.build();
}
