/** Exceptions that a Kubernetes object carries as an annotation. */
import { parse } from "yaml";
import { didYouMean, quote } from "../../components/config/problems.js";
import { ANNOTATIONS } from "../../components/vocabulary/labels.js";
import type { Resource } from "../read/kinds.js";
import { at, fields, text } from "../read/values.js";
import type { Exception } from "./exception.js";

const FORM = '[{"rule": …, "reason": …, "until": "YYYY-MM-DD"}]';
const KEYS = ["rule", "reason", "until"];

export interface AnnotatedExceptions {
  /** Those that are right. */
  exceptions: Exception[];
  /** One message for each that is not. */
  problems: string[];
}

/**
 * What the annotation says, as JSON or YAML.
 *
 * @throws what the engine throws for an annotation that is not known yet
 */
export function annotatedExceptions({ props }: Pick<Resource, "props">): AnnotatedExceptions {
  const annotation = text(at(props, "metadata", "annotations", ANNOTATIONS.exceptions));
  if (annotation === undefined) return { exceptions: [], problems: [] };
  const items = parsed(annotation);
  if (!Array.isArray(items)) return { exceptions: [], problems: [`is no list: write ${FORM}`] };
  const exceptions: Exception[] = [];
  const problems: string[] = [];
  items.forEach((item: unknown, index) => {
    const wrong = problemsOf(item);
    problems.push(...wrong.map((problem) => `[${index}]${problem}`));
    if (wrong.length === 0) exceptions.push(item as Exception);
  });
  return { exceptions, problems };
}

function parsed(annotation: string): unknown {
  try {
    return parse(annotation, { logLevel: "error" });
  } catch {
    return undefined;
  }
}

function problemsOf(item: unknown): string[] {
  const { rule, reason, until, ...others } = fields(item);
  return [
    ...(isText(rule) ? [] : [" names no rule: give rule"]),
    ...(isText(reason) ? [] : [" gives no reason: give reason"]),
    ...(isDate(until) ? [] : [` until ${quote(until)} is no date: give the last day, YYYY-MM-DD`]),
    ...Object.keys(others).map((key) => ` has an unknown key ${quote(key)}: leave it out${didYouMean(key, KEYS)}`),
  ];
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

/** A day of the calendar. */
function isDate(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}
