/** Tells what a value is by its shape, and takes the resources out of it. */
import { error, type Problem } from "../../components/config/problems.js";
import { fields } from "../../policies/read/values.js";
import { guarded } from "../unknownValues.js";
import { isKubernetesObject, itemsOf, kubernetesResource } from "./kubernetes.js";
import { hasFailed, isPreview, previewResources } from "./pulumiPreview.js";
import type { UnnamedResource } from "./resource.js";
import type { LineOf, SourceDocument } from "./source.js";

const SHAPES =
  "give Kubernetes objects (apiVersion and kind), the output of pulumi preview --json (steps), " +
  'or a JSON list of { "type", "name", "props" }';

/** What was found, and what is wrong. */
export interface Recognised {
  resources: UnnamedResource[];
  problems: Problem[];
}

/** @param name of the file, for messages */
export function recognised({ value, lineOf }: SourceDocument, name: string): Recognised {
  // A chart leaves empty documents behind for what is switched off.
  if (value === null || value === undefined) return { resources: [], problems: [] };
  return Array.isArray(value)
    ? together(value.map((item: unknown, index) => recognisedOne(item, name, within(lineOf, index))))
    : recognisedOne(value, name, lineOf);
}

function recognisedOne(value: unknown, name: string, lineOf: LineOf): Recognised {
  const wrong = (message: string): Recognised => ({ resources: [], problems: [error(`${name}:${lineOf()}`, message)] });
  if (isKubernetesObject(value)) {
    const items = itemsOf(value);
    return items === undefined
      ? { resources: [kubernetesResource(value, lineOf())], problems: [] }
      : together(items.map((item, index) => recognisedOne(item, name, within(lineOf, "items", index))));
  }
  if (isPreview(value)) {
    if (hasFailed(value)) return wrong("the preview failed, and lacks resources: judge one that went through");
    return { resources: previewResources(value, lineOf), problems: [] };
  }
  const { type, name: own, props } = fields(value);
  if (typeof type !== "string" || typeof own !== "string" || !isObject(props)) {
    return wrong(`is nothing that can be judged: ${SHAPES}`);
  }
  return { resources: [{ type, name: own, props: guarded(props), shown: own, line: lineOf() }], problems: [] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function within(lineOf: LineOf, ...start: readonly (string | number)[]): LineOf {
  return (...path) => lineOf(...start, ...path);
}

function together(parts: readonly Recognised[]): Recognised {
  return {
    resources: parts.flatMap(({ resources }) => resources),
    problems: parts.flatMap(({ problems }) => problems),
  };
}
