/** A Python, and a uv, that install nothing and answer at once. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderWith } from "../folders.js";

/** How the fakes behave. */
export interface Behaviour {
  /** The programs to put on PATH. @default python3 alone */
  programs?: Array<"python3" | "uv">;
  /** Python's minor version. @default 12 */
  minor?: number;
  /** What an install prints to stderr, and fails with. @default it succeeds */
  install?: string;
  /** An argument that the parser refuses, with its message. @default it takes all */
  refused?: { argument: string; message: string };
  /** What the parser prints instead of an answer. */
  answer?: string;
}

/** One call of a fake: its arguments, its variables and its working folder. */
export interface Call {
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

export interface Fakes {
  /** PATH with the fakes and nothing else. */
  path: string;
  /** The calls until now, in order. */
  calls: () => Call[];
  /** Behave otherwise from now on. */
  change: (behaviour: Behaviour) => void;
}

/** The program, whatever its name: run by node, and a copy of it is the Python of each environment it makes. */
const program = (folder: string): string => `#!${process.execPath}
const fs = require("node:fs");
const path = require("node:path");
const args = process.argv.slice(2);
const is = JSON.parse(fs.readFileSync(${JSON.stringify(join(folder, "behaviour.json"))}, "utf8"));
fs.appendFileSync(${JSON.stringify(join(folder, "calls.jsonl"))}, JSON.stringify({ args, env: process.env, cwd: process.cwd() }) + "\\n");
const end = (stdout, stderr = "", code = 0) => {
  fs.writeSync(1, stdout);
  fs.writeSync(2, stderr);
  process.exit(code);
};
if (args[0] === "-c") end(String(is.minor ?? 12) + "\\n");
if (args[0] === "--version") end("0.0.0\\n");
if (args.includes("venv")) {
  const bin = path.join(args.at(-1), "bin");
  fs.mkdirSync(bin, { recursive: true });
  fs.copyFileSync(__filename, path.join(bin, "python"));
  end("");
}
if (args.includes("install")) is.install === undefined ? end("installed\\n") : end("", is.install, 1);
if (args[1] === "register") end("");
if (is.answer !== undefined) end("", is.answer, 1);
const answers = JSON.parse(fs.readFileSync(0, "utf8")).map((list) =>
  list.includes(is.refused?.argument) ? is.refused.message : null,
);
end(JSON.stringify(answers));
`;

export function fakes(behaviour: Behaviour = {}): Fakes {
  const folder = folderWith();
  const path = join(folder, "bin");
  const log = join(folder, "calls.jsonl");
  const change = (changed: Behaviour): void => {
    writeFileSync(join(folder, "behaviour.json"), JSON.stringify(changed));
  };
  change(behaviour);
  mkdirSync(path);
  writeFileSync(log, "");
  for (const name of behaviour.programs ?? ["python3"]) {
    writeFileSync(join(path, name), program(folder), { mode: 0o755 });
  }
  return {
    path,
    change,
    calls: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Call),
  };
}
