import * as pulumi from "@pulumi/pulumi";
import { ContractError } from "../config/problems.js";

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
