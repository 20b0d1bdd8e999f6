/** Finds manifests and pods in a resource's properties by their shape, whatever its kind. */
import { POD_SPECS } from "../../components/vocabulary/workloads.js";
import { VALUES_KIND } from "../charts/values.js";
import type { Kind } from "../read/kinds.js";
import { type Path, reach } from "./path.js";

/** An object with an apiVersion and a kind of its own within the properties of another. */
export interface FoundManifest {
  path: Path;
  apiVersion: string;
  kind: string;
}

/** What describes a pod or a container. */
export interface FoundPod {
  /** Of the pod's spec, or of the object that describes one container. */
  path: Path;
  /**
   * `template`: a whole pod beside its metadata. `spec`: a whole pod. `part`: a pod of which others state the rest, so what is missing
   * says nothing. `container`: an object that describes one container. `script`: a text that some container runs. `serve config`: a
   * text that says what Ray Serve runs.
   */
  shape: "template" | "spec" | "part" | "container" | "script" | "serve config";
  /** The name of the list of arguments, where it is not `args`. */
  argsKey?: string;
}

export interface Found {
  manifests: FoundManifest[];
  /** Without those of {@link Found.manifests}. */
  pods: FoundPod[];
  /** False where the properties are too large or too deep to be searched whole. */
  isWhole: boolean;
}

/** No manifest of Kubernetes is deeper: schemas of custom resources, the deepest, take some thirty. */
const DEEPEST = 60;
/** Values in one resource: etcd takes 1.5 MB an object, which this is more than. */
const MOST_VALUES = 200_000;

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];
/** NVIDIA Dynamo's pods keep their first container here. */
export const MAIN = "mainContainer";
const CONTAINER_FIELDS = ["image", "command", "args", "env", "securityContext", "resources"];
/** Lists of arguments beside `args`: `extraArgs`, `additionalArguments`. */
const ARGUMENTS = /(Args|Arguments)$/;
/** What the cluster writes, not the program. */
const NOT_STATED = "status";
/** Where charts are given their values: Helm's and Flux' releases, Argo CD's applications. */
const VALUES: ReadonlyArray<string | number> = ["values", "valuesObject"];

type Values = Readonly<Record<string, unknown>>;

/** @param kind of the object whose properties they are */
export function search(props: object, kind: Kind): Found {
  const found: Found = { manifests: [], pods: [], isWhole: true };
  const ancestors = new Set<object>([props]);
  let left = MOST_VALUES;

  const visitAll = (value: object, path: Path, isHeld: boolean): void => {
    const entries: Iterable<[string | number, unknown]> = Array.isArray(value)
      ? value.entries()
      : Object.entries(value);
    for (const [key, item] of entries) {
      if (isSome(item) && !(path.length === 0 && key === NOT_STATED))
        visit(item, [...path, key], value as Values, isHeld);
    }
  };
  /** @param isHeld whether it stands in a manifest, whose own search finds its pods */
  const visit = (value: object, path: Path, parent: Values, isHeld: boolean): void => {
    if (path.length > DEEPEST || --left < 0) found.isWhole = false;
    if (path.length > DEEPEST || left < 0 || ancestors.has(value)) return;
    ancestors.add(value);
    const manifest = manifestAt(value as Values, path, kind);
    if (manifest !== undefined) found.manifests.push(manifest);
    const inManifest = isHeld || manifest !== undefined;
    const pod = inManifest ? undefined : podAt(value as Values, path, parent, kind);
    if (pod !== undefined) found.pods.push(pod);
    if (pod === undefined || pod.shape === "container") visitAll(value, path, inManifest);
    ancestors.delete(value);
  };

  const root = plain(props);
  const pod = podAt(root, [], undefined, kind);
  if (pod !== undefined) found.pods.push(pod);
  else visitAll(root, [], false);
  return found;
}

/** A name or a first line of a shell script. */
const SCRIPT_NAME = /\.(ba)?sh$/;
const SCRIPT_LINE = /^#!.*\b(ba|da|z|k)?sh\b/;

/** Scripts of a ConfigMap, which containers mount and run. */
export function scriptsOf(props: object): FoundPod[] {
  const { data } = plain(props);
  return Object.entries(isObject(data) ? data : {})
    .filter(([name, text]) => typeof text === "string" && (SCRIPT_NAME.test(name) || SCRIPT_LINE.test(text)))
    .map(([name]) => ({ path: ["data", name], shape: "script" }));
}

