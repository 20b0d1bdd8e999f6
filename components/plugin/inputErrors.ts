import * as pulumi from "@pulumi/pulumi";
import { ContractError, type Problem, throwIfErrors } from "../config/problems.js";

/**
 * Runs what checks a component's inputs.
 *
 * @throws pulumi.InputPropertiesError with every problem, which engines show at the input in every language
 */
export function withInputErrors<T>(type: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof ContractError)) throw thrown;
    const errors = thrown.problems.map(({ path, message }) => ({ propertyPath: path, reason: message }));
    throw new pulumi.InputPropertiesError({ message: `the inputs of ${type} have problems:`, errors });
  }
}

/**
 * Runs a loader whose problems are thrown together with others.
 *
 * @throws ContractError with all of them
 */
export function collecting<T>(problems: readonly Problem[], load: () => T): T {
  let loaded: T | undefined;
  const more: Problem[] = [];
  try {
    loaded = load();
  } catch (thrown) {
    if (!(thrown instanceof ContractError)) throw thrown;
    more.push(...thrown.problems);
  }
  throwIfErrors([...more, ...problems]);
  return loaded!;
}
