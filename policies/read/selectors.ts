/** Label selectors: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
import { at, list, strings, text, textEntries } from "./values.js";

type Labels = ReadonlyMap<string, string>;

/** Whether a selector selects labels. */
export type Selects = (labels: Labels) => boolean;

/**
 * A `matchLabels`/`matchExpressions` selector; an empty one selects all. It is read at its first use, and once: rules try it on
 * every workload of a stack.
 */
export function selectorOf(read: () => unknown): Selects {
  let selects: Selects | undefined;
  return (labels) => {
    selects ??= parsed(read());
    return selects(labels);
  };
}

function parsed(selector: unknown): Selects {
  if (typeof selector !== "object" || selector === null) return () => false;
  const exact = [...textEntries(at(selector, "matchLabels"))];
  const expressions = list(at(selector, "matchExpressions"));
  return (labels) =>
    exact.every(([key, value]) => labels.get(key) === value) &&
    expressions.every((expression) => holds(expression, labels));
}

/** True when every entry of a plain map, such as a Service's selector, is among the labels. */
export function selectsExactly(selector: Labels, labels: Labels): boolean {
  return [...selector].every(([key, value]) => labels.get(key) === value);
}

function holds(expression: unknown, labels: Labels): boolean {
  const value = labels.get(text(at(expression, "key")) ?? "");
  const values = strings(at(expression, "values"));
  switch (at(expression, "operator")) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
