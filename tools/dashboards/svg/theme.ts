/** Colours and pieces of SVG. */
import { createHash } from "node:crypto";
import { html } from "../../preview/escape.js";
import type { Step } from "../panels.js";

/** Grafana's named colours: packages/grafana-data/src/themes/createVisualizationColors.ts. */
const NAMED: Readonly<Record<string, string>> = {
  green: "#73bf69",
  orange: "#ff9830",
  "light-orange": "#ffb357",
  red: "#f2495c",
  "dark-red": "#c4162a",
  purple: "#b877d9",
  blue: "#5794f2",
  "light-blue": "#8ab8ff",
  "super-light-blue": "#c0d8ff",
  "dark-blue": "#1f60c4",
  text: "#8e8e8e",
};

/** Of lines that have no colour of their own. */
const PALETTE = "#73bf69 #f2cc0c #8ab8ff #ff780a #f2495c #5794f2 #b877d9 #705da0 #37872d #ff9da6 #4ec9b0 #a16b3f".split(
  " ",
);

export function colour(name: string): string {
  return NAMED[name] ?? name;
}

/** Colours by names: the same name has the same one in every panel, as far as a panel has room for it. */
export function coloursOf(names: readonly string[]): Map<string, string> {
  const colours = new Map<string, string>();
  for (const name of new Set(names)) {
    const first = createHash("sha256").update(name).digest()[0]! % PALETTE.length;
    const order = [...PALETTE.slice(first), ...PALETTE.slice(0, first)];
    const used = [...colours.values()];
    colours.set(name, order.find((candidate) => !used.includes(candidate)) ?? order[0]!);
  }
  return colours;
}

/** The colour of a value by thresholds. */
export function byThreshold(value: number, steps: readonly Step[]): string {
  const reached = steps.filter((step) => step.value === null || value >= step.value);
  return colour(reached.at(-1)?.color ?? "text");
}

export const STYLE =
  "svg{background:#f4f5f5}text{font:11px Inter,Helvetica,Arial,sans-serif;fill:#24292e}.t{font-weight:600;font-size:12px}" +
  ".p{fill:#fff;stroke:#24292e1f}.g{stroke:#24292e1f}.s{fill:#24292eb0;font-size:10px}.b{font-size:26px;font-weight:600}.w{fill:#fff}" +
  ".l{fill:none;stroke-width:1.3}.r{font-size:14px;font-weight:600}" +
  "@media(prefers-color-scheme:dark){svg{background:#111217}text{fill:#ccccdc}.p{fill:#181b1f;stroke:#ccccdc12}.g{stroke:#ccccdc1f}.s{fill:#ccccdca6}}";

/** A piece of text; `most` is how many characters have room. */
export function text(
  content: string,
  {
    x,
    y,
    kind = "",
    anchor = "start",
    most = 999,
  }: { x: number; y: number; kind?: string; anchor?: "start" | "middle" | "end"; most?: number },
): string {
  const cut = content.length > most ? `${content.slice(0, Math.max(1, most - 1))}…` : content;
  const name = kind === "" ? "" : ` class="${kind}"`;
  const side = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${x}" y="${y}"${name}${side}>${html(cut)}</text>`;
}
