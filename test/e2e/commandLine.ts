/** `npm run local` as people call it: in folders of their own. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { foldersOf } from "../../tools/local/folders.js";
import { stopAll } from "../../tools/local/processes.js";
import { PROJECT, projectCopy, removeFolders } from "../tools/folders.js";
import { FOLDERS } from "./world.js";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

const TSX = pathToFileURL(require.resolve("tsx")).href;
const folders: string[] = [];

/** A folder with the project's stack files, and programs that are built. */
export function checkout(): string {
  const folder = projectCopy();
  mkdirSync(join(folder, ".local"));
  symlinkSync(FOLDERS.bin, join(folder, ".local", "bin"));
  folders.push(folder);
  return folder;
}

/** A command that has begun. */
export interface Begun {
  child: ChildProcess;
  /** Listens from the beginning: a command that ends before anybody asks has ended all the same. */
  ended: Promise<Ended>;
}

export function begin(folder: string, args: string[], env: NodeJS.ProcessEnv = process.env): Begun {
  const all = ["--import", TSX, join(PROJECT, "tools", "cli.ts"), "local", ...args];
  const child = spawn(process.execPath, all, {
    cwd: folder,
    // CI systems have colours forced on tests.
    env: { ...env, FORCE_COLOR: undefined },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((done) => child.on("close", (code) => done({ code, stdout, stderr })));
  return { child, ended };
}

export function local(folder: string, args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return begin(folder, args, env).ended;
}

export async function succeeded(folder: string, ...args: string[]): Promise<Ended> {
  const ended = await local(folder, args);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  return ended;
}

/** Ends what runs in the folders, and removes them. */
export async function endCheckouts(): Promise<void> {
  for (const folder of folders.splice(0)) await stopAll(foldersOf(folder));
  removeFolders();
}
