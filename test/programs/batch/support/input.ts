/** Inputs of batches by chance: what each line is, is known from how it was made. */
import fc from "fast-check";

export const ENDPOINT = "/v1/chat/completions";
export const MODEL = "tiny";

/** A line that is not blank. */
export interface Made {
  text: string;
  /** What a bad line is counted as; undefined for a request. */
  bad?: string;
  customId: string | null;
  /** What the stand-in of vLLM answers. */
  answer?: string;
}

interface Request {
  custom_id: string;
  method: string;
  url: string;
  body: { model: string; messages: { role: string; content: string }[]; temperature?: unknown };
}

export function request(customId: string, content: string): Request {
  const messages = [{ role: "user", content }];
  return { custom_id: customId, method: "POST", url: ENDPOINT, body: { model: MODEL, messages } };
}

/** As Python's `[::-1]`: by code points. */
export const reversed = (text: string): string => [...text].reverse().join("");

export function good(customId: string, content: string): Made {
  return { text: JSON.stringify(request(customId, content)), customId, answer: reversed(content) };
}

/** Makes one bad line of a good one. */
const SPOILERS: Record<string, (fine: Request) => Pick<Made, "text" | "customId">> = {
  json: (fine) => ({ text: JSON.stringify(fine).slice(0, -1), customId: null }),
  custom_id: (fine) => ({ text: JSON.stringify({ ...fine, custom_id: 7 }), customId: null }),
  method: (fine) => ({ text: JSON.stringify({ ...fine, method: "GET" }), customId: fine.custom_id }),
  url: (fine) => ({ text: JSON.stringify({ ...fine, url: "/v1/completions" }), customId: fine.custom_id }),
  body: (fine) => ({ text: JSON.stringify({ ...fine, body: [fine.body] }), customId: fine.custom_id }),
  model: (fine) => ({
    text: JSON.stringify({ ...fine, body: { ...fine.body, model: "other" } }),
    customId: fine.custom_id,
  }),
};

/** Other texts that are no request at all. */
const NO_REQUESTS = ["null", "[]", '"text"', "{", "NaN", '{"custom_id":"\\ud800"}', "[".repeat(100_000)];

const unicode = fc.string({ unit: "grapheme", maxLength: 30 });
const content = fc.oneof(
  { weight: 8, arbitrary: unicode },
  { weight: 1, arbitrary: fc.constant('🙂\u2028\u0085\r\n\t\\"') },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 300_000 }).map((length) => "x€".repeat(length / 2)) },
);

/** A request, or a line spoilt in one way; the number makes its custom_id its own. */
function line(number: number): fc.Arbitrary<Made> {
  const fine = fc.tuple(unicode, content).map(([id, text]) => good(`${number}-${id}`, text));
  const spoilt = fc.constantFrom(...Object.keys(SPOILERS)).map((bad) => {
    return { bad, ...SPOILERS[bad]!(request(`${number}`, "spoilt")) };
  });
  const other = fc.constantFrom(...NO_REQUESTS).map((text) => ({ text, bad: "json", customId: null }));
  return fc.oneof({ weight: 8, arbitrary: fine }, { weight: 1, arbitrary: spoilt }, { weight: 1, arbitrary: other });
}

/** A file, and the lines of it that are not blank. */
export interface MadeInput {
  file: Buffer;
  lines: Made[];
}

const lineEnd = fc.constantFrom("\n", "\r\n", "\n\n", "\n \t\r\n");

/** Any file of up to `maxLines` lines that are not blank; some repeat an earlier custom_id. */
export function anyInput(maxLines: number): fc.Arbitrary<MadeInput> {
  const lines = fc
    .integer({ min: 1, max: maxLines })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, number) => line(number))));
  const copies = fc.array(fc.nat({ max: maxLines - 1 }), { maxLength: 2 });
  const frame = fc.record({
    mark: fc.boolean(),
    end: fc.boolean(),
    ends: fc.array(lineEnd, { minLength: 1, maxLength: 9 }),
  });
  return fc.tuple(lines, copies, frame).map(([made, again, { mark, end, ends }]) => {
    const all = [...made, ...again.flatMap((at) => duplicateOf(made[at]))];
    const text = all.map(({ text: one }, at) => (at ? ends[at % ends.length]! : "") + one).join("");
    return { file: Buffer.from(`${mark ? "\ufeff" : ""}${text}${end ? "\n" : ""}`), lines: all };
  });
}

function duplicateOf(made: Made | undefined): Made[] {
  if (made === undefined || made.customId === null) return [];
  return [{ text: JSON.stringify(request(made.customId, "again")), bad: "duplicate", customId: null }];
}
