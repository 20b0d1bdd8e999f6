/**
 * Cilium's network policies.
 * Sources, read 2026-11-26: https://docs.cilium.io/en/latest/security/policy/intro/ (directions, `enableDefaultDeny`) and, in
 * https://github.com/cilium/cilium, pkg/policy/api: ingress.go, egress.go, entity.go. Port 0 for all of them is from the project's
 * documentation, not read here.
 */
import { namespaceOf } from "../read/namespaces.js";
import { isKind, type Resource } from "../read/kinds.js";
import { labelSelector, namesNoLabel } from "../read/selectors.js";
import { some } from "../read/unknown.js";
import { at, fields, list, number, text, textEntries } from "../read/values.js";
import { blockOf, coverMost, spareInside } from "./addresses.js";
import { NAMESPACE_LABELS, type PodPolicy } from "./podPolicy.js";

export function ciliumPolicies(resource: Resource): PodPolicy[] {
  const isClusterwide = isKind(resource, "cilium.io", "CiliumClusterwideNetworkPolicy");
  if (!isClusterwide && !isKind(resource, "cilium.io", "CiliumNetworkPolicy")) return [];
  const { props } = resource;
  const specs = [...(at(props, "spec") === undefined ? [] : [props["spec"]]), ...list(props["specs"])];
  return specs.map((spec) => ({
    resource,
    get namespace() {
      return isClusterwide ? undefined : namespaceOf(resource);
    },
    get selector() {
      return labelSelector(plain(at(spec, "endpointSelector")));
    },
    /** Rules of a direction close it for all others, unless they are said not to. */
    get governsIngress() {
      const rules = [...list(at(spec, "ingress")), ...list(at(spec, "ingressDeny"))];
      return rules.length > 0 && at(spec, "enableDefaultDeny", "ingress") !== false;
    },
    get admitsEveryone() {
      return some(list(at(spec, "ingress")), (rule) => isOpen(rule, "from", isClusterwide));
    },
    get opensEgress() {
      const rules = list(at(spec, "egress")).filter((rule) => !narrowsPorts(rule));
      return rules.some((rule) => isOpen(rule, "to", isClusterwide));
    },
  }));
}

/** Names of peers who are everybody: in the cluster, outside of it, or both. */
const EVERYBODY: ReadonlyMap<string, readonly unknown[]> = new Map([
  ["from", ["all", "cluster", "world", "world-ipv4", "world-ipv6"]],
  ["to", ["all", "world", "world-ipv4", "world-ipv6"]],
]);

/** A rule that names peers who are everybody, or none but ports or kinds of messages. An empty rule admits nobody. */
function isOpen(rule: unknown, direction: "from" | "to", isClusterwide: boolean): boolean {
  const named = Object.keys(fields(rule)).filter((key) => key.startsWith(direction) && key !== "toPorts");
  const narrows = ["toPorts", "icmps"].some((key) => list(at(rule, key)).length > 0);
  if (named.length === 0) return narrows;
  const blocks = ["CIDR", "CIDRSet"].flatMap((key) => list(at(rule, direction + key)).flatMap(blockOf));
  const entities = list(at(rule, `${direction}Entities`));
  const isCovered = coverMost(blocks) && (direction === "from" || !spareInside(blocks));
  return (
    isCovered ||
    entities.some((entity) => EVERYBODY.get(direction)?.includes(entity)) ||
    (direction === "from" && list(at(rule, "fromEndpoints")).some((peer) => isEveryPod(peer, isClusterwide)))
  );
}

/** An empty selector selects the pods of the policy's own namespace, of a policy of the cluster those of all. */
function isEveryPod(selector: unknown, isClusterwide: boolean): boolean {
  const peer = plain(selector);
  if (!namesNoLabel(peer, [NAMESPACE_LABELS.cilium, NAMESPACE_LABELS.kubernetes])) return false;
  return isClusterwide || list(at(peer, "matchExpressions")).some((expression) => isNamespace(at(expression, "key")));
}

function isNamespace(key: unknown): boolean {
  return key === NAMESPACE_LABELS.cilium || key === NAMESPACE_LABELS.kubernetes;
}

/** `toPorts` with a port other than 0, which is all of them. */
function narrowsPorts(rule: unknown): boolean {
  const ports = list(at(rule, "toPorts")).flatMap((entry) => list(at(entry, "ports")));
  return ports.length > 0 && !ports.some((port) => (number(at(port, "port")) ?? text(at(port, "port")) ?? 0) === 0);
}

const NAMESPACE_LABEL = "io.cilium.k8s.namespace.labels.";

/** A selector without the sources of labels, and without what asks for more than a pod's labels and its namespace's name. */
function plain(selector: unknown): unknown {
  if (typeof selector !== "object" || selector === null) return selector;
  return {
    matchLabels: Object.fromEntries(
      [...textEntries(at(selector, "matchLabels"))].flatMap(([key, value]) => {
        const name = plainKey(key);
        return name === undefined ? [] : [[name, value]];
      }),
    ),
    matchExpressions: list(at(selector, "matchExpressions")).flatMap((expression) => {
      const key = plainKey(String(at(expression, "key")));
      return key === undefined ? [] : [{ ...fields(expression), key }];
    }),
  };
}

function plainKey(key: string): string | undefined {
  const bare = key.replace(/^(k8s|any)[:.]/, "");
  const name = bare.startsWith(NAMESPACE_LABEL) ? bare.slice(NAMESPACE_LABEL.length) : bare;
  const isKnown = name === bare || name === NAMESPACE_LABELS.kubernetes;
  return isKnown && !bare.startsWith("io.cilium.k8s.policy.") ? name : undefined;
}
