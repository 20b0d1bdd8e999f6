import { append, ContractError, type Problem } from "../components/config/problems.js";
import { parseStackConfig, type StackConfig } from "../stacks/config.js";
import { readStackFile, type StackFile } from "./stackFile.js";

/** A stack whose config is right. */
export interface LoadedStack {
  file: StackFile;
  config: StackConfig;
  warnings: Problem[];
}

/** @throws ContractError with every problem of the stack's file and config */
export function loadStack(folder: string, stack: string): LoadedStack {
  const file = readStackFile(folder, stack);
  const { config, problems } = parseStackConfig(file.values, file.secretPaths, new Date(), folder);
  if (config === undefined) throw new ContractError(problems);
  return { file, config, warnings: problems };
}

/**
 * Loads several stacks, all or none.
 *
 * @throws ContractError with the problems of all of them, each path led by its stack when there are several
 */
export function loadStacks(folder: string, stacks: readonly string[]): LoadedStack[] {
  const problems: Problem[] = [];
  const loaded = stacks.flatMap((stack) => {
    try {
      return [loadStack(folder, stack)];
    } catch (thrown) {
      if (!(thrown instanceof ContractError)) throw thrown;
      const prefix = stacks.length > 1 ? `${stack}: ` : "";
      append(
        problems,
        thrown.problems.map((problem) => ({ ...problem, path: prefix + problem.path })),
      );
      return [];
    }
  });
  if (problems.length > 0) throw new ContractError(problems);
  return loaded;
}
