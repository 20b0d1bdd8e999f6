/** Variables as Grafana fills them in: https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/ */
import { Failure } from "../failure.js";
import type { OwnPrometheus, Range } from "./prometheus.js";

/** A variable of a dashboard's JSON, with the fields that ours have. */
export interface Variable {
  name: string;
  type: string;
  query?: string;
  regex?: string;
  sort?: number;
  multi: boolean;
  includeAll: boolean;
  allValue?: string;
  current?: { value: string | string[] };
}

/** Values by a variable's name. */
export type Values = Readonly<Record<string, string>>;

/** Grafana's `$__rate_interval` is four scrapes at least: 15 s is the data source's default. */
const LEAST_RATE_SECONDS = 60;

/** A query with variables and Grafana's own intervals in place. */
export function interpolate(text: string, values: Values, { start, end, step }: Range): string {
  const own: Values = {
    __rate_interval: `${Math.max(LEAST_RATE_SECONDS, step * 4)}s`,
    __interval: `${step}s`,
    __range: `${end - start}s`,
  };
  return text.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
    const name = braced ?? plain!;
    const value = own[name] ?? values[name];
    if (value === undefined) throw new Failure(`the variable ${whole} is not defined, in: ${text}`);
    return value;
  });
}

/** The values that a query of a variable offers, in Grafana's order. */
async function offered(prometheus: OwnPrometheus, variable: Variable, values: Values, range: Range): Promise<string[]> {
  const query = interpolate(variable.query ?? "", values, range);
  const label = /^label_values\((.*),\s*(\w+)\)$/s.exec(query);
  if (label !== null) return (await prometheus.labelValues(label[2]!, label[1]!, range)).sort();
  const result = /^query_result\((.*)\)$/s.exec(query);
  if (result === null) throw new Failure(`no query of a variable: ${query}`);
  const pattern = new RegExp((variable.regex ?? "/(.*)/").replace(/^\/|\/$/g, ""));
  const texts = (await prometheus.instant(result[1]!, range.end)).map(({ metric, samples }) => {
    const labels = Object.entries(metric).map(([name, value]) => `${name}="${value}"`);
    return `{${labels.join(",")}} ${samples[0]![1]} ${range.end * 1000}`;
  });
  return [...new Set(texts.map((text) => pattern.exec(text)?.[1]).filter((value) => value !== undefined))];
}

/**
 * The values with which a dashboard opens: a variable's own if it states one, else the first that its query offers.
 *
 * @param chosen values that somebody has chosen
 */
export async function openedWith(
  prometheus: OwnPrometheus,
  variables: readonly Variable[],
  range: Range,
  chosen: Values = {},
): Promise<Values> {
  const values: Record<string, string> = { ...chosen };
  for (const variable of variables) {
    const { name, type, includeAll, allValue, current } = variable;
    if (values[name] !== undefined || type === "datasource") continue;
    const options = await offered(prometheus, variable, values, range);
    if (includeAll) values[name] = allValue ?? `(${options.join("|")})`;
    else if (typeof current?.value === "string" && options.includes(current.value)) values[name] = current.value;
    else if (options[0] !== undefined) values[name] = options[0];
    else throw new Failure(`the variable ${name} has no values`);
  }
  return values;
}
