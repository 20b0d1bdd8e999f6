/** Label selectors: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
import { known } from "./unknown.js";
import { at, isSet, list, strings, text, textEntries } from "./values.js";

export type Labels = ReadonlyMap<string, string>;

/** Stands for a label's value that the cluster chooses, which no label may have: a selector by any value may select it. */
export const ANY_VALUE = "*";

export interface Selector {
  selects: (labels: Labels) => boolean;
  /** A label that selected pods have, with one of these values. Left out: none can be told. */
  required?: { key: string; values: readonly string[] };
}

/** A `matchLabels`/`matchExpressions` selector; an empty one selects all, none nothing. */
export function labelSelector(selector: unknown): Selector {
  if (typeof selector !== "object" || selector === null) return { selects: () => false };
  const exact = [...textEntries(at(selector, "matchLabels"))].map(([key, value]) => ({ key, values: [value] }));
  const expressions = list(at(selector, "matchExpressions"));
  const within = expressions.filter((expression) => at(expression, "operator") === "In").map(valuesOf);
  const [required] = [...exact, ...within];
  return {
    selects: (labels) =>
      exact.every(({ key, values }) => has(labels, key, values)) &&
      expressions.every((expression) => holds(expression, labels)),
    ...(required !== undefined && { required }),
  };
}

/** The plain map that a Service selects by; an empty one selects nothing. */
export function mapSelector(selector: Labels): Selector {
  const pairs = [...selector].map(([key, value]) => ({ key, values: [value] }));
  const [required] = pairs;
  return {
    selects: (labels) => pairs.length > 0 && pairs.every(({ key, values }) => has(labels, key, values)),
    ...(required !== undefined && { required }),
  };
}

/** True for a selector without a condition, or with none but that a label is missing, or is there or other than some value. */
export function namesNoLabel(selector: unknown, everywhere: readonly string[] = []): boolean {
  if (typeof selector !== "object" || selector === null || isSet(at(selector, "matchLabels"))) return false;
  return list(at(selector, "matchExpressions")).every((expression) => {
    const operator = at(expression, "operator");
    if (operator === "Exists") return everywhere.includes(valuesOf(expression).key);
    return operator === "NotIn" || operator === "DoesNotExist";
  });
}

function valuesOf(expression: unknown): { key: string; values: string[] } {
  return { key: text(at(expression, "key")) ?? "", values: strings(at(expression, "values")) };
}

/** @throws a label's value that is not known yet */
function has(labels: Labels, key: string, values: readonly string[]): boolean {
  const value = labels.get(key);
  if (value === undefined || value === ANY_VALUE) return value !== undefined;
  known([value]);
  return values.includes(value);
}

function holds(expression: unknown, labels: Labels): boolean {
  const { key, values } = valuesOf(expression);
  switch (at(expression, "operator")) {
    case "In":
      return has(labels, key, values);
    case "NotIn":
      return labels.get(key) === ANY_VALUE || !has(labels, key, values);
    case "Exists":
      return labels.has(key);
    case "DoesNotExist":
      return !labels.has(key);
    default:
      return false;
  }
}
