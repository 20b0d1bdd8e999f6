/**
 * Text of others in output of ours: on one line, and without anything that a terminal, a CI system or a reader would take for
 * something else than text. Config, file names and answers of servers come from people who may not be trusted.
 */

/**
 * Controls (escape sequences, line ends), marks that reorder or hide text (Unicode's bidirectional and zero-width ones, tags),
 * line and paragraph separators, halves of surrogate pairs, and letters that look like a space.
 * Sources: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing, https://trojansource.codes
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return SHORT[character] ?? (code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`);
}

/**
 * What GitHub's and Azure's runners take for a command: `::name` first on a line, `##[name]` and `##vso[name]` anywhere.
 * Source: ActionCommand.cs of github.com/actions/runner, which trims the line first.
 */
function withoutCommands(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1\\:").replace(/##(?=\[|vso\[)/g, "#\\#");
}

/** A text as one line that says what is in it: `\n` for a line end, `\u001b` for an escape. */
export function printable(text: string): string {
  return withoutCommands(text.replace(INVISIBLE, escaped));
}

/** Whether everything in a text can be seen, line ends and tabs aside. */
export function isVisible(text: string): boolean {
  return text.replace(/[\n\t]/g, "").search(INVISIBLE) === -1;
}

/** As {@link printable}, for a text of several lines, whose line ends stay. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join("\n");
}

/** JSON in which no character is invisible; as JSON it says the same. */
export function printableJson(json: string): string {
  return json.replace(INVISIBLE, (character) =>
    character === "\n"
      ? character
      : [...Array(character.length).keys()]
          .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
          .join(""),
  );
}

/** A copy of data in which every text, keys included, is {@link printable}. */
export function printableData<T>(value: T): T {
  if (typeof value === "string") return printable(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => printableData(item)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), printableData(item)])) as T;
}
