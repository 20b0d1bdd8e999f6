/** The stacks that a command is about. */
import { listStacks } from "../../stacks/stackFile.js";
import { BadInput } from "../failure.js";

/** Every stack that has a file in the folder. @throws BadInput when there is none */
export function allStacks(folder: string): string[] {
  const stacks = listStacks(folder);
  if (stacks.length === 0) throw new BadInput(`${folder}: there are no stacks: no file Pulumi.<stack>.yaml`);
  return stacks;
}

/** Stacks as they were named, each once. */
export function distinct(stacks: readonly string[]): string[] {
  return [...new Set(stacks)];
}