/** What Ray Serve runs in the pods of a RayService. */
export function serveConfigsOf(props: object): FoundPod[] {
  const { spec } = plain(props);
  const config = isObject(spec) ? (spec as Values)["serveConfigV2"] : undefined;
  return typeof config === "string" && config !== ""
    ? [{ path: ["spec", "serveConfigV2"], shape: "serve config" }]
    : [];
}

/**
 * The command that a RayJob runs on its cluster, as a shell reads it.
 * Source: https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayjob-quick-start.html, read 2026-11-26
 */
export function entrypointOf(props: object): FoundPod[] {
  const { spec } = plain(props);
  return isObject(spec) && "entrypoint" in spec ? [{ path: ["spec", "entrypoint"], shape: "script" }] : [];
}

/** The properties without the engine's guard, which throws on reading a value that is not known yet. */
export function plain(props: object): Values {
  return Object.fromEntries(
    Object.keys(props).map((key) => [key, Object.getOwnPropertyDescriptor(props, key)?.value as unknown]),
  );
}

function manifestAt(value: Values, path: Path, list: Kind): FoundManifest | undefined {
  const { apiVersion, kind } = value;
  // References to other objects have both, too, and none of these.
  const isManifest = ["metadata", "spec", "data"].some((key) => isObject(value[key]));
  if (typeof apiVersion === "string" && typeof kind === "string" && isManifest) return { path, apiVersion, kind };
  const isItem = path.length === 2 && path[0] === "items" && /.List$/.test(list.kind) && !Array.isArray(value);
  return isItem ? { path, apiVersion: list.apiVersion, kind: list.kind.slice(0, -"List".length) } : undefined;
}

function podAt(value: Values, path: Path, parent: Values | undefined, { kind }: Kind): FoundPod | undefined {
  if (Array.isArray(value)) return undefined;
  if (CONTAINER_LISTS.some((list) => isContainerList(value[list])) || isObject(value[MAIN])) {
    return { path, shape: shapeOf(value, path, parent, kind) };
  }
  const { image } = value;
  const argsKey = ["args", ...Object.keys(value).filter((key) => ARGUMENTS.test(key))].find((key) =>
    isArguments(value[key]),
  );
  const isContainer = typeof image === "string" && ["command", "args", "env"].some((key) => Array.isArray(value[key]));
  if (!isContainer && argsKey === undefined) return undefined;
  return { path, shape: "container", ...(argsKey !== undefined && argsKey !== "args" && { argsKey }) };
}

function shapeOf(value: Values, path: Path, parent: Values | undefined, kind: string): FoundPod["shape"] {
  // What a chart makes of its values is known to the chart alone.
  if (kind === VALUES_KIND || path.some((key) => VALUES.includes(key))) return "part";
  const isTemplate = path.length > 1 && path.at(-1) === "spec" && parent !== undefined && isTemplateOf(parent);
  if (isTemplate) return statesImages(value) ? "template" : "part";
  const places = POD_SPECS[kind] ?? [];
  return places.includes(path.join(".")) && value["model"] === undefined ? "spec" : "part";
}

/** The pod at the place where Kubernetes' own kinds have theirs. */
export function podOf(props: object, path: Path): FoundPod {
  const pod = reach(plain(props), path);
  return { path, shape: !isObject(pod) || statesImages(pod as Values) ? "template" : "part" };
}

/** A template has nothing but its pod's metadata and spec. */
function isTemplateOf(parent: Values): boolean {
  return Object.keys(parent).every((key) => key === "metadata" || key === "spec");
}

/** Containers of which none has an image are laid over those that a controller makes, or are a patch of Kustomize's. */
function statesImages(pod: Values): boolean {
  const { containers } = pod;
  if (!Array.isArray(containers) || containers.length === 0) return true;
  return containers.some((container) => !isObject(container) || "image" in container);
}

/** What the engine puts in place of a value that it does not know yet, and throws on when a rule reads it. */
const UNKNOWN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** True for a text that stands for a value that is not known yet. */
export function isUnknownText(text: string): boolean {
  return UNKNOWN.test(text);
}

function isContainerList(value: unknown): boolean {
  if (typeof value === "string") return isUnknownText(value);
  return Array.isArray(value) && value.some((item) => isObject(item) && CONTAINER_FIELDS.some((key) => key in item));
}

function isArguments(value: unknown): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === "string" && item.startsWith("--"));
}

function isSome(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isObject(value: unknown): value is object {
  return isSome(value) && !Array.isArray(value);
}
