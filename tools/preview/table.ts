/** Tables for terminals and for pull requests. */
import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import { colours as pc } from "../colours.js";

/** The places where a table could have lines. */
const NO_LINES = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"]
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((place) => [place, ""]),
);

/** A table without lines: it can be copied into a pull request. */
export function plainTable(head: string[], rows: string[][], rightAligned: number[] = []): string {
  const table = new Table({
    head,
    colAligns: head.map((_, index) => (rightAligned.includes(index) ? "right" : "left")),
    chars: { ...NO_LINES, middle: "  " },
    style: { head: pc.isColorSupported ? ["bold"] : [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** How a table is laid out. */
export interface Layout {
  /** Columns of numbers. */
  right: number[];
  /** How many of the first columns name the row. */
  title: number;
  /** Columns of the terminal. */
  width: number;
}

/** Between two cells of a row that has lines of its own. */
const SEPARATOR = " · ";

/** A table where the terminal has room for it; otherwise each row as a few lines, none of which breaks within a cell. */
export function fittingTable(head: string[], rows: string[][], { right, title, width }: Layout): string {
  const table = plainTable(head, rows, right);
  if (Math.max(...table.split("\n").map((line) => stripVTControlCharacters(line).length)) <= width) return table;
  const lines = rows.flatMap((row) => {
    const cells = row.slice(title).flatMap((cell, index) => {
      const name = head[title + index]!;
      return cell === "" ? [] : [name === "" ? cell : `${name} ${cell}`];
    });
    return [pc.bold(row.slice(0, title).join(" ")), ...flowed(cells, width)];
  });
  return lines.join("\n");
}

/** Cells on as few indented lines as they take; one that is longer than a line has it to itself. */
function flowed(cells: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const cell of cells) {
    const longer = `${lines.at(-1) ?? ""}${SEPARATOR}${cell}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(`    ${cell}`);
  }
  return lines;
}

/**
 * Columns to keep to. A pipe or a file has no edge: it gets whole tables, whose rows a `grep` or a viewer takes as they are.
 *
 * @param columns `process.stdout.columns`; absent for a pipe
 */
export function terminalWidth(env: Readonly<Record<string, string | undefined>>, columns: number | undefined): number {
  const stated = Number(env["COLUMNS"]);
  return Number.isInteger(stated) && stated > 0 ? stated : (columns ?? Infinity);
}
