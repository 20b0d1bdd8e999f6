/** Cuts a stream of bytes into lines, as components/programs/batch_lines.py does. */

/** Longer than any request with images or audio in it; the bound on what one line may cost in memory. */
export const LINE_BYTES = 32 << 20;

/** A line that is not blank. */
export interface Line {
  /** From 1, as an editor counts. */
  number: number;
  /** Absent where it is longer than {@link LINE_BYTES}. */
  text?: Buffer;
}

const NEW_LINE = 0x0a;
/** Windows' programs begin a UTF-8 file with a byte order mark. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** What Python's `bytes.strip` takes away. */
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);

/** Lines end at "\n" alone: "\r" is white space in JSON. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0;
  let pieces: Buffer[] = [];
  let length = 0;
  const keep = (piece: Buffer): void => {
    length += piece.length;
    if (length <= LINE_BYTES) pieces.push(piece);
    else pieces = [];
  };
  const taken = (): Line | undefined => {
    number += 1;
    const line = length > LINE_BYTES ? { number } : shown(number, Buffer.concat(pieces));
    pieces = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, from)) {
      keep(chunk.subarray(from, end));
      const line = taken();
      if (line !== undefined) yield line;
      from = end + 1;
    }
    keep(chunk.subarray(from));
  }
  const last = length > 0 ? taken() : undefined;
  if (last !== undefined) yield last;
}

/** Without the white space around it; nothing for a line of it alone. */
function shown(number: number, whole: Buffer): Line | undefined {
  const marked = number === 1 && whole.subarray(0, 3).equals(BYTE_ORDER_MARK);
  const text = marked ? whole.subarray(3) : whole;
  const first = text.findIndex((byte) => !BLANK.has(byte));
  if (first < 0) return undefined;
  return { number, text: text.subarray(first, text.findLastIndex((byte) => !BLANK.has(byte)) + 1) };
}
