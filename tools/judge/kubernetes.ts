/** Kubernetes objects as resources of Pulumi's provider for Kubernetes. */
import { type Fields, fields, list, text } from "../../policies/read/values.js";
import type { UnnamedResource } from "./resource.js";

/** Whether a value is a Kubernetes object, or a list of them. */
export function isKubernetesObject(value: unknown): boolean {
  const { apiVersion, kind } = fields(value);
  return isWord(apiVersion) && isWord(kind);
}

function isWord(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** The objects of a `List`, or of a list of one kind such as a `PodList`, whose items need not say what they are. */
export function itemsOf(object: unknown): Fields[] | undefined {
  const { apiVersion, kind, items } = fields(object);
  const [, itemKind] = /^(.*)List$/.exec(text(kind) ?? "") ?? [];
  if (itemKind === undefined || !Array.isArray(items)) return undefined;
  const itself = itemKind === "" ? {} : { apiVersion, kind: itemKind };
  return list(items).map((item) => ({ ...itself, ...fields(item) }));
}

/** @param line on which the object begins */
export function kubernetesResource(object: unknown, line: number): UnnamedResource {
  const props = { ...fields(object) };
  const apiVersion = text(props["apiVersion"]) ?? "";
  const metadata = fields(props["metadata"]);
  const name = text(metadata["name"]) ?? text(metadata["generateName"]) ?? "(no name)";
  const namespace = text(metadata["namespace"]);
  return {
    // As the provider names its types: the group without a name is core.
    type: `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${text(props["kind"])}`,
    name,
    props,
    shown: namespace === undefined ? name : `${namespace}/${name}`,
    line,
  };
}
