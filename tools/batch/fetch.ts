/** Brings a file of a run here: whole and checked, or not at all. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Failure } from "../failure.js";
import type { FileName, RunFiles } from "./files.js";

/** Connections in a row that bring nothing before the file is given up. */
const ATTEMPTS = 4;

/** What the file has to be. */
export interface Expected {
  bytes: number;
  /** @default not stated, so not checked */
  sha256?: string;
}

/**
 * Downloads into a file beside `out`, and renames it once it is what it has to be. A broken connection goes on where it broke; so
 * does another call, where the hash is stated by which the half file is known.
 *
 * @param onBytes gets how many are here
 */
export async function fetchFile(
  files: Pick<RunFiles, "download">,
  name: FileName,
  out: string,
  { bytes, sha256 }: Expected,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const half = `${out}.${sha256?.slice(0, 12) ?? "new"}.partial`;
  if (sha256 === undefined || sizeOf(half) > bytes) rmSync(half, { force: true });
  let failures = 0;
  let said = "";
  while (sizeOf(half) < bytes || !existsSync(half)) {
    const start = sizeOf(half);
    said = await appended(files, name, half, onBytes);
    failures = sizeOf(half) > start ? 0 : failures + 1;
    if (bytes === 0 || failures === ATTEMPTS) break;
  }
  const size = sizeOf(half);
  if (size < bytes)
    throw new Failure(`${name}: ${size} of ${bytes} bytes have come: ${said}; call again to go on there`);
  const found = size === bytes && sha256 !== undefined ? await hashOf(half) : sha256;
  if (size > bytes || found !== sha256) {
    rmSync(half);
    const what = size > bytes ? `${size} bytes in place of ${bytes}` : `sha256 ${found} in place of ${sha256}`;
    throw new Failure(`${name}: what has come is not what report.json states: ${what}: call again`);
  }
  renameSync(half, out);
}

/** One connection's part of the file; returns why the connection has ended. */
async function appended(
  files: Pick<RunFiles, "download">,
  name: FileName,
  half: string,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const start = sizeOf(half);
  const output = createWriteStream(half, { flags: "a", highWaterMark: 1 << 20 });
  // A full disk: the error comes up when the file is closed.
  let failure: Error | undefined;
  output.on("error", (thrown) => (failure = thrown));
  output.on("drain", () => onBytes(start + output.bytesWritten));
  const ended = await files.download(name, start, output).then(
    ({ errors }) => errors,
    (thrown: Error) => thrown,
  );
  output.end();
  if (failure === undefined) await once(output, "close");
  if (failure !== undefined) throw failure;
  if (ended instanceof Error) throw ended;
  return ended;
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
