/** Which Services lead to runtimes. */
import { MADE_SERVICES } from "../../components/vocabulary/gateways.js";
import { areRuntimeLabels, isRuntime, runtimesOf } from "../engine/runtimes.js";
import type { Container } from "../pods/containers.js";
import { nameOf, type Workload } from "../pods/workloads.js";
import { isSameNamespace, namespaceOf } from "../read/namespaces.js";
import { isKind, type Resource } from "../read/kinds.js";
import { SelectorIndex } from "../read/selectorIndex.js";
import { mapSelector } from "../read/selectors.js";
import { each, some, unknownIn } from "../read/unknown.js";
import { at, list, text, textEntries } from "../read/values.js";

/** Name of a Service in a namespace. */
export interface ServiceName {
  namespace: string;
  name: string;
}

export class Services {
  /** Services that lead to a runtime. */
  readonly ofRuntimes = new Set<Resource>();
  /** Namespaces of those, and of those that controllers make, by their name. */
  private readonly places = new Map<string, Set<string>>();
  /** Other names of Services, by their own: those of type ExternalName. */
  private readonly aliases = new Map<string, ServiceName>();
  private unknown: Error | undefined;

  /** @param isWanted whether it matters where a Service leads; of others nothing is read */
  constructor(
    resources: readonly Resource[],
    workloads: readonly Workload[],
    isWanted: (service: Resource) => boolean,
  ) {
    const services: Resource[] = [];
    this.whereKnown(resources, (resource) => {
      if (isKind(resource, "core", "Service") && isWanted(resource)) services.push(resource);
    });
    this.whereKnown(services, (service) => {
      const alias = serviceIn(text(at(service.props, "spec", "externalName")) ?? "", "");
      if (alias !== undefined && alias.namespace !== "") this.aliases.set(keyOf(nameIn(service)), alias);
      const labels = [at(service.props, "metadata", "labels"), at(service.props, "spec", "selector")].map(textEntries);
      if (labels.some(areRuntimeLabels)) this.add(service);
    });
    const index = new SelectorIndex(services, {
      namespace: namespaceOf,
      selector: (service) => mapSelector(textEntries(at(service.props, "spec", "selector"))),
    });
    this.whereKnown(workloads, (workload) => {
      const selecting: Resource[] = [];
      this.whereKnown(index.of(workload.namespace, workload.podLabels), (service) => selecting.push(service));
      if (selecting.length === 0 && !Object.hasOwn(MADE_SERVICES, workload.kind)) return;
      if (!isRuntime(workload)) return;
      for (const service of selecting) if (leadsToEngine(service, workload)) this.add(service);
      for (const ending of MADE_SERVICES[workload.kind] ?? []) {
        this.put({ namespace: workload.namespace, name: workload.name + ending });
      }
    });
  }

  /** Whether a name is that of a runtime's Service. */
  leadsToRuntime(service: ServiceName): boolean {
    return some(this.meantBy(service), (one) => this.has(one));
  }

  /** A name, and the one that it is another name of. */
  meantBy(service: ServiceName): ServiceName[] {
    const alias = this.aliases.get(keyOf(service));
    return alias === undefined ? [service] : [service, alias];
  }

  /** Lets a value through that is not known yet and decides which Services lead to runtimes. */
  throwUnknown(): void {
    if (this.unknown !== undefined) throw this.unknown;
  }

  private add(service: Resource): void {
    this.ofRuntimes.add(service);
    this.put(nameIn(service));
  }

  private put({ namespace, name }: ServiceName): void {
    this.places.set(name, (this.places.get(name) ?? new Set()).add(namespace));
  }

  private has({ namespace, name }: ServiceName): boolean {
    return some(this.places.get(name) ?? [], (place) => isSameNamespace(place, namespace));
  }

  private whereKnown<T>(items: Iterable<T>, judge: (item: T) => void): void {
    const unknown = unknownIn(() => each(items, judge));
    this.unknown ??= unknown;
  }
}

/** `chat`, `chat.models` or `chat.models.svc.cluster.local`, with a scheme or a port or without. */
export function serviceIn(host: string, namespace: string): ServiceName | undefined {
  const [name = "", own = namespace, kind = "svc"] = host
    .replace(/^\w+:\/\//, "")
    .replace(/[:/].*$/, "")
    .replace(/\.$/, "")
    .split(".");
  return name === "" || kind !== "svc" ? undefined : { namespace: own, name };
}

function nameIn(service: Resource): ServiceName {
  return { namespace: namespaceOf(service), name: nameOf(service) };
}

function keyOf({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`;
}

/** False where all ports are those of another container beside the engine, such as a proxy that asks for keys. */
function leadsToEngine(service: Resource, workload: Workload): boolean {
  const engines = new Set([...runtimesOf(workload)].map(({ container }) => container.fields));
  const [own, others] = [true, false].map((isEngine) =>
    workload.containers.filter((container) => engines.has(container.fields) === isEngine).flatMap(portsOf),
  );
  const targets = list(at(service.props, "spec", "ports")).map((port) => at(port, "targetPort") ?? at(port, "port"));
  return (
    targets.length === 0 ||
    targets.some((target) => own?.includes(target) === true || others?.includes(target) !== true)
  );
}

function portsOf(container: Container): unknown[] {
  return list(container.fields["ports"]).flatMap((port) => [at(port, "containerPort"), at(port, "name")]);
}
