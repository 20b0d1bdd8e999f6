/** Whether a command prints what a page shows. */

/** A line that stands for any lines left out. */
const ELLIPSIS = "…";

/** Removes what differs from run to run or with the width of a table. */
function normalised(line: string): string {
  return line
    .replace(/\d+(\.\d+)? s\b/g, "N s")
    .replace(/(127\.0\.0\.1|localhost):\d+/g, "$1:PORT")
    .replace(/[┌┐└┘├┤┬┴┼─]{3,}/g, "───")
    .replace(/ {2,}/g, " ")
    .trim();
}

/**
 * Compares the lines that a page shows with those that were printed; a line `…` stands for any number of lines.
 *
 * @returns the first run of lines that was not printed, or `undefined`
 */
export function missingLines(shown: readonly string[], printed: string): string[] | undefined {
  const actual = withoutEdges(printed.split("\n").map(normalised));
  const segments: string[][] = [[]];
  for (const line of withoutEdges(shown.map(normalised))) {
    if (line === ELLIPSIS) segments.push([]);
    else segments.at(-1)!.push(line);
  }
  let from = 0;
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    const starts = index === 0 ? [0] : last ? [actual.length - segment.length] : range(from, actual.length);
    const at = starts.find(
      (start) => start >= from && segment.every((line, offset) => actual[start + offset] === line),
    );
    if (at === undefined || (segments.length === 1 && actual.length !== segment.length)) return segment;
    from = at + segment.length;
  }
  return undefined;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** Without empty lines at the start and the end. */
function withoutEdges(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line !== "");
  const last = lines.findLastIndex((line) => line !== "");
  return first === -1 ? [] : lines.slice(first, last + 1);
}
