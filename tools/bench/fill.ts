/**
 * Throughput of fills, against plain copying of the same bytes: 1 GB in four files from stand-ins of the hub and of S3 on loopback, into a
 * folder and into S3. What the stand-ins give at best is measured, too: it bounds a fill.
 */
import { createHash, randomFillSync } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { plainTable } from "../preview/table.js";
import { Hub } from "../standIns/hub.js";
import { runProgram } from "../standIns/programs.js";
import { S3_KEYS, S3Server } from "../standIns/s3Server.js";
import { RUNS } from "./process.js";
import { machine } from "./stacks.js";

const FILE_COUNT = 4;
const FILE_BYTES = 250_000_000;
const ID = "bench/model";
const COMMIT = "0".repeat(40);

type Files = Readonly<Record<string, Buffer>>;

export async function benchFill(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-bench-"));
  const files = Object.fromEntries(
    Array.from({ length: FILE_COUNT }, (_, at) => [
      `model-${at}.safetensors`,
      randomFillSync(Buffer.alloc(FILE_BYTES)),
    ]),
  );
  const hub = await Hub.start({ files, id: ID, revision: COMMIT });
  const s3 = await S3Server.start({ say: console.log });
  try {
    const source = join(folder, "source");
    mkdirSync(source);
    for (const [path, content] of Object.entries(files)) writeFileSync(join(source, path), content);
    const revision = await putWithManifest(s3, files);
    const hubArtifact = { id: ID, revision: COMMIT, source: { hub: { endpoint: hub.endpoint } } };
    const s3Artifact = { id: ID, revision, source: { s3: s3.place("weights", "model") } };
    console.log(`${machine()}; ${(FILE_COUNT * FILE_BYTES) / 1e9} GB in ${FILE_COUNT} files; median of ${RUNS} runs`);
    const cache = (run: number): string => join(folder, `cache${run}`);
    const into = (artifact: object) => (run: number) => fill({ artifact, cache: { folder: cache(run) } });
    const rows = [
      await timed("copy of the files, to the disk", folder, (run) => copy(source, cache(run))),
      await timed("the hub's stand-in alone, four reads at once", folder, () => read(files, `${hub.endpoint}/cdn`)),
      await timed("fill of a folder from the hub", folder, into(hubArtifact)),
      await timed("S3's stand-in alone, four reads at once", folder, () =>
        read(files, `${s3.endpoint}/admin/weights/model`),
      ),
      await timed("fill of a folder from S3", folder, into(s3Artifact)),
      await timed("fill of S3 from S3", folder, (run) =>
        fill({ artifact: s3Artifact, cache: { s3: s3.place("cache", `run${run}`), scratch: join(folder, "scratch") } }),
      ),
    ];
    console.log(plainTable(["WHAT", "SECONDS", "MB/S"], rows, [1, 2]));
  } finally {
    await Promise.all([hub.stop(), s3.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the revision that the manifest gives */
async function putWithManifest(s3: S3Server, files: Files): Promise<string> {
  await s3.makeBucket("weights");
  await s3.makeBucket("cache");
  const rows = Object.entries(files).map(([path, content]) => ({
    path,
    sha256: createHash("sha256").update(content).digest("hex"),
    size: content.length,
  }));
  for (const [path, content] of Object.entries(files)) await s3.put("weights", `model/${path}`, content);
  const manifest = JSON.stringify({ files: rows });
  await s3.put("weights", "model/manifest.json", manifest);
  return createHash("sha256").update(manifest).digest("hex").slice(0, 40);
}

/** The row of a way, by its run of median time. */
async function timed(what: string, folder: string, work: (run: number) => Promise<void> | void): Promise<string[]> {
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = process.hrtime.bigint();
    await work(run);
    seconds.push(Number(process.hrtime.bigint() - started) / 1e9);
    rmSync(join(folder, `cache${run}`), { recursive: true, force: true });
  }
  const median = seconds.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!;
  return [what, median.toFixed(1), ((FILE_COUNT * FILE_BYTES) / 1e6 / median).toFixed(0)];
}

function copy(source: string, target: string): void {
  mkdirSync(target);
  for (const path of readdirSync(source)) {
    copyFileSync(join(source, path), join(target, path));
    const file = openSync(join(target, path), "r");
    fsyncSync(file);
    closeSync(file);
  }
}

async function read(files: Files, url: string): Promise<void> {
  await Promise.all(
    Object.keys(files).map(async (path) => {
      const { body } = await fetch(`${url}/${path}`);
      for await (const chunk of body!) void chunk;
    }),
  );
}

async function fill(spec: object): Promise<void> {
  const { code, output } = await runProgram("fill.py", spec, { env: S3_KEYS });
  if (code !== 0) throw new Error(output);
}
