/** A whole dashboard as one SVG, for pages that show what it looks like. It is drawn by this project, not by Grafana. */
import { html } from "../../preview/escape.js";
import type { ShownDashboard, ShownPanel } from "../panels.js";
import type { Range } from "../prometheus.js";
import { drawGraph } from "./graph.js";
import { drawStat, drawTable } from "./table.js";
import { STYLE, text } from "./theme.js";

/** Pixels of a column and of a row of Grafana's grid. */
const COLUMN = 52;
const ROW = 32;
const GAP = 8;
const HEAD = 34;

/** Markdown without its marks, a paragraph a line. */
function plain(markdown: string): string[] {
  return markdown.split("\n").map((line) => line.replace(/[*`#]/g, "").trim());
}

function content(
  shown: ShownPanel,
  box: { width: number; height: number },
  range: Range,
  rollouts: ShownDashboard["rollouts"],
): string {
  const { panel } = shown;
  switch (panel.type) {
    case "timeseries":
      return drawGraph(shown, box, range, rollouts);
    case "stat":
      return drawStat(shown, box);
    case "table":
      return drawTable(shown, box);
    default:
      return plain((panel.options?.["content"] as string | undefined) ?? "")
        .map((line, index) => text(line, { x: 14, y: 48 + index * 18 }))
        .join("");
  }
}

function draw(shown: ShownPanel, range: Range, rollouts: ShownDashboard["rollouts"]): string {
  const { panel, title } = shown;
  const { x, y, w, h } = panel.gridPos;
  const at = `transform="translate(${x * COLUMN + GAP} ${y * ROW + HEAD})"`;
  if (panel.type === "row") return `<g ${at}>${text(`⌄ ${title}`, { x: 2, y: 20, kind: "r" })}</g>`;
  const box = { width: w * COLUMN - GAP, height: h * ROW - GAP };
  return [
    `<g ${at}><rect class="p" width="${box.width}" height="${box.height}" rx="2"/>`,
    text(title, { x: 10, y: 19, kind: "t", most: Math.floor(box.width / 6.8) }),
    content(shown, box, range, rollouts),
    "</g>",
  ].join("");
}

export function drawDashboard({ dashboard, values, panels, rollouts }: ShownDashboard, range: Range): string {
  const rows = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const [width, height] = [24 * COLUMN + GAP, rows * ROW + HEAD + GAP];
  const chosen = Object.entries(values).map(([name, value]) => `${name}: ${value === ".+" ? "All" : value}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${html(dashboard.title)}">`,
    `<style>${STYLE}</style>`,
    text(dashboard.title, { x: GAP, y: 22, kind: "r" }),
    text(chosen.join("    "), { x: width - GAP, y: 22, kind: "s", anchor: "end" }),
    ...panels.map((panel) => draw(panel, range, rollouts)),
    "</svg>\n",
  ].join("\n");
}
