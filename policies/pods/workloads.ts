/** Pods and the workloads that make them: the pod template of any program's workload, read lazily (see read/values.ts). */
import { quote } from "../../components/config/problems.js";
import { POD_TEMPLATES } from "../../components/vocabulary/workloads.js";
import { type Resource, kindOf } from "../read/kinds.js";
import { type Fields, at, fields, list, number, strings, text, textEntries } from "../read/values.js";

/** `extensions` held Deployment, DaemonSet and ReplicaSet until Kubernetes 1.16. */
const GROUPS: ReadonlySet<string> = new Set(["core", "apps", "batch", "extensions"]);

export interface EnvironmentVariable {
  name: string;
  /** Absent when the value comes from elsewhere, such as a Secret. */
  value?: string;
}

export class Container {
  constructor(
    readonly fields: Fields,
    /** Runs before the others; a sidecar (`restartPolicy: Always`) does not count as one. */
    readonly isInit: boolean,
    private readonly index: number,
  ) {}

  get name(): string {
    return text(this.fields["name"]) ?? `#${this.index}`;
  }

  /** How messages name it. */
  get where(): string {
    return `${this.isInit ? "init container" : "container"} ${quote(this.name)}`;
  }

  get image(): string | undefined {
    return text(this.fields["image"]);
  }

  get command(): string[] {
    return strings(this.fields["command"]);
  }

  get args(): string[] {
    return strings(this.fields["args"]);
  }

  /** The value that the environment states for one name; reads no other variable's. */
  environmentValue(name: string): string | undefined {
    const variable = list(this.fields["env"]).findLast((item) => at(item, "name") === name);
    return text(at(variable, "value"));
  }

  /** Names alone: reading a value that is not known yet would throw. */
  get environmentNames(): string[] {
    return list(this.fields["env"]).flatMap((variable) => text(at(variable, "name")) ?? []);
  }

  get environment(): EnvironmentVariable[] {
    return list(this.fields["env"]).flatMap((variable) => {
      const name = text(at(variable, "name"));
      if (name === undefined) return [];
      const value = text(at(variable, "value"));
      return [value === undefined ? { name } : { name, value }];
    });
  }
}

/** A Pod, or a resource that makes pods. */
export class Workload {
  constructor(
    readonly resource: Resource,
    readonly kind: string,
    private readonly template: Fields,
  ) {}

  get urn(): string {
    return this.resource.urn;
  }

  get name(): string {
    return nameOf(this.resource);
  }

  get namespace(): string {
    return namespaceOf(this.resource);
  }

  /** The workload's own spec, not the pod's. */
  get spec(): Fields {
    return fields(this.resource.props["spec"]);
  }

  get replicas(): number {
    return number(this.spec["replicas"]) ?? 1;
  }

  get podSpec(): Fields {
    return fields(this.template["spec"]);
  }

  get podLabels(): ReadonlyMap<string, string> {
    return textEntries(at(this.template, "metadata", "labels"));
  }

  /** A label of the pods, else of the workload: programs label either. */
  label(key: string): string | undefined {
    return this.metadata("labels", key);
  }

  /** An annotation of the pods, else of the workload. */
  annotation(key: string): string | undefined {
    return this.metadata("annotations", key);
  }

  private metadata(part: string, key: string): string | undefined {
    return text(at(this.template, "metadata", part, key)) ?? text(at(this.resource.props, "metadata", part, key));
  }

  /** Init containers first, as they run. */
  get containers(): Container[] {
    const initial = list(this.podSpec["initContainers"]).map(
      (item, index) => new Container(fields(item), at(item, "restartPolicy") !== "Always", index),
    );
    const main = list(this.podSpec["containers"]).map((item, index) => new Container(fields(item), false, index));
    return [...initial, ...main];
  }
}

/** Workloads by the properties of their resources: some twenty rules ask for the same. */
const KNOWN = new WeakMap<object, Workload>();

export function workloadOf(resource: Resource): Workload | undefined {
  const known = KNOWN.get(resource.props);
  if (known !== undefined) return known;
  const { group, kind } = kindOf(resource.type) ?? { group: "", kind: "" };
  if (!GROUPS.has(group) || !Object.hasOwn(POD_TEMPLATES, kind)) return undefined;
  const workload = new Workload(resource, kind, fields(at(resource.props, ...(POD_TEMPLATES[kind] ?? []))));
  KNOWN.set(resource.props, workload);
  return workload;
}

/** The object's name; Pulumi's name for it if the provider chooses one. */
export function nameOf(resource: Resource): string {
  return text(at(resource.props, "metadata", "name")) ?? resource.name;
}

export function namespaceOf(resource: Resource): string {
  return text(at(resource.props, "metadata", "namespace")) ?? "default";
}
