/** Tables and single numbers. */
import { legendOf, type ShownPanel, type Step } from "../panels.js";
import { format } from "./format.js";
import { type Box, overridesOf } from "./graph.js";
import { byThreshold, text } from "./theme.js";

const ROW = 22;
const HEAD = 50;
const CHARACTER = 7;

/** Pixels that a large number needs. */
const ROOM_FOR_LARGE = 84;

type Cells = Record<string, string | number>;

/** Rows as Grafana's transformations merge and order them. */
export function rowsOf({ panel, shown }: ShownPanel): { columns: string[]; rows: Cells[] } {
  const organize = panel.transformations!.find(({ id }) => id === "organize")!.options as Record<
    string,
    Record<string, unknown>
  >;
  const { excludeByName: left = {}, indexByName: order = {}, renameByName: names = {} } = organize;
  const fields = Object.keys(order)
    .sort((a, b) => Number(order[a]) - Number(order[b]))
    .filter((field) => left[field] !== true);
  const merged = new Map<string, Cells>();
  for (const { target, answers } of shown) {
    const field = shown.length === 1 ? "Value" : `Value #${target.refId}`;
    for (const { metric, samples } of answers) {
      const key = JSON.stringify(Object.entries(metric).sort());
      merged.set(key, { ...(merged.get(key) ?? metric), [field]: samples[0]![1] });
    }
  }
  const rows = [...merged.values()].map((row) =>
    Object.fromEntries(fields.map((field) => [String(names[field]), row[field] ?? ""])),
  );
  const [sort] = (panel.options?.["sortBy"] ?? []) as { displayName: string; desc: boolean }[];
  if (sort !== undefined) {
    // What has no value comes last, whichever way the column is sorted.
    const rank = (row: Cells): number | string => row[sort.displayName] ?? "";
    const sign = sort.desc ? -1 : 1;
    rows.sort((a, b) => {
      const [one, other] = [rank(a), rank(b)];
      if (one === other) return 0;
      if (one === "" || other === "") return one === "" ? 1 : -1;
      return (one < other ? -1 : 1) * sign;
    });
  }
  return { columns: fields.map((field) => String(names[field])), rows };
}

export function drawTable(shown: ShownPanel, { width, height }: Box): string {
  const { columns, rows } = rowsOf(shown);
  const words = (row: Cells, column: string): string => {
    const value = row[column]!;
    if (typeof value === "string") return value;
    const own = overridesOf(shown, "byName", column);
    return format(value, own.get("unit") as string | undefined, own.get("decimals") as number | undefined);
  };
  // Columns get room by their longest text; what is too long is cut.
  const lengths = columns.map((column) =>
    Math.min(44, Math.max(column.length, ...rows.map((row) => words(row, column).length)) + 2),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const room = width - 20;
  const starts = lengths.map(
    (_, index) => 10 + (room * lengths.slice(0, index).reduce((sum, length) => sum + length, 0)) / total,
  );
  const most = (index: number): number => Math.floor((room * lengths[index]!) / total / CHARACTER);
  const shownRows = rows.slice(0, Math.floor((height - HEAD - 6) / ROW));
  return [
    ...columns.map((column, index) =>
      text(column, { x: Math.round(starts[index]!), y: HEAD - 8, kind: "s", most: most(index) }),
    ),
    ...shownRows.flatMap((row, line) =>
      columns.flatMap((column, index) => {
        const value = row[column]!;
        const steps = (overridesOf(shown, "byName", column).get("thresholds") as { steps: Step[] } | undefined)?.steps;
        const [x, y] = [Math.round(starts[index]!), HEAD + line * ROW];
        const cellWidth = Math.round((room * lengths[index]!) / total) - 4;
        const isColoured = steps !== undefined && typeof value === "number" && !Number.isNaN(value);
        return [
          ...(isColoured
            ? [
                `<rect x="${x - 4}" y="${y - 1}" width="${cellWidth}" height="${ROW - 3}" fill="${byThreshold(value, steps)}" opacity=".85"/>`,
              ]
            : []),
          text(words(row, column), { x, y: y + 13, most: most(index) }),
        ];
      }),
    ),
  ].join("");
}

export function drawStat(shown: ShownPanel, { width, height }: Box): string {
  const defaults = shown.panel.fieldConfig?.defaults ?? {};
  const numbers = shown.shown.flatMap(({ target, answers }) =>
    answers.map(({ metric, samples }) => ({
      name: legendOf(target.legendFormat ?? "", metric),
      value: samples[0]![1],
    })),
  );
  const isColoured = shown.panel.options?.["colorMode"] === "background";
  const isNamed = shown.panel.options?.["textMode"] === "value_and_name";
  const each = (width - 16) / Math.max(1, numbers.length);
  return numbers
    .map(({ name, value }, index) => {
      const x = 8 + index * each;
      const middle = Math.round(x + each / 2);
      const fill = byThreshold(value, defaults.thresholds?.steps ?? []);
      const size = each < ROOM_FOR_LARGE ? "r" : "b";
      const kind = isColoured ? `${size} w` : size;
      const decimals = (defaults as { decimals?: number }).decimals;
      return [
        ...(isColoured
          ? [
              `<rect x="${Math.round(x) + 1}" y="30" width="${Math.round(each) - 2}" height="${height - 38}" rx="2" fill="${fill}"/>`,
            ]
          : []),
        text(format(value, defaults.unit, decimals), {
          x: middle,
          y: Math.round(height / 2) + 20,
          kind,
          anchor: "middle",
        }),
        ...(isNamed
          ? [
              text(name, {
                x: middle,
                y: height - 14,
                kind: isColoured ? "s w" : "s",
                anchor: "middle",
                most: Math.floor(each / 5.5),
              }),
            ]
          : []),
      ].join("");
    })
    .join("");
}
