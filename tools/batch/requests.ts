/** What makes a line a request of a batch: the rules of components/programs/batch_lines.py, which checks again in the cluster. */
import { quote } from "../../components/config/problems.js";
import { CustomIds } from "./customIds.js";
import { type Line, LINE_BYTES } from "./lines.js";

/** What a batch takes. */
export interface Taken {
  endpoint: string;
  models: readonly string[];
}

/** What is wrong with a line: a kind to count by, and words. */
export interface BadLine {
  line: number;
  kind: "json" | "long" | "custom_id" | "duplicate" | "method" | "url" | "body" | "model";
  message: string;
}

/** Checks lines one after another. */
export class Requests {
  private readonly seen = new CustomIds();
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(private readonly taken: Taken) {}

  /** What is wrong with a line; `undefined` for a request. */
  check({ number, text }: Line): BadLine | undefined {
    const bad = (kind: BadLine["kind"], message: string): BadLine => ({ line: number, kind, message });
    if (text === undefined)
      return bad("long", `longer than ${LINE_BYTES >> 20} MiB: is the file JSON Lines, one request a line?`);
    const value = this.parsed(text);
    if (typeof value === "string") return bad("json", value);
    const { custom_id: customId, method, url, body } = value;
    if (typeof customId !== "string" || customId === "")
      return bad("custom_id", `custom_id is ${shown(customId)}: give a text that is not empty`);
    const before = this.seen.add(customId, number);
    if (before !== undefined)
      return bad("duplicate", `custom_id ${shown(customId)} is that of line ${before}: give each line its own`);
    if (method !== "POST") return bad("method", `method is ${shown(method)}: POST is wanted`);
    if (url !== this.taken.endpoint)
      return bad("url", `url is ${shown(url)}: this batch is for ${this.taken.endpoint}`);
    if (!isObject(body)) return bad("body", `body is ${shown(body)}: an object is wanted`);
    const { model } = body;
    if (typeof model !== "string" || !this.taken.models.includes(model))
      return bad("model", `body.model is ${shown(model)}: this batch serves ${this.taken.models.join(", ")}`);
    return undefined;
  }

  /** The object of a line, or why there is none. */
  private parsed(text: Buffer): Record<string, unknown> | string {
    let decoded;
    try {
      decoded = this.decoder.decode(text);
    } catch {
      return "no UTF-8";
    }
    let value: unknown;
    try {
      value = JSON.parse(decoded);
    } catch {
      // V8's message shows a part of the line, which may be somebody's text.
      return "no JSON";
    }
    return isObject(value) ? value : `${shown(value)} in place of a JSON object`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a message may have it: short, and nothing of an object or a list, which may be the prompt. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return "missing or null";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return quote(value);
}
