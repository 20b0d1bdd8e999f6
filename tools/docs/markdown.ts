/** What the checks need of a Markdown file: its fenced blocks, links and anchors. */

/** A fenced block. */
export interface Block {
  /** Path of the file within the project, and the line of the fence: `README.md:43`. */
  at: string;
  /** The word after the fence; may be empty. */
  language: string;
  lines: string[];
  /** Content of the HTML comment right before the block, which says how it is checked. */
  mark?: string;
}

/** A link to somewhere in the project. */
export interface Link {
  at: string;
  /** Path relative to the file, empty within the page itself. */
  path: string;
  /** Without `#`. */
  anchor?: string;
}

/** A line with its number, and whether it belongs to a fenced block. */
interface Line {
  text: string;
  number: number;
  fenced: boolean;
}

const FENCE = /^\s*```+\s*(\S*)/;
const COMMENT = /^\s*<!-- (.*) -->\s*$/;

function linesOf(text: string): Line[] {
  let inside = false;
  return text.split("\n").map((line, index) => {
    const fence = FENCE.test(line);
    const fenced = inside || fence;
    if (fence) inside = !inside;
    return { text: line, number: index + 1, fenced };
  });
}

export function blocksOf(file: string, text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  let before: string | undefined;
  for (const line of linesOf(text)) {
    if (FENCE.test(line.text)) {
      if (open === undefined) {
        const mark = before === undefined ? undefined : COMMENT.exec(before)?.[1];
        open = { at: `${file}:${line.number}`, language: FENCE.exec(line.text)![1]!, lines: [], mark };
      } else {
        blocks.push(open);
        open = undefined;
      }
    } else if (open !== undefined) open.lines.push(line.text);
    if (line.text.trim() !== "") before = line.text;
  }
  return blocks;
}

/** The text outside of fenced blocks, by line; with the content of code spans if `code` is set. */
function prose(text: string): Line[] {
  return linesOf(text).filter(({ fenced }) => !fenced);
}

/** Inline code, such as `npm run preview`. */
export function inlineCode(file: string, text: string): Array<{ at: string; code: string }> {
  return prose(text).flatMap(({ text: line, number }) =>
    [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => ({ at: `${file}:${number}`, code: code! })),
  );
}

/** Links within the project. */
export function linksOf(file: string, text: string): Link[] {
  return prose(text).flatMap(({ text: line, number }) =>
    // A code span is dropped but for its ticks: [`name`](#name) stays a link.
    [...line.replace(/`[^`]*`/g, "``").matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => {
        const [path, anchor] = target.split("#");
        return { at: `${file}:${number}`, path: path!, ...(anchor !== undefined && { anchor }) };
      }),
  );
}

/** Anchors of the headings, as GitHub makes them: lower case, spaces to dashes, no other punctuation; repeats are numbered. */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  return new Set(
    prose(text).flatMap(({ text: line }) => {
      const title = /^#{1,6}\s+(.*?)\s*$/.exec(line)?.[1];
      if (title === undefined) return [];
      const anchor = title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-");
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return [count === 0 ? anchor : `${anchor}-${count}`];
    }),
  );
}
