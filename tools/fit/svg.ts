/** A line chart with logarithmic axes, as an SVG that is readable on light and on dark pages. */
import { html } from "../preview/escape.js";

export interface Chart {
  title: string;
  x: string;
  y: string;
  series: readonly Series[];
}

/** A line of the chart; all numbers are above 0. */
export interface Series {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 860;
const HEIGHT = 460;
/** Room for axes, title and legend. */
const EDGE = { left: 70, right: 190, top: 46, bottom: 56 };
/** Okabe and Ito's palette, which colour-blind people tell apart, without what is too light or too dark for one of the two pages. */
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9"];
/** Of the lines after so many colours. */
const DASHES = ["", "7 4", "2 3"];

const STYLE =
  "text{font:12px sans-serif;fill:#24292f}.title{font-size:15px;font-weight:600}.grid{stroke:#8884;stroke-width:1}" +
  "@media(prefers-color-scheme:dark){text{fill:#e6edf3}}";

/** A scale from values to pixels, with the values that get a line. */
interface Axis {
  at: (value: number) => number;
  ticks: number[];
}

export function lineChart({ title, x, y, series }: Chart): string {
  const points = series.flatMap((line) => line.points);
  const across = axis(
    points.map(([value]) => value),
    2,
    [EDGE.left, WIDTH - EDGE.right],
  );
  const up = axis(
    points.map(([, value]) => value),
    10,
    [HEIGHT - EDGE.bottom, EDGE.top],
  );
  const middle = { x: (EDGE.left + WIDTH - EDGE.right) / 2, y: (EDGE.top + HEIGHT - EDGE.bottom) / 2 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${html(title)}">`,
    `<style>${STYLE}</style>`,
    text(title, { x: EDGE.left, y: 24, class: "title" }),
    ...across.ticks.map((tick) => gridLine([across.at(tick), EDGE.top], [across.at(tick), HEIGHT - EDGE.bottom])),
    ...across.ticks.map((tick) =>
      text(short(tick), { x: across.at(tick), y: HEIGHT - EDGE.bottom + 18, anchor: "middle" }),
    ),
    ...up.ticks.map((tick) => gridLine([EDGE.left, up.at(tick)], [WIDTH - EDGE.right, up.at(tick)])),
    ...up.ticks.map((tick) => text(short(tick), { x: EDGE.left - 8, y: up.at(tick) + 4, anchor: "end" })),
    text(x, { x: middle.x, y: HEIGHT - 14, anchor: "middle" }),
    `<g transform="translate(18 ${middle.y}) rotate(-90)">${text(y, { x: 0, y: 0, anchor: "middle" })}</g>`,
    ...series.map((line, index) =>
      drawn(
        line.points.map(([a, b]) => [across.at(a), up.at(b)]),
        index,
      ),
    ),
    ...series.flatMap(({ name }, index) => legend(name, index)),
    "</svg>\n",
  ].join("\n");
}

/** From the power of a base below the least value to the one above the greatest. */
function axis(values: readonly number[], base: number, [from, to]: [number, number]): Axis {
  // Rounded, since `Math.log(8) / Math.log(2)` is not 3.
  const power = (value: number): number => Number((Math.log(value) / Math.log(base)).toFixed(9));
  const low = Math.floor(power(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(power(Math.max(...values))));
  return {
    at: (value) => from + ((power(value) - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => base ** (low + index)),
  };
}

type Point = readonly [x: number, y: number];

const rounded = (value: number): string => String(Number(value.toFixed(1)));

function stroke(index: number): string {
  const dash = DASHES[Math.floor(index / COLOURS.length) % DASHES.length]!;
  const dashes = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
  return `fill="none" stroke="${COLOURS[index % COLOURS.length]}" stroke-width="2"${dashes}`;
}

function drawn(points: readonly Point[], index: number): string {
  return `<polyline points="${points.map((point) => point.map(rounded).join(",")).join(" ")}" ${stroke(index)}/>`;
}

function gridLine([x1, y1]: Point, [x2, y2]: Point): string {
  return `<line class="grid" x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}"/>`;
}

function legend(name: string, index: number): string[] {
  const x = WIDTH - EDGE.right + 16;
  const y = EDGE.top + 8 + index * 20;
  return [
    drawn(
      [
        [x, y],
        [x + 24, y],
      ],
      index,
    ),
    text(name, { x: x + 32, y: y + 4 }),
  ];
}

interface Placed {
  x: number;
  y: number;
  anchor?: "middle" | "end";
  class?: string;
}

function text(content: string, { x, y, anchor, class: name }: Placed): string {
  const attributes = [
    ...[`x="${rounded(x)}"`, `y="${rounded(y)}"`],
    ...(anchor === undefined ? [] : [`text-anchor="${anchor}"`]),
    ...(name === undefined ? [] : [`class="${name}"`]),
  ];
  return `<text ${attributes.join(" ")}>${html(content)}</text>`;
}

/** `131072` as `128Ki`, `1000` as `1,000`. */
function short(value: number): string {
  return value >= 1024 && value % 1024 === 0 ? `${value / 1024}Ki` : value.toLocaleString("en-US");
}
