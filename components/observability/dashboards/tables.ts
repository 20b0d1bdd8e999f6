/** Tables: a row for each model, release, pod or alert, joined from several queries. */
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { HEIGHT, type Levels, type PanelSpec, refId, type Sized, steps, tableQuery, type Unit } from "./panels.js";
import { DATASOURCE } from "./variables.js";

/** A number of each row. */
export interface Column {
  title: string;
  expr: string;
  unit: Unit;
  decimals?: number;
  /** Colours the cell. @default none */
  levels?: Levels;
}

/** A table, its unit being that of numbers without one of their own. */
export interface TableSpec extends PanelSpec {
  /** Labels that make a row, and what their columns are called. */
  keys: Readonly<Record<string, string>>;
  /** Their order is that of the columns, after the keys. The first one decides which rows there are. */
  columns: readonly Column[];
  /** Only the labels matter: leave the first column's number out. @default false */
  labelsOnly?: boolean;
  /** Title of the column to sort by, the worst first. @default Grafana's order */
  worstFirst?: string;
  /** Lower is worse in that column. @default false */
  lowIsWorst?: boolean;
  /** Address that a key's cell leads to. */
  links?: Readonly<Record<string, { title: string; url: string }>>;
}

function cell({ unit, decimals, levels }: Column): DynamicConfigValue[] {
  return [
    { id: "unit", value: unit },
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(levels === undefined
      ? []
      : [
          { id: "thresholds", value: { mode: ThresholdsMode.Absolute, steps: steps(levels) } },
          { id: "color", value: { mode: FieldColorModeId.Thresholds } },
          { id: "custom.cellOptions", value: { type: "color-background", mode: "basic" } },
        ]),
  ];
}

/** What Grafana calls the number of a query once tables are merged. */
function valueName(index: number, count: number): string {
  return count === 1 ? "Value" : `Value #${refId(index)}`;
}

export function table(spec: TableSpec): Sized {
  const { title, description, unit, width, height = HEIGHT, keys, columns, labelsOnly = false } = spec;
  const by = Object.keys(keys).join(", ");
  const names = columns.map((_, index) => valueName(index, columns.length));
  const panel = new TableBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(DATASOURCE)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor("text"))
    .cellHeight(common.TableCellHeight.Sm)
    .filterable(true)
    // One row a combination of the keys, whatever else the series carry.
    .targets(columns.map(({ expr }, index) => tableQuery(`max by (${by}) (${expr})`, index)))
    .transformations([
      ...(columns.length > 1 ? [{ id: "merge", options: {} }] : []),
      {
        id: "organize",
        options: {
          excludeByName: { Time: true, ...(labelsOnly && { [names[0]!]: true }) },
          indexByName: Object.fromEntries([...Object.keys(keys), ...names].map((name, index) => [name, index])),
          renameByName: {
            ...keys,
            ...Object.fromEntries(names.map((name, index) => [name, columns[index]!.title])),
          },
        },
      },
    ]);
  if (spec.noValue !== undefined) panel.noValue(spec.noValue);
  if (spec.worstFirst !== undefined) {
    panel.sortBy([
      new common.TableSortByFieldStateBuilder().displayName(spec.worstFirst).desc(!(spec.lowIsWorst ?? false)),
    ]);
  }
  for (const column of columns.slice(labelsOnly ? 1 : 0)) panel.overrideByName(column.title, cell(column));
  for (const [key, link] of Object.entries(spec.links ?? {})) {
    panel.overrideByName(keys[key]!, [{ id: "links", value: [{ ...link, targetBlank: false }] }]);
  }
  return { width, height, panel };
}
