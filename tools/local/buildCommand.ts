/** `npm run local -- build`: the programs alone, without a start. */
import { error, listOr, quote } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import { build, type Report } from "./build.js";
import { foldersOf } from "./folders.js";
import { LOCAL_PROGRAMS, type ProgramName, PROGRAMS } from "./programs.js";

/**
 * Builds programs that are missing.
 *
 * @param names of programs, such as `promtool`; none: those that `up` starts
 * @returns a line for each with the path of its file
 * @throws BadInput for names of no program, and when Go is missing; Failure when a build fails
 */
export async function buildPrograms(project: string, names: readonly string[], report: Report): Promise<string> {
  const known = new Map(Object.entries(PROGRAMS).map(([key, { name }]) => [name, key as ProgramName]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new BadInput(
      unknown.map((name) => error("build", `${quote(name)} is no program: use ${listOr([...known.keys()])}`)),
    );
  const wanted = names.length === 0 ? LOCAL_PROGRAMS : names.map((name) => known.get(name)!);
  const binaries = await build(foldersOf(project).bin, report, wanted);
  return wanted.map((name) => binaries[name]).join("\n");
}
