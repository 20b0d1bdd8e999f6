/** Temporary folders with the files of a project in them. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { stringify } from "yaml";

/** The folder of Pulumi.yaml. */
export const PROJECT = join(__dirname, "..", "..");

const made: string[] = [];

/** A new folder with these files. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-"));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A new folder with the project's stack files and policy levels, and nothing else of it. */
export function projectCopy(): string {
  const folder = folderWith();
  const stacks = readdirSync(PROJECT).filter((name) => /^Pulumi\..*yaml$/.test(name));
  for (const name of stacks) cpSync(join(PROJECT, name), join(folder, name));
  cpSync(join(PROJECT, "policies", "config"), join(folder, "policies", "config"), { recursive: true });
  return folder;
}

/** Removes them all; for `after`. */
export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
}

/** The text of a stack file with these values under `vllm:`. */
export function stackText(values: object): string {
  return stringify({
    config: Object.fromEntries(Object.entries(values).map(([key, value]) => [`vllm:${key}`, value])),
  });
}
