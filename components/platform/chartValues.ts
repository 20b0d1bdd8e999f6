/** Whether a chart knows the values that it is given. */
import { joinPath } from "../config/parse.js";
import { didYouMean, type Problem, quote, warning } from "../config/problems.js";
import { CHART_KEYS, type ChartKeys, type KeyTree } from "../facts/charts/index.js";
import type { Chart } from "./charts.js";

/** Values of all charts of a release, which any template may read. */
const OPEN = ["global"];

/** A value at a key that the chart's values.yaml does not have. */
export interface UnknownValue {
  path: string[];
  /** Keys that there are in its place. */
  known: string[];
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function unknownBelow(values: unknown, keys: KeyTree, commented: ReadonlySet<string>, path: string[]): UnknownValue[] {
  if (keys === null || !isMap(values)) return [];
  return Object.entries(values).flatMap(([key, value]) => {
    if (OPEN.includes(key) || commented.has(key)) return [];
    if (!Object.hasOwn(keys, key)) return [{ path: [...path, key], known: Object.keys(keys) }];
    return unknownBelow(value, keys[key]!, commented, [...path, key]);
  });
}

/** Values at keys that a table does not have, outermost first. */
export function unknownValues(table: ChartKeys, values: unknown): UnknownValue[] {
  return unknownBelow(values, table.keys, new Set(table.commented), []);
}

/**
 * Warnings, since Helm passes over a key that no template reads, and a template may read keys that values.yaml does not name.
 *
 * @param path of the values in the config
 */
export function checkChartValues(chart: Pick<Chart, "name" | "version">, values: unknown, path: string): Problem[] {
  const table = CHART_KEYS[chart.name];
  const title = `chart ${chart.name} ${chart.version}`;
  if (table?.version !== chart.version) {
    return isMap(values) && Object.keys(values).length > 0
      ? [warning(path, `not checked: the keys of ${title} are not known here`)]
      : [];
  }
  return unknownValues(table, values).map(({ path: keys, known }) => {
    const key = keys.at(-1)!;
    const suggestion = didYouMean(key, known);
    const message = `${quote(key)} is no key of values.yaml of ${title}, and Helm passes over a key that no template reads`;
    return warning(joinPath(path, keys), `${message}${suggestion || ": remove it, or look it up in the chart"}`);
  });
}
