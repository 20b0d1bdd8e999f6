/** A graph over time. */
import type { Range } from "../prometheus.js";
import { legendOf, type ShownPanel } from "../panels.js";
import { clock, format } from "./format.js";
import { colour, coloursOf, text } from "./theme.js";

/** Where something is drawn. */
export interface Box {
  width: number;
  height: number;
}

interface Line {
  name: string;
  colour: string;
  dashed: boolean;
  samples: readonly (readonly [number, number])[];
}

const EDGE = { left: 62, right: 10, top: 30, bottom: 42 };
const TICKS = 4;

type Properties = ReadonlyMap<string, unknown>;

/** What overrides say of a query's lines. */
export function overridesOf({ panel }: ShownPanel, by: string, of: string): Properties {
  const properties = (panel.fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.id === by && matcher.options === of)
    .flatMap((override) => override.properties);
  return new Map(properties.map(({ id, value }) => [id, value]));
}

function linesOf(shown: ShownPanel): Line[] {
  const stacked =
    (shown.panel.fieldConfig?.defaults as { custom?: { stacking?: { mode?: string } } } | undefined)?.custom?.stacking
      ?.mode === "normal";
  const below = new Map<number, number>();
  const names = shown.shown.flatMap(({ target, answers }) =>
    answers.map(({ metric }) => legendOf(target.legendFormat ?? "", metric)),
  );
  const byName = coloursOf(names);
  return shown.shown.flatMap(({ target, answers }) => {
    const own = overridesOf(shown, "byFrameRefID", target.refId);
    const fixed = (own.get("color") as { fixedColor?: string } | undefined)?.fixedColor;
    const dashed = own.has("custom.lineStyle");
    return answers.map(({ metric, samples }): Line => {
      const name = legendOf(target.legendFormat ?? "", metric);
      const finite = samples.filter(([, value]) => Number.isFinite(value));
      const placed = finite.map(([time, value]): [number, number] => {
        if (!stacked || dashed) return [time, value];
        const sum = (below.get(time) ?? 0) + value;
        below.set(time, sum);
        return [time, sum];
      });
      return { name, colour: fixed === undefined ? byName.get(name)! : colour(fixed), dashed, samples: placed };
    });
  });
}

/** A round step of an axis. */
function roundStep(span: number): number {
  const rough = span / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!;
}

/** A path in whole pixels, relative, since files are read by people's browsers. */
function path(points: readonly (readonly [number, number])[]): string {
  let [lastX, lastY] = [0, 0];
  return points
    .map(([x, y], index) => {
      const [toX, toY] = [Math.round(x), Math.round(y)];
      const move = index === 0 ? `M${toX} ${toY}` : `l${toX - lastX} ${toY - lastY}`;
      [lastX, lastY] = [toX, toY];
      return move;
    })
    .join("");
}

export function drawGraph(
  shown: ShownPanel,
  { width, height }: Box,
  range: Range,
  rollouts: readonly { time: number; colour: string }[],
): string {
  const defaults = shown.panel.fieldConfig?.defaults ?? {};
  const lines = linesOf(shown);
  const levels = (defaults.thresholds?.steps ?? []).filter(({ value }) => value !== null);
  const values = lines.flatMap(({ samples }) => samples.map(([, value]) => value));
  const low = Math.min(defaults.min ?? 0, ...values);
  const most = Math.max(low, ...values);
  const high = Math.max(defaults.max ?? 0, most > low ? low + (most - low) * 1.05 : low + 1);
  const step = roundStep(high - low);
  const top = defaults.max ?? Math.ceil(high / step) * step;
  const x = (time: number): number =>
    EDGE.left + ((time - range.start) / (range.end - range.start)) * (width - EDGE.left - EDGE.right);
  const y = (value: number): number =>
    height - EDGE.bottom - ((value - low) / (top - low)) * (height - EDGE.top - EDGE.bottom);
  const ticks = Array.from({ length: Math.floor((top - low) / step + 1e-9) + 1 }, (_, index) => low + index * step);
  const hours = Array.from({ length: 5 }, (_, index) => range.start + (index * (range.end - range.start)) / 4);
  const across = (at: number, name: string): string =>
    `<path d="M${EDGE.left} ${Math.round(at)}H${width - EDGE.right}" ${name}/>`;
  let at = EDGE.left - 50;
  const legend = lines.flatMap((line) => {
    const here = at;
    at += 20 + line.name.length * 6;
    if (at > width - 10) return [];
    const mark = `<path d="M${here} ${height - 12}h10" stroke="${line.colour}" stroke-width="3"${line.dashed ? ' stroke-dasharray="3 2"' : ""}/>`;
    return [mark, text(line.name, { x: here + 14, y: height - 8, kind: "s" })];
  });
  return [
    ...ticks.flatMap((tick) => [
      across(y(tick), 'class="g"'),
      text(format(tick, defaults.unit), { x: EDGE.left - 6, y: Math.round(y(tick)) + 4, kind: "s", anchor: "end" }),
    ]),
    ...hours.map((time, index) =>
      text(clock(time), {
        x: Math.round(x(time)),
        y: height - EDGE.bottom + 14,
        kind: "s",
        anchor: index === 4 ? "end" : "middle",
      }),
    ),
    ...levels
      .filter(({ value }) => value! <= top)
      .map(({ value, color }) => across(y(value!), `stroke="${colour(color)}" stroke-dasharray="6 4"`)),
    ...rollouts.map(
      (rollout) =>
        `<path d="M${Math.round(x(rollout.time))} ${EDGE.top}V${height - EDGE.bottom}" stroke="${colour(rollout.colour)}" stroke-dasharray="3 3"/>`,
    ),
    ...lines.map(
      ({ samples, dashed, colour: of }) =>
        `<path class="l" d="${path(samples.map(([time, value]) => [x(time), Math.min(height - EDGE.bottom, Math.max(EDGE.top, y(value)))]))}" stroke="${of}"${dashed ? ' stroke-dasharray="8 5"' : ""}/>`,
    ),
    ...legend,
  ].join("");
}
