/** What the panels of a dashboard show: their queries, answered by a Prometheus. */
import { Failure } from "../failure.js";
import type { Answer, OwnPrometheus, Range } from "./prometheus.js";
import { interpolate, openedWith, type Values, type Variable } from "./variables.js";

/** A query of a panel. */
export interface Target {
  refId: string;
  expr: string;
  legendFormat?: string;
  instant?: boolean;
}

/** A panel of a dashboard's JSON, with the fields that ours have. */
export interface PanelJson {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  fieldConfig?: {
    defaults: { unit?: string; noValue?: string; min?: number; max?: number; thresholds?: { steps: Step[] } };
    overrides: { matcher: { id: string; options: string }; properties: { id: string; value: unknown }[] }[];
  };
  options?: Record<string, unknown>;
  transformations?: { id: string; options: Record<string, unknown> }[];
}

/** A threshold. */
export interface Step {
  value: number | null;
  color: string;
}

/** A dashboard's JSON, with the fields that ours have. */
export interface DashboardJson {
  title: string;
  uid: string;
  description: string;
  panels: PanelJson[];
  templating: { list: Variable[] };
  annotations: { list: { name: string; expr: string; titleFormat: string; iconColor: string }[] };
}

/** What a query of a panel got. */
export interface Shown {
  target: Target;
  /** With its variables in place. */
  expr: string;
  answers: Answer[];
}

/** A panel and what its queries got. */
export interface ShownPanel {
  panel: PanelJson;
  title: string;
  shown: Shown[];
}

/** A dashboard with all its panels, as it opens. */
export interface ShownDashboard {
  dashboard: DashboardJson;
  values: Values;
  panels: ShownPanel[];
  /** Changes that are drawn over the graphs, times in seconds. */
  rollouts: { name: string; colour: string; title: string; time: number }[];
}

/** A legend with the labels of a series in place. */
export function legendOf(format: string, metric: Readonly<Record<string, string>>): string {
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? "");
}

/** @throws Failure when a query is wrong, naming its panel */
export async function show(
  prometheus: OwnPrometheus,
  dashboard: DashboardJson,
  range: Range,
  chosen: Values = {},
): Promise<ShownDashboard> {
  const values = await openedWith(prometheus, dashboard.templating.list, range, chosen);
  const panels: ShownPanel[] = [];
  for (const panel of dashboard.panels) {
    const shown: Shown[] = [];
    for (const target of panel.targets ?? []) {
      const expr = interpolate(target.expr, values, range);
      try {
        const answers =
          target.instant === true ? await prometheus.instant(expr, range.end) : await prometheus.range(expr, range);
        shown.push({ target, expr, answers });
      } catch (thrown) {
        throw new Failure(`${dashboard.title}, ${panel.title}, ${target.refId}: ${(thrown as Error).message}`);
      }
    }
    panels.push({ panel, title: interpolate(panel.title, values, range), shown });
  }
  return { dashboard, values, panels, rollouts: await rolloutsOf(prometheus, dashboard, range, values) };
}

async function rolloutsOf(
  prometheus: OwnPrometheus,
  { annotations }: DashboardJson,
  range: Range,
  values: Values,
): Promise<ShownDashboard["rollouts"]> {
  const found: ShownDashboard["rollouts"] = [];
  for (const { name, expr, titleFormat, iconColor } of annotations.list) {
    for (const { metric, samples } of await prometheus.range(interpolate(expr, values, range), range)) {
      found.push({ name, colour: iconColor, title: legendOf(titleFormat, metric), time: samples[0]![0] });
    }
  }
  return found;
}
