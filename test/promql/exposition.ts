/** Series in the text that a program answers to `GET /metrics`. */

export interface Series {
  /** Of the metric: `gauge`, `counter`, `histogram` or `summary`. */
  type: string;
  labels: Record<string, string>;
  value: number;
}

const ENDS = /_(bucket|sum|count)$/;

/** All series of an exposition, by name. @throws Error for a line that is none */
export function seriesOf(text: string): Map<string, Series[]> {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
  const series = new Map<string, Series[]>();
  for (const line of text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))) {
    const [, name, inner = "", value] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`no series: ${line}`);
    const labels = Object.fromEntries(
      [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key!, text!]),
    );
    const type = types.get(name) ?? types.get(name.replace(ENDS, "")) ?? "untyped";
    series.set(name, [...(series.get(name) ?? []), { type, labels, value: Number(value) }]);
  }
  return series;
}

/** Labels of a metric's series; `undefined` where there is none. */
export function labelsIn(series: ReadonlyMap<string, readonly Series[]>, name: string): Set<string> | undefined {
  const found = series.get(name);
  return found && new Set(found.flatMap(({ labels }) => Object.keys(labels)));
}
