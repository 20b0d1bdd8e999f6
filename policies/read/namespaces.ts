/**
 * Namespaces of objects. One that is not known yet has a placeholder, the same for all: a program that makes a namespace puts all of
 * a runtime's objects into it. Whether it is one that is known, nobody can tell.
 */
import { quote } from "../../components/config/problems.js";
import type { Resource } from "./kinds.js";
import { isPlaceholder, known, placeholderOr } from "./unknown.js";
import { at, text } from "./values.js";

export function namespaceOf(resource: Pick<Resource, "props">): string {
  return placeholderOr(() => text(at(resource.props, "metadata", "namespace")) ?? "default", "namespace");
}

/** @throws the value that is not known yet, where only one of them is known */
export function isSameNamespace(one: string, other: string): boolean {
  if (one === other) return true;
  known([one, other]);
  return false;
}

/** As messages say where something is missing. */
export function namespaceText(namespace: string): string {
  return isPlaceholder(namespace) ? "its namespace" : `namespace ${quote(namespace)}`;
}
