/** Writes rendered files into a folder, and leaves foreign files alone. */
import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { error, quote } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import { HEADER, type ManifestFile, stackOf } from "./manifests.js";

/** Whether an earlier run of render wrote the file; a link never counts. */
function isOurs(path: string): boolean {
  return /\.(yaml|md)$/.test(path) && lstatSync(path).isFile() && readFileSync(path, "utf8").startsWith(HEADER);
}

/**
 * A link at the folder or, within the project, above it: a pull request may have put it there. Links above the project, such
 * as a system's /tmp, belong to the machine.
 */
function linkOnTheWay(folder: string): string | undefined {
  const project = process.cwd();
  const inside = relative(project, folder);
  const parts = inside.startsWith("..") || isAbsolute(inside) ? [] : inside.split(sep);
  const above = parts.map((_, index) => join(project, ...parts.slice(0, index + 1)));
  return [...above, folder].find((path) => {
    try {
      return lstatSync(path).isSymbolicLink();
    } catch {
      // It does not exist, or is below a file: creating the folder reports that.
      return false;
    }
  });
}

/** Writes a file beside its place and moves it there, so that an interrupted run leaves no half file. */
function writeWhole(target: string, content: string): void {
  // A random name, opened only if it is new: nobody can have put a link there.
  const partial = `${target}.${randomBytes(8).toString("hex")}.partial`;
  try {
    writeFileSync(partial, content, { flag: "wx" });
    renameSync(partial, target);
  } catch (thrown) {
    rmSync(partial, { force: true });
    throw thrown;
  }
}

/** @throws BadInput where the folder has the rendering of another stack, whose files would go */
function refuseOthers(folder: string, stack: string, there: readonly { name: string; ours: boolean }[]): void {
  const stacks = there
    .filter(({ ours }) => ours)
    .map(({ name }) => stackOf(readFileSync(join(folder, name), "utf8")))
    .filter((other) => other !== undefined && other !== stack);
  if (stacks.length === 0) return;
  const message = `has the rendering of stack ${quote(stacks[0])}, and this is ${quote(stack)}: name a folder of its own, or empty this one`;
  throw new BadInput([error(folder, message)]);
}

/**
 * Writes the files into `folder` and removes files of an earlier rendering; files of others stay, and no link is followed.
 *
 * @throws BadInput when the folder cannot be written, is of another stack, or a name in it is taken by a file of others
 */
export function writeManifests(folder: string, stack: string, files: readonly ManifestFile[]): void {
  const current = new Set(files.map(({ name }) => name));
  try {
    const link = linkOnTheWay(folder);
    if (link !== undefined) throw new BadInput([error(link, "is a link: give the folder that it leads to")]);
    mkdirSync(folder, { recursive: true });
    const there = readdirSync(folder).map((name) => ({ name, ours: isOurs(join(folder, name)) }));
    refuseOthers(folder, stack, there);
    const taken = there.filter(({ name, ours }) => current.has(name) && !ours);
    if (taken.length > 0) {
      throw new BadInput(
        taken.map(({ name }) =>
          error(join(folder, name), "is there already and not of a rendering: move it, or render elsewhere"),
        ),
      );
    }
    for (const { name, content } of files) writeWhole(join(folder, name), content);
    for (const { name } of there.filter(({ name, ours }) => ours && !current.has(name))) rmSync(join(folder, name));
  } catch (thrown) {
    if (thrown instanceof BadInput) throw thrown;
    throw new BadInput([error(folder, `cannot be written: ${(thrown as Error).message}`)]);
  }
}
