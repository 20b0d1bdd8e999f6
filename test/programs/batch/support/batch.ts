/** A batch in a folder of its own: its spec, and what its run folder has. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { folderWith } from "../../../tools/folders.js";
import { ENDPOINT, MODEL } from "./input.js";

export interface OutputRecord {
  custom_id: string | null;
  response: { status_code: number; body: { choices: { message: { content: string } }[] } | null } | null;
  error: unknown;
}

export interface Batch {
  spec: Record<string, unknown>;
  /** Where the run's files are. */
  runFolder: string;
  /** Whether the run folder has a file. */
  has(name: string): boolean;
  read(name: string): string;
  json(name: string): Record<string, unknown>;
  /** Files under a folder of the run, sorted; without the drafts (`.new`) that a program leaves when it is killed. */
  names(under: string): string[];
  /** The records of a file. */
  records(name: string): OutputRecord[];
}

/** The records of JSON Lines, cut at line feeds alone. */
export function recordsOf(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

/** A batch with this input; `more` overrides keys of its spec. */
export function batchOf(input: Buffer | string, more: Record<string, unknown> = {}): Batch {
  const folder = folderWith();
  writeFileSync(join(folder, "input.jsonl"), input);
  const runFolder = join(folder, "out", "r1");
  const read = (name: string): string => readFileSync(join(runFolder, name), "utf8");
  const keys = { endpoint: ENDPOINT, models: [MODEL], badLines: "report", shardLines: 4, keepSeconds: 0 };
  return {
    spec: {
      ...{ run: "r1", input: { file: join(folder, "input.jsonl") }, output: { folder: join(folder, "out") } },
      ...{ ...keys, scratch: folder, ...more },
    },
    runFolder,
    has: (name) => existsSync(join(runFolder, name)),
    read,
    json: (name) => JSON.parse(read(name)) as Record<string, unknown>,
    names: (under) =>
      existsSync(join(runFolder, under))
        ? readdirSync(join(runFolder, under))
            .filter((name) => !name.endsWith(".new"))
            .sort()
        : [],
    records: (name) => recordsOf(read(name)) as OutputRecord[],
  };
}
