/** A contract is plain data: reviewed as text, checked before anything runs. */
import { joinPath } from "./parse.js";
import { error, type Problem } from "./problems.js";
import { tooLarge } from "./size.js";

/** Whether a value is one of Pulumi's Outputs; known by its mark, since a contract imports no SDK. */
function isOutput(value: object): boolean {
  return "__pulumiOutput" in value && value.__pulumiOutput === true;
}

/**
 * An error for every Output within data that programs give us: secrets, and values that are known only later. Any of them
 * would become plain text in a contract, or its text would say that it is an Output.
 */
export function checkPlainData(value: unknown, path: string): Problem[] {
  const large = tooLarge(value);
  return large === undefined ? checkValues(value, path) : [error(path, large)];
}

function checkValues(value: unknown, path: string): Problem[] {
  if (typeof value === "function" || typeof value === "symbol") {
    return [error(path, `is a ${typeof value}: give text, a number, true or false, a list or an object`)];
  }
  if (value === null || typeof value !== "object") return [];
  if (isOutput(value)) {
    return [
      error(
        path,
        "is an Output, so a secret or known only later, and a contract is plain text that is checked first: " +
          "give a plain value, and keep a secret in a Kubernetes Secret",
      ),
    ];
  }
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => checkValues(inner, joinPath(path, [key])));
}
