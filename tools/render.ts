/** Writes what the program registers as Kubernetes manifests, for `kubectl apply` or GitOps. Never a secret. */
import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { stringify } from "yaml";
import { ContractError, error } from "../components/config/problems.js";
import { API_KEY } from "../components/vocabulary/secrets.js";
import type { CollectedResource } from "./collect.js";

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
const HEADER = "# Rendered by pulumi-vllm; do not edit.";
const SECRETS_FILE = "SECRETS.md";

/**
 * What has to be there before what uses it, first; the rest follows. The place is in the file's name, since kubectl applies
 * a folder in the order of names; it is the kind's and not the object's, so that a new object renames no other's file.
 */
const ORDER = ["Namespace", "PriorityClass", "ServiceAccount", "NetworkPolicy"];

function fileName({ kind, metadata }: Manifest): string {
  const place = ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length;
  return `${place}-${kind.toLowerCase()}-${metadata.name}.yaml`;
}

/** Of the resources, those that are Kubernetes objects: not a Helm release, which its chart has to be rendered for. */
export function isManifest({ custom, type, inputs }: CollectedResource): boolean {
  return custom && type.startsWith("kubernetes:") && typeof inputs["kind"] === "string";
}

/** What of a stack cannot be a manifest, by kind: cloud resources and Helm releases. */
export function leftOut(resources: readonly CollectedResource[]): string[] {
  const kinds = resources
    .filter((resource) => resource.custom && !isManifest(resource) && !/^(pulumi|random):/.test(resource.type))
    .map(({ type }) => (type.startsWith("kubernetes:") ? "Helm releases" : "AWS resources"));
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

/** The files of a stack: one a manifest, and one that names the Secrets to make. */
export function manifestFiles(resources: readonly CollectedResource[], stack: string): ManifestFile[] {
  const manifests = resources.filter(isManifest);
  const files = manifests
    .filter(({ secret }) => !secret)
    .map(manifestOf)
    .map((manifest) => ({
      name: fileName(manifest),
      content: `${HEADER}\n${stringify(withoutPulumiAnnotations(manifest), { lineWidth: 0, aliasDuplicateObjects: false })}`,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const secrets = manifests.filter(({ secret }) => secret);
  return secrets.length === 0 ? files : [...files, { name: SECRETS_FILE, content: secretsText(secrets, stack) }];
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

/** Whether a rendering has written the file; a link is nobody's of ours. */
function isOurs(path: string): boolean {
  return /\.(yaml|md)$/.test(path) && lstatSync(path).isFile() && readFileSync(path, "utf8").startsWith(HEADER);
}

/**
 * A link among the folder and, where it is within the project, those above it: somebody's pull request may have put it there.
 * Links above the project, such as a system's /tmp, are its owner's.
 */
function linkOnTheWay(folder: string): string | undefined {
  const project = process.cwd();
  const inside = relative(project, folder);
  const parts = inside.startsWith("..") || isAbsolute(inside) ? [] : inside.split(sep);
  const above = parts.map((_, index) => join(project, ...parts.slice(0, index + 1)));
  return [...above, folder].find((path) => {
    try {
      return lstatSync(path).isSymbolicLink();
    } catch {
      // Not there, or below a file: whoever makes the folder says what is wrong.
      return false;
    }
  });
}

/** Writes a file beside its place and moves it there, so that an interrupted run leaves no half file. */
function writeWhole(target: string, content: string): void {
  // A name that nobody can have put a link under; opened only if it is new.
  const partial = `${target}.${randomBytes(8).toString("hex")}.partial`;
  try {
    writeFileSync(partial, content, { flag: "wx" });
    renameSync(partial, target);
  } catch (thrown) {
    rmSync(partial, { force: true });
    throw thrown;
  }
}

/**
 * Writes the files into `folder` and removes files of an earlier rendering; files of others stay, and no link is followed.
 *
 * @throws ContractError when the folder cannot be written, or a name in it is taken by a file of others
 */
export function writeManifests(folder: string, files: readonly ManifestFile[]): void {
  const current = new Set(files.map(({ name }) => name));
  try {
    const link = linkOnTheWay(folder);
    if (link !== undefined) throw new ContractError([error(link, "is a link: give the folder that it leads to")]);
    mkdirSync(folder, { recursive: true });
    const there = readdirSync(folder).map((name) => ({ name, ours: isOurs(join(folder, name)) }));
    const taken = there.filter(({ name, ours }) => current.has(name) && !ours);
    if (taken.length > 0) {
      throw new ContractError(
        taken.map(({ name }) =>
          error(join(folder, name), "is there already and not of a rendering: move it, or render elsewhere"),
        ),
      );
    }
    for (const { name, content } of files) writeWhole(join(folder, name), content);
    for (const { name } of there.filter(({ name, ours }) => ours && !current.has(name))) rmSync(join(folder, name));
  } catch (thrown) {
    if (thrown instanceof ContractError) throw thrown;
    throw new ContractError([error(folder, `cannot be written: ${(thrown as Error).message}`)]);
  }
}
