/** The file that a run is made of: read once here, so that a mistake shows in seconds and not when the cluster reads it. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { counted, error, type Problem } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import { linesOf } from "./lines.js";
import { type BadLine, Requests, type Taken } from "./requests.js";

/** Problems that are shown; of the others their number. */
const SHOWN = 20;

/** An input that has been read to its end. */
export interface CheckedInput {
  /** A file of this machine. */
  file: string;
  bytes: number;
  sha256: string;
  /** Lines that are requests. */
  requests: number;
  /** Lines that are none, the first of them; `bad` counts all. */
  problems: Problem[];
  bad: number;
}

export type LocalFile = Pick<CheckedInput, "file" | "bytes" | "sha256">;

/**
 * Calls `use` with a local file: standard input is kept in a temporary one, since a file is read twice, to check it and to send it.
 *
 * @param name path, or `-` for standard input
 */
export async function withFile<T>(name: string, input: Readable, use: (file: string) => Promise<T>): Promise<T> {
  if (name !== "-") return use(name);
  // Readable by this user alone.
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-batch-"));
  try {
    const file = join(folder, "input.jsonl");
    await pipeline(input, createWriteStream(file, { mode: 0o600 }));
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Reads the file, a line at a time.
 *
 * @param name as the caller knows it, for messages
 * @throws BadInput when there is no such file
 */
export async function readInput(file: string, name: string, taken: Taken): Promise<CheckedInput> {
  const sha256 = createHash("sha256");
  let bytes = 0;
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      sha256.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  const requests = new Requests(taken);
  const shown: BadLine[] = [];
  const kinds = new Map<string, number>();
  let good = 0;
  try {
    for await (const line of linesOf(hashed())) {
      const bad = requests.check(line);
      if (bad === undefined) good += 1;
      else {
        kinds.set(bad.kind, (kinds.get(bad.kind) ?? 0) + 1);
        if (shown.length < SHOWN) shown.push(bad);
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown)) throw thrown;
    throw new BadInput([error(name, `cannot be read: ${thrown.message}`)]);
  }
  const bad = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  const problems = shown.map(({ line, message }) => error(`${name}:${line}`, message));
  if (bad > SHOWN) {
    const counts = [...kinds].map(([kind, count]) => `${kind} ${count}`).join(", ");
    problems.push(error(name, `${counted(bad, "bad line")} (${counts}), of which the first ${SHOWN} are shown`));
  }
  return { file, bytes, sha256: sha256.digest("hex"), requests: good, problems, bad };
}

/**
 * Refuses an input that the batch would refuse.
 *
 * @param badLines what the batch does with lines that are no request
 * @throws BadInput with every problem
 */
export function requireGood(input: CheckedInput, name: string, badLines: "refuse" | "report"): void {
  if (input.requests + input.bad === 0)
    throw new BadInput([error(name, "no line in it: one JSON object a line is wanted, in the OpenAI batch format")]);
  if (input.bad > 0 && (badLines === "refuse" || input.requests === 0)) throw new BadInput(input.problems);
}
