/** Values in messages. */
import { quote } from "../../components/config/problems.js";

/** `is "x"`, or `is not set`. */
export function state(value: unknown): string {
  return value === undefined || value === null ? "is not set" : `is ${quote(value)}`;
}
