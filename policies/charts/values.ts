/** The values that a resource gives to charts. */
import { parse } from "yaml";
import { type Path, placesOf, reach } from "../objects/path.js";
import type { Kind } from "../read/kinds.js";
import { at, fields, list, text } from "../read/values.js";
import { chartKindOf } from "./kinds.js";

/** Kind of the objects that stand for values which are written as text or as a list. */
export const VALUES_KIND = "HelmValues";
export const VALUES_GROUP = "helm.sh";

export interface ChartValues {
  /** Where they stand in the resource. */
  path: Path;
  value: unknown;
}

/** Values that are objects in the resource's own properties. */
export function valuesOf({ group, kind, props }: Pick<Kind, "group" | "kind"> & { props: object }): ChartValues[] {
  if (group === VALUES_GROUP && kind === VALUES_KIND) return [{ path: [], value: props }];
  return placesIn(group, kind, props, ["object"]).map(({ path }) => ({ path, value: reach(props, path) }));
}

/** Values that are written otherwise, as objects. @param props without the engine's guard */
export function writtenValues({ group, kind }: Kind, props: object): ChartValues[] {
  return placesIn(group, kind, props, ["yaml", "set"]).flatMap(({ path, form }) => {
    const written = reach(props, path);
    const value = form === "yaml" ? parsed(text(written)) : fromSettings(written);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? [{ path, value }] : [];
  });
}

function placesIn(group: string, kind: string, props: object, forms: readonly string[]) {
  const row = chartKindOf(group, kind);
  if (row === undefined) return [];
  const wanted = row.values.filter(({ form }) => forms.includes(form));
  const bases = wanted.length === 0 ? [] : row.at.flatMap((pattern) => placesOf(props, pattern));
  return bases
    .flatMap((base) => wanted.map(({ path, form }) => ({ path: [...base, ...path], form })))
    .filter(({ path }) => reach(props, path) !== undefined);
}

/** Nothing for text that is a template, or no YAML: the controller that reads it says so. */
function parsed(yaml: string | undefined): unknown {
  try {
    return yaml === undefined ? undefined : (parse(yaml) as unknown);
  } catch {
    return undefined;
  }
}

/** `image.tag` and `servers[0].image`, as `helm --set` has them, each with its value. */
function fromSettings(written: unknown): unknown {
  const settings = Array.isArray(written)
    ? list(written).map((item): [string, unknown] => [text(at(item, "name")) ?? "", at(item, "value")])
    : Object.entries(fields(written));
  const values = {};
  for (const [name, value] of settings) {
    const keys = name.split(/(?<!\\)\.|\[|\]\.?/).filter((key) => key !== "");
    put(
      values,
      keys.map((key) => key.replaceAll("\\.", ".")),
      value,
    );
  }
  return values;
}

function put(into: object, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === undefined) return;
  const held: unknown = Object.hasOwn(into, key) ? (into as Record<string, unknown>)[key] : undefined;
  const inner = rest.length === 0 ? value : typeof held === "object" && held !== null ? held : {};
  // Not by assignment: a key may be __proto__.
  Object.defineProperty(into, key, { value: inner, enumerable: true, configurable: true, writable: true });
  if (rest.length > 0) put(inner as object, rest, value);
}
