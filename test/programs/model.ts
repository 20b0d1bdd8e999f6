/** A model for the tests of fills: its files, where they come from, and what a filled folder must have. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { S3Server } from "../../tools/standIns/s3Server.js";

export type Files = Readonly<Record<string, Buffer>>;

export const ID = "org/model";

/** A commit. */
export const COMMIT = "c0ffee".padEnd(40, "0");

const sha256 = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

/** Bytes that look random and are the same in each run. */
export function bytesOf(seed: string, size: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at * 64 < size; at += 1) {
    blocks.push(createHash("sha512").update(`${seed}${at}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, size);
}

/** Some large files, some small ones, one empty, one in a folder. */
export const FILES: Files = {
  "config.json": Buffer.from('{"architectures":["LlamaForCausalLM"]}'),
  "model-00001-of-00002.safetensors": bytesOf("one", 3_000_000),
  "model-00002-of-00002.safetensors": bytesOf("two", 2_000_001),
  "1_Pooling/config.json": Buffer.from("{}"),
  "merges.txt": Buffer.alloc(0),
};

/** The manifest of files, and the revision that it gives. */
export function manifestOf(files: Files): { body: Buffer; revision: string } {
  const rows = Object.keys(files)
    .sort()
    .map((path) => ({ path, sha256: sha256(files[path]!), size: files[path]!.length }));
  const body = Buffer.from(JSON.stringify({ files: rows }));
  return { body, revision: sha256(body).slice(0, 40) };
}

/** Puts files with their manifest under a prefix. @returns the artifact that they are */
export async function inBucket(s3: S3Server, bucket: string, prefix: string, files: Files = FILES) {
  const { body, revision } = manifestOf(files);
  await Promise.all(Object.entries(files).map(([path, content]) => s3.put(bucket, `${prefix}/${path}`, content)));
  await s3.put(bucket, `${prefix}/manifest.json`, body);
  return { id: ID, revision, source: { s3: s3.place(bucket, prefix) } };
}

const made: string[] = [];

/** A new folder that is not under /tmp, where a pod has its own. */
export function cacheFolder(): string {
  const folder = mkdtempSync("/var/tmp/pulumi-vllm-");
  made.push(folder);
  return folder;
}

export function removeCaches(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
}

/** The folder of a revision in a cache. */
export const revisionFolder = (revision: string, id = ID): string => `weights/${id.replace("/", "--")}/${revision}`;

/** Files under a folder, with paths from it. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** Whether a revision has its marker. */
export const isMarked = (cache: string, revision: string): boolean =>
  existsSync(join(cache, revisionFolder(revision), ".complete"));

/** A marked revision has every file as it should be, its manifest, and nothing else. */
export function assertRight(cache: string, revision: string, files: Files = FILES): void {
  const folder = join(cache, revisionFolder(revision));
  for (const [path, content] of Object.entries(files)) {
    assert.ok(existsSync(join(folder, path)), `${path} is missing`);
    assert.equal(sha256(readFileSync(join(folder, path))), sha256(content), path);
  }
  assert.equal(readFileSync(join(folder, ".manifest.json"), "utf8"), manifestOf(files).body.toString());
}

/** And a fill that ended leaves no lock, no download and no draft. */
export function assertTidy(cache: string, revision: string, files: Files = FILES): void {
  assertRight(cache, revision, files);
  const folder = revisionFolder(revision);
  const wanted = [...Object.keys(files), ".complete", ".manifest.json", ".used"].map((path) => `${folder}/${path}`);
  assert.deepEqual(filesUnder(cache), wanted.sort());
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let left = 1800; !holds(); left -= 1) {
    assert.ok(left > 0, "waited for 90 s");
    await new Promise((again) => setTimeout(again, 50));
  }
}
