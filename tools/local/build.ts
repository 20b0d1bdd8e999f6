/** Builds each version of the programs once. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkGo, downloadedFolder, go } from "./go.js";
import { withLock } from "../lock.js";
import { familyFolder, type Program, type ProgramName, PROGRAMS } from "./programs.js";

/** Gets progress, line by line. */
export type Report = (line: string) => void;

/** Paths of built programs. */
export type Binaries = Record<ProgramName, string>;

/** How often a long build reports that it still runs. */
const STILL_SECONDS = 30;

/** A file for each version: its name contains a hash of what pins the program, so an old one is never taken for a new one. */
export function binaryName({ name, family, package: path, ldflags = "", without }: Program): string {
  const hash = createHash("sha256").update(ldflags);
  if (without !== undefined) hash.update(JSON.stringify(without));
  const own = path.startsWith(".") ? [join(path, "main.go")] : [];
  for (const file of ["go.mod", "go.sum", ...own]) hash.update(readFileSync(join(familyFolder(family), file)));
  return `${name}-${hash.digest("hex").slice(0, 12)}`;
}

/**
 * Builds the missing programs into `bin`.
 *
 * @throws BadInput when Go is missing, Failure when a build fails; programs built until then stay
 */
export async function build(
  bin: string,
  report: Report,
  names = Object.keys(PROGRAMS) as ProgramName[],
): Promise<Binaries> {
  const programs: readonly Program[] = names.map((name) => PROGRAMS[name]);
  const missing = () => programs.filter((program) => !existsSync(join(bin, binaryName(program))));
  if (missing().length > 0) {
    await checkGo();
    mkdirSync(bin, { recursive: true });
    await withLock(join(bin, "lock"), report, async () => {
      const todo = missing();
      // Another process may have built them meanwhile.
      if (todo.length === 0) return;
      report(
        `Building ${todo.length} programs from Go modules; the first time takes a quarter of an hour on two cores.`,
      );
      for (const [index, program] of todo.entries())
        await buildOne(bin, program, `${index + 1}/${todo.length}`, report);
      removeOthers(bin);
    });
  }
  return binaryPaths(bin, names);
}

/** Where programs are once they are built. */
export function binaryPaths(bin: string, names = Object.keys(PROGRAMS) as ProgramName[]): Binaries {
  return Object.fromEntries(names.map((name) => [name, join(bin, binaryName(PROGRAMS[name]))])) as Binaries;
}

async function buildOne(bin: string, program: Program, place: string, report: Report): Promise<void> {
  const target = join(bin, binaryName(program));
  const partial = `${target}.partial`;
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  report(`  ${place} ${program.name} …`);
  const still = setInterval(
    () => report(`  ${place} ${program.name}: still building, ${seconds()} s`),
    STILL_SECONDS * 1000,
  );
  try {
    const ldflags = ["-s -w", program.ldflags ?? ""].join(" ").trim();
    const what = program.without === undefined ? program.package : await editedMain(bin, program);
    const args = ["build", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", partial, what];
    await go(program.family, args, program.name);
    renameSync(partial, target);
  } finally {
    clearInterval(still);
    rmSync(sourceFolder(bin, program), { recursive: true, force: true });
  }
  report(`  ${place} ${program.name}: built in ${seconds()} s`);
}

function sourceFolder(bin: string, program: Program): string {
  return join(bin, `${binaryName(program)}.source`);
}

/** Writes a program's main file without the lines to leave out. @returns its path */
async function editedMain(bin: string, program: Program): Promise<string> {
  const { module, file, lines } = program.without!;
  let text = readFileSync(join(await downloadedFolder(program.family, module), file), "utf8");
  for (const line of lines) {
    const parts = text.split(`\n${line}\n`);
    if (parts.length !== 2)
      throw new Error(
        `${module}/${file} has the line ${JSON.stringify(line)} ${parts.length - 1} times, not once: see PROGRAMS`,
      );
    text = parts.join("\n");
  }
  mkdirSync(sourceFolder(bin, program), { recursive: true });
  const edited = join(sourceFolder(bin, program), "main.go");
  writeFileSync(edited, text);
  return edited;
}

/** Removes programs of other versions, and halves that an interrupted build has left. */
function removeOthers(bin: string): void {
  const current = new Set(["lock", ...Object.values(PROGRAMS).map(binaryName)]);
  const others = readdirSync(bin).filter((name) => !current.has(name) && !name.startsWith("lock."));
  for (const name of others) rmSync(join(bin, name), { recursive: true });
}
