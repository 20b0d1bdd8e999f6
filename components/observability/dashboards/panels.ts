/** Panels as these dashboards have them, made with Grafana's SDK. Every one has a unit, and a description that says what to do. */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  type DashboardLink,
  DashboardLinkBuilder,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TextBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";
import { PanelBuilder as GraphBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { BoardLinks } from "./links.js";
import { type Line, LINES, STATE } from "./colours.js";
import { DATASOURCE } from "./variables.js";

/** Units that panels use, by Grafana's names. */
export type Unit =
  | "none" | "short" | "s" | "percentunit" | "percent" | "reqps" | "cps" | "currencyUSD" | "mbytes" | "celsius" | "watt" | "dateTimeAsIso"; // prettier-ignore

/** A line of a graph, or a number. */
export interface Query {
  expr: string;
  /** Grafana's format, such as `{{vllm_model}}`. */
  legend: string;
  /** One of the colours that mean the same everywhere. `target` is dashed. @default by its name */
  line?: Line;
}

/** What every panel states. */
export interface PanelSpec {
  title: string;
  /** What it shows, and what to do about it. */
  description: string;
  unit: Unit;
  /** Of 24 columns. */
  width: number;
  /** @default 8 */
  height?: number;
  /** What is said where there are no series. @default "No data" */
  noValue?: string;
}

/** A panel and the room that it takes. */
export interface Sized {
  width: number;
  height: number;
  panel: Builder<Panel> & { id(id: number): unknown; gridPos(position: Panel["gridPos"] & object): unknown };
}

export const HEIGHT = 8;

/** Thresholds from good to bad: `warning` and `bad` are the first values of their colours. */
export interface Levels {
  warning?: number;
  bad: number;
  /** Lower is worse. @default false */
  lowIsBad?: boolean;
}

/** Grafana's steps of levels; a step reaches up to the next. */
export function steps({ warning, bad, lowIsBad = false }: Levels): Threshold[] {
  const [first, last] = lowIsBad ? [STATE.bad, STATE.good] : [STATE.good, STATE.bad];
  const middle = warning === undefined ? [] : [{ value: lowIsBad ? bad : warning, color: STATE.warning }];
  return [{ value: null, color: first }, ...middle, { value: lowIsBad ? (warning ?? bad) : bad, color: last }];
}

function thresholds(levels: Levels | undefined): ThresholdsConfigBuilder {
  const builder = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute);
  return builder.steps(levels === undefined ? [{ value: null, color: STATE.neutral }] : steps(levels));
}

/** Grafana's ids of the first, second, … query of a panel. */
export function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

export function range({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).refId(refId(index)).range().datasource(DATASOURCE);
}

export function instant({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).refId(refId(index)).instant().datasource(DATASOURCE);
}

export function tableQuery(expr: string, index: number): DataqueryBuilder {
  return instant({ expr, legend: "" }, index).format(PromQueryFormat.Table);
}

/** How a line that means the same everywhere looks. */
function lineStyle(line: Line): DynamicConfigValue[] {
  const colour = { id: "color", value: { mode: FieldColorModeId.Fixed, fixedColor: LINES[line] } };
  if (line !== "target") return [colour];
  return [
    colour,
    { id: "custom.lineStyle", value: { fill: "dash", dash: [10, 10] } },
    { id: "custom.fillOpacity", value: 0 },
    { id: "custom.stacking", value: { mode: common.StackingMode.None, group: "none" } },
  ];
}

/** A graph over time. */
export interface GraphSpec extends PanelSpec {
  queries: readonly Query[];
  /** @default false */
  stacked?: boolean;
  min?: number;
  max?: number;
  /** Lines at numbers that are the same for every model. */
  levels?: Levels;
  links?: readonly DashboardLinkBuilder[];
}

export function graph(spec: GraphSpec): Sized {
  const { title, description, unit, width, height = HEIGHT, queries, stacked = false } = spec;
  const panel = new GraphBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(DATASOURCE)
    .min(spec.min ?? 0)
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 5)
    .showPoints(common.VisibilityMode.Never)
    .spanNulls(false)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .stacking(
      new common.StackingConfigBuilder()
        .mode(stacked ? common.StackingMode.Normal : common.StackingMode.None)
        .group("A"),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(["lastNotNull", "max"]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .targets(queries.map(range));
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.noValue !== undefined) panel.noValue(spec.noValue);
  if (spec.levels !== undefined) {
    panel
      .thresholds(thresholds(spec.levels))
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  }
  if (spec.links !== undefined) panel.dataLinks([...spec.links]);
  queries.forEach(({ line }, index) => {
    if (line !== undefined) panel.overrideByQuery(refId(index), lineStyle(line));
  });
  return { width, height, panel };
}

/** One or a few numbers. */
export interface StatSpec extends PanelSpec {
  queries: readonly Query[];
  levels?: Levels;
  decimals?: number;
  /** Show the name beside each number. @default where there are several */
  named?: boolean;
  links?: readonly DashboardLinkBuilder[];
}

export function stat(spec: StatSpec): Sized {
  const { title, description, unit, width, height = 4, queries, levels, named = queries.length > 1 } = spec;
  const panel = new StatBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(DATASOURCE)
    .thresholds(thresholds(levels))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(levels === undefined ? common.BigValueColorMode.None : common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(named ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false))
    .targets(queries.map(instant));
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.noValue !== undefined) panel.noValue(spec.noValue);
  if (spec.links !== undefined) panel.dataLinks([...spec.links]);
  return { width, height, panel };
}

/** Text, in Markdown. */
export function text(title: string, content: string, width: number, height: number): Sized {
  return { width, height, panel: new TextBuilder().title(title).mode(TextMode.Markdown).content(content) };
}

/** A link from a value to a dashboard, for the model of its row or line. */
export function dataLink(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(url);
}
export type { BoardLinks, DashboardLink };
