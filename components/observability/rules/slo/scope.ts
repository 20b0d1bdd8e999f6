/** Selectors that the rules of service levels share. */
import { MODEL_LEVEL } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT, type Objective } from "../../../vocabulary/metrics/recorded.js";
import { list, ofStack, type Scope } from "../../promql.js";

export const OF_MODEL = list(MODEL_LEVEL);
export const OF_LEVEL = list([...MODEL_LEVEL, "slo"]);

/** Targets, of models that state any. */
export function objectives(scope: Scope, slo?: Objective): string {
  return ofStack(CONTRACT.objective, scope, slo === undefined ? {} : { slo });
}

/** The share of requests that may be bad, by model and `slo`. */
export function allowed(scope: Scope): string {
  return `max by (${OF_LEVEL}) (1 - ${objectives(scope)})`;
}
