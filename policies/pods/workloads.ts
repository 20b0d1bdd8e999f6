/**
 * Pods and the objects that make them: the pods of any program's resources, found by their shape and read lazily (see
 * read/values.ts).
 */
import { POD_TEMPLATES, POLICY_GROUPS, SHARED_KINDS } from "../../components/vocabulary/workloads.js";
import { valuesOf } from "../charts/values.js";
import { type KubernetesObject, objectsOf } from "../objects/objects.js";
import { type Path, pathText, reach } from "../objects/path.js";
import { entrypointOf, type FoundPod, MAIN, podOf, scriptsOf, search, serveConfigsOf } from "../objects/search.js";
import type { Resource } from "../read/kinds.js";
import { namespaceOf } from "../read/namespaces.js";
import { isPlaceholder, placeholderOr } from "../read/unknown.js";
import { type Fields, at, fields, isStated, list, number, text } from "../read/values.js";
import { addedLabels } from "./addedLabels.js";
import { Container, type ContainerRole } from "./containers.js";
import { serveContainers } from "./rayServe.js";

/** `extensions` held Deployment, DaemonSet and ReplicaSet until Kubernetes 1.16. */
const GROUPS: ReadonlySet<string> = new Set(["core", "apps", "batch", "extensions"]);

/** A pod that an object is or makes. */
export class Workload {
  /** Cache: rules over the stack ask as often as there are pods and what selects them. */
  private knownLabels: ReadonlyMap<string, string> | undefined;

  constructor(
    readonly object: KubernetesObject,
    private readonly pod: FoundPod,
  ) {}

  get urn(): string {
    return this.object.urn;
  }

  /** Of the object. */
  get kind(): string {
    return this.object.kind;
  }

  get name(): string {
    return nameOf(this.object);
  }

  /** As messages have it. */
  get shownName(): string {
    return shownNameOf(this.object);
  }

  get namespace(): string {
    return namespaceOf(this.object);
  }

  /** Where the pod is in the resource. */
  get path(): Path {
    return [...this.object.path, ...this.pod.path];
  }

  /** True where it stands in a chart's values, of which the chart makes the pod. */
  get isOfChart(): boolean {
    const own = pathText(this.pod.path);
    return valuesOf(this.object).some(({ path }) => path.length === 0 || own.startsWith(`${pathText(path)}.`));
  }

  /** Where the pod is in its object. */
  get pathInObject(): Path {
    return this.pod.path;
  }

  /** Where the pod is in the resource, as messages begin: empty where the kind's name says it. */
  get where(): string {
    const path = [...this.object.path, ...(isUsualPlace(this.object, this.pod.path) ? [] : this.pod.path)];
    return path.length === 0 ? "" : `${pathText(path)}: `;
  }

  /** False where others state the rest of the pod: what is missing says nothing. */
  get isWhole(): boolean {
    return !this.object.isPatch && (this.pod.shape === "template" || this.pod.shape === "spec");
  }

  /** True for a pod that objects of another kind run, with labels, devices and a namespace that they state. */
  get isShared(): boolean {
    return SHARED_KINDS.includes(this.kind);
  }

  /** The object's own spec, not the pod's. */
  get spec(): Fields {
    return fields(this.object.props["spec"]);
  }

  get replicas(): number {
    return number(this.spec["replicas"]) ?? 1;
  }

  get podSpec(): Fields {
    return ["container", "script", "serve config"].includes(this.pod.shape) ? {} : this.found;
  }

  /** Those that the template states, and those that the object's controller adds; placeholders for values that are not known yet. */
  get podLabels(): ReadonlyMap<string, string> {
    return (this.knownLabels ??= new Map([
      ...addedLabels(
        this.object,
        placeholderOr(() => this.name),
      ),
      ...knownLabels(fields(at(this.template, "metadata", "labels"))),
    ]));
  }

  get podAnnotations(): Fields {
    return fields(at(this.template, "metadata", "annotations"));
  }

  /** A label of the pods, else of the object: programs label either. */
  label(key: string): string | undefined {
    return this.metadata("labels", key);
  }

  /** An annotation of the pods, else of the object. */
  annotation(key: string): string | undefined {
    return this.metadata("annotations", key);
  }

