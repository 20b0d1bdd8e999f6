/** What the program registers as Kubernetes manifests, for `kubectl apply` or GitOps. Never a secret. */
import { stringify } from "yaml";
import { LABELS, MANAGED_BY } from "../../components/vocabulary/labels.js";
import { API_KEY } from "../../components/vocabulary/secrets.js";
import { RUNTIME_OBJECTS } from "../../components/vocabulary/workloads.js";
import type { CollectedResource } from "../collect.js";

/** A file to write, by its name within the folder. */
export interface ManifestFile {
  name: string;
  content: string;
}

/** A Kubernetes object. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** First line of every file; only such files are ever replaced or removed. */
export const HEADER = "# Rendered by pulumi-vllm; do not edit.";
/** Second line: whose rendering the folder is. */
const OWNER = "# Stack: ";

/** The stack that a file was rendered of; `undefined` for one of before 0.2.0, which does not say. */
export function stackOf(content: string): string | undefined {
  const [, second] = content.split("\n", 2);
  return second?.startsWith(OWNER) ? second.slice(OWNER.length) : undefined;
}

function headed(stack: string, content: string): string {
  return `${HEADER}\n${OWNER}${stack}\n${content}`;
}

const KUSTOMIZATION = "kustomization.yaml";
const SECRETS_FILE = "SECRETS.md";

/**
 * Kinds that others use come first. The place is in the file's name, because kubectl applies a folder in the order of names.
 * It belongs to the kind, so that a new object renames no other file.
 */
const ORDER = [
  "Namespace",
  "PriorityClass",
  ...RUNTIME_OBJECTS.filter(({ beforeWorkload }) => beforeWorkload)
    .map(({ kind }) => kind)
    .reverse(),
];

function fileName({ kind, metadata }: Manifest): string {
  const place = ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length;
  return `${place}-${kind.toLowerCase()}-${metadata.name}.yaml`;
}

/** The Kubernetes objects among the resources, without Helm releases: Helm would have to render their charts. */
export function isManifest({ custom, type, inputs }: CollectedResource): boolean {
  return custom && type.startsWith("kubernetes:") && typeof inputs["kind"] === "string";
}

/** Resources that have no manifest, by kind: cloud resources and Helm releases. */
export function leftOut(resources: readonly CollectedResource[]): string[] {
  const kinds = resources
    .filter((resource) => resource.custom && !isManifest(resource) && !/^(pulumi|random):/.test(resource.type))
    .map(({ type }) => (type.startsWith("kubernetes:") ? "Helm releases" : "cloud resources"));
  return [...new Set(kinds)].map((kind) => `${kinds.filter((other) => other === kind).length} ${kind}`);
}

function manifestOf({ inputs }: CollectedResource): Manifest {
  return inputs as unknown as Manifest;
}

/** Annotations that only Pulumi's provider reads mean nothing to kubectl. */
export function withoutPulumiAnnotations(manifest: Manifest): Manifest {
  const { annotations, ...metadata } = manifest.metadata as Manifest["metadata"] & { annotations?: object };
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/"));
  return {
    ...manifest,
    metadata: {
      ...metadata,
      ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
    },
  };
}

/**
 * The files of a stack: one per manifest, a kustomization that lists them in the order that works, and one that names the Secrets to
 * create.
 *
 * @param managedBy what applies them, for the label
 */
export function manifestFiles(
  resources: readonly CollectedResource[],
  stack: string,
  managedBy: string = "kubectl",
): ManifestFile[] {
  const manifests = resources.filter(isManifest);
  const files = manifests
    .filter(({ secret }) => !secret)
    .map(manifestOf)
    .map((manifest) => ({
      name: fileName(manifest),
      content: headed(stack, yaml(withManager(withoutPulumiAnnotations(manifest), managedBy))),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const secrets = manifests.filter(({ secret }) => secret);
  if (files.length === 0) return secretFiles(secrets, stack);
  const kustomization = { name: KUSTOMIZATION, content: headed(stack, yaml(kustomizationOf(files))) };
  return [...files, kustomization, ...secretFiles(secrets, stack)];
}

function secretFiles(secrets: readonly CollectedResource[], stack: string): ManifestFile[] {
  return secrets.length === 0 ? [] : [{ name: SECRETS_FILE, content: secretsText(secrets, stack) }];
}

function yaml(value: object): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** `fifo`: Kustomize would sort by an order of its own, which knows no custom resources. */
function kustomizationOf(files: readonly ManifestFile[]): object {
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: files.map(({ name }) => name),
    sortOptions: { order: "fifo" },
  };
}

/** The label says what applies an object. No selector has it: a change of tool leaves pods to their Deployments. */
function withManager<T>(value: T, managedBy: string): T {
  if (Array.isArray(value)) return value.map((item: unknown) => withManager(item, managedBy)) as T;
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    key === LABELS.managedBy && item === MANAGED_BY ? managedBy : withManager<unknown>(item, managedBy),
  ]);
  return Object.fromEntries(entries) as T;
}

function secretsText(secrets: readonly CollectedResource[], stack: string): string {
  const commands = secrets.map((resource) => {
    const { metadata } = manifestOf(resource);
    const keys = Object.keys(resource.inputs["stringData"] ?? resource.inputs["data"] ?? {});
    const literals = keys.map((key) => {
      return keys.length === 1 ? `--from-file=${key}=/dev/stdin` : `--from-file=${key}=./${key}`;
    });
    const random = keys.length === 1 && keys[0] === API_KEY ? "openssl rand -hex 20 | tr -d '\\n' | " : "";
    return `${random}kubectl -n ${metadata.namespace ?? "default"} create secret generic ${metadata.name} ${literals.join(" ")}`;
  });
  return [
    HEADER,
    `${OWNER}${stack}`,
    "",
    `# Secrets of stack ${stack}`,
    "",
    "The manifests use these Secrets and do not contain them. Make each once, or let your secrets operator do it; until",
    "then the pods that need one wait with CreateContainerConfigError. `--from-file=…=/dev/stdin` reads the value from standard",
    "input: an argument would be in the shell's history and in the list of processes. Where a Secret has several keys, each comes from a file of its name.",
    "",
    "```sh",
    ...commands,
    "```",
    "",
  ].join("\n");
}
