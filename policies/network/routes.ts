/** Routes from outside to Services, and whether something on the way asks for keys or sets quotas. */
import {
  GATEWAY_KINDS,
  GUARDING_ANNOTATIONS,
  GUARDING_POLICIES,
  ROUTE_KINDS,
  type RouteKind,
} from "../../components/vocabulary/gateways.js";
import { nameOf } from "../pods/workloads.js";
import { namespaceOf } from "../read/namespaces.js";
import { kindOf, type Resource } from "../read/kinds.js";
import { knownOf } from "../read/unknown.js";
import { at, list, text, textEntries } from "../read/values.js";
import { serviceIn, type ServiceName } from "./services.js";

export interface Route {
  resource: Resource;
  kind: RouteKind;
  namespace: string;
}

/** Routes by group and kind. */
const KINDS = new Map(ROUTE_KINDS.flatMap((route) => route.groups.map((group) => [`${group} ${route.kind}`, route])));

export function routesOf(resources: readonly Resource[]): Route[] {
  return resources.flatMap((resource) => {
    const found = kindOf(resource.type);
    const kind = found && KINDS.get(`${found.group} ${found.kind}`);
    return kind === undefined ? [] : [{ resource, kind, namespace: namespaceOf(resource) }];
  });
}

/** Services that a route leads to. @throws the first name that is not known yet, once all others are given */
export function servicesOf({ resource: { props }, kind, namespace }: Route): Iterable<ServiceName> {
  const ofNames = kind.services.flatMap((place) => {
    const [, parent = "", key = ""] = /^(.*)\.([^.]+)$/.exec(place) ?? [];
    return valuesAt(props, parent).map((one) => () => optional(serviceIn(text(at(one, key)) ?? "", namespace)));
  });
  const ofReferences = (kind.references ?? []).flatMap((place) =>
    valuesAt(props, place).map((reference) => () => optional(referredService(reference, namespace))),
  );
  return knownOf([...ofNames, ...ofReferences], (read) => read());
}

function optional<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function referredService(reference: unknown, namespace: string): ServiceName | undefined {
  const name = isService(reference) ? text(at(reference, "name")) : undefined;
  return name === undefined ? undefined : { name, namespace: text(at(reference, "namespace")) ?? namespace };
}

/** A Service, not an InferencePool: what chooses among a pool's pods stands before them. */
function isService(reference: unknown): boolean {
  return (at(reference, "kind") ?? "Service") === "Service";
}

/** The gateways of a stack, and what guards them and their routes. */
export class Guards {
  private readonly gateways: ReadonlySet<string>;
  /** Namespace and name of what a policy is attached to; namespaces alone, of policies for all that is in them. */
  private readonly guarded: ReadonlySet<string>;

  constructor(resources: readonly Resource[]) {
    this.gateways = new Set(resources.filter(isGateway).map((one) => `${namespaceOf(one)}/${nameOf(one)}`));
    this.guarded = new Set(resources.filter(isGuard).flatMap(attachments));
  }

  /** Whether a gateway that a route belongs to is in the stack. */
  knowsGatewayOf(route: Route): boolean {
    return gatewaysOf(route).some((gateway) => this.gateways.has(gateway));
  }

  /** Whether a route has a guard, or belongs to gateways of which one has it or none is in the stack. */
  isGuarded({ resource, kind, namespace }: Route): boolean {
    const { props } = resource;
    if ([...textEntries(at(props, "metadata", "annotations"))].some(([name, value]) => isGuarding(name, value)))
      return true;
    if ((kind.guards ?? []).some((place) => valuesAt(props, place).some(isStatedValue))) return true;
    if (kind.gateways === undefined || kind.passesOn === true) return false;
    const gateways = gatewaysOf({ resource, kind, namespace });
    const known = gateways.filter((gateway) => this.gateways.has(gateway));
    const own = [`${namespace}/${nameOf(resource)}`, namespace, ...known, ...known.map((name) => name.split("/")[0]!)];
    return known.length === 0 || own.some((name) => this.guarded.has(name));
  }
}

/** Namespace and name of the gateways that a route belongs to. */
export function gatewaysOf({ resource: { props }, kind, namespace }: Route): string[] {
  return (kind.gateways ?? []).flatMap((place) => valuesAt(props, place)).flatMap((one) => gatewayIn(one, namespace));
}

function isGateway({ type }: Resource): boolean {
  const found = kindOf(type);
  return GATEWAY_KINDS.some(({ group, kind }) => found?.group === group && found.kind === kind);
}

function isGuard({ type, props }: Resource): boolean {
  const found = kindOf(type);
  const fields = found && GUARDING_POLICIES.get(found.group)?.[found.kind];
  if (fields === undefined) return false;
  return fields.length === 0 || fields.some((field) => at(props, "spec", field) !== undefined);
}

/** What a policy names; without that, everything in its namespace. */
export function attachments(policy: Resource): string[] {
  const namespace = namespaceOf(policy);
  const references = ["spec.targetRef", "spec.targetRefs[]", "spec.parentRefs[]"].flatMap((place) =>
    valuesAt(policy.props, place),
  );
  const names = references.flatMap((reference) => gatewayIn(reference, namespace));
  return names.length === 0 ? [namespace] : names;
}

/** A reference, or a name with its namespace or without; `mesh` is no gateway of Istio's but every sidecar. */
function gatewayIn(value: unknown, namespace: string): string[] {
  const name = text(value) ?? text(at(value, "name"));
  if (name === undefined || name === "mesh") return [];
  return [name.includes("/") ? name : `${text(at(value, "namespace")) ?? namespace}/${name}`];
}

function isGuarding(annotation: string, value: string): boolean {
  return value !== "" && value !== "none" && GUARDING_ANNOTATIONS.some((form) => form.test(annotation));
}

function isStatedValue(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/** The values at a place of the vocabulary. */
function valuesAt(value: unknown, place: string): unknown[] {
  return place.split(".").reduce<unknown[]>(
    (values, step) => {
      const key = step.replace(/\[\]$/, "");
      const found = values.map((one) => at(one, key));
      return key === step ? found.filter((one) => one !== undefined) : found.flatMap(list);
    },
    [value],
  );
}