  /** Init containers first, as they run. */
  get containers(): Container[] {
    if (this.pod.shape === "script") return [scriptContainer(this.pod.path, reach(this.object.props, this.pod.path))];
    if (this.pod.shape === "serve config") return serveContainers(reach(this.object.props, this.pod.path));
    if (this.pod.shape === "container") return [new Container(this.found, "container", 0, this.pod.argsKey)];
    const all = (key: string, role: (item: unknown) => ContainerRole) =>
      list(this.podSpec[key]).map((item, index) => new Container(fields(item), role(item), index));
    const main = isStated(this.podSpec, MAIN) ? [new Container(fields(this.podSpec[MAIN]), "container", 0)] : [];
    return [
      ...all("initContainers", (item) => (at(item, "restartPolicy") === "Always" ? "container" : "init container")),
      ...main,
      ...all("containers", () => "container"),
      ...all("ephemeralContainers", () => "ephemeral container"),
    ];
  }

  private get found(): Fields {
    return fields(reach(this.object.props, this.pod.path));
  }

  /** What holds the pod's metadata beside its spec; the object itself where there is no such thing. */
  private get template(): Fields {
    const { path, shape } = this.pod;
    return shape === "template" ? fields(reach(this.object.props, path.slice(0, -1))) : {};
  }

  private metadata(part: string, key: string): string | undefined {
    return text(at(this.template, "metadata", part, key)) ?? text(at(this.object.props, "metadata", part, key));
  }
}

function knownLabels(labels: Fields): Array<[key: string, value: string]> {
  return Object.keys(labels).flatMap((key): Array<[string, string]> => {
    const value = placeholderOr(() => text(labels[key]));
    return value === undefined ? [] : [[key, value]];
  });
}

/** What runs a script: nobody knows which container, so it has the script's name. */
function scriptContainer(path: Path, script: unknown): Container {
  return new Container({ name: path.at(-1), command: ["sh", "-c", script] }, "container", 0);
}

/** Workloads by the properties of their resources: some thirty rules ask for the same. */
const KNOWN = new WeakMap<object, readonly Workload[]>();

/** The pods of a resource, and of the objects that it holds. */
export function workloadsOf(resource: Resource): readonly Workload[] {
  const known = KNOWN.get(resource.props);
  if (known !== undefined) return known;
  const workloads = objectsOf(resource).flatMap((object) => podsOf(object).map((pod) => new Workload(object, pod)));
  KNOWN.set(resource.props, workloads);
  return workloads;
}

/** True for an object that others than Kubernetes make pods of. */
export function isOfOthers({ group }: KubernetesObject): boolean {
  return !GROUPS.has(group);
}

/** Kubernetes' own kinds make pods whatever their template says; of others, what has the shape of a pod. */
function podsOf(object: KubernetesObject): FoundPod[] {
  if (object.group === "core" && object.kind === "ConfigMap") return scriptsOf(object.props);
  if (POLICY_GROUPS.includes(object.group)) return [];
  const usual = usualPlace(object);
  if (usual !== undefined) return [podOf(object.props, usual)];
  const { pods } = search(object.props, object);
  if (object.kind === "RayJob") return [...pods, ...entrypointOf(object.props)];
  return object.kind === "RayService" ? [...pods, ...serveConfigsOf(object.props)] : pods;
}

function usualPlace({ group, kind }: KubernetesObject): Path | undefined {
  if (!GROUPS.has(group) || !Object.hasOwn(POD_TEMPLATES, kind)) return undefined;
  return [...(POD_TEMPLATES[kind] ?? []), "spec"];
}

function isUsualPlace(object: KubernetesObject, path: Path): boolean {
  return usualPlace(object)?.join(".") === path.join(".");
}

/** As messages have it: Pulumi's name also for an object whose own is not known yet. */
export function shownNameOf(resource: Resource): string {
  const name = placeholderOr(() => nameOf(resource));
  return isPlaceholder(name) ? resource.name : name;
}

/** The object's name; Pulumi's name for it if the provider chooses one. */
export function nameOf(resource: Resource): string {
  return text(at(resource.props, "metadata", "name")) ?? resource.name;
}
