/** Kubernetes' own NetworkPolicy: https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
import { namespaceOf } from "../read/namespaces.js";
import { isKind, type Resource } from "../read/kinds.js";
import { labelSelector, namesNoLabel } from "../read/selectors.js";
import { some } from "../read/unknown.js";
import { at, list, number } from "../read/values.js";
import { blockOf, coverMost, spareInside } from "./addresses.js";
import { NAMESPACE_LABELS, type PodPolicy } from "./podPolicy.js";

/** The second before Kubernetes 1.16. */
const GROUPS = ["networking.k8s.io", "extensions"];

export function kubernetesPolicy(resource: Resource): PodPolicy[] {
  if (!GROUPS.some((group) => isKind(resource, group, "NetworkPolicy"))) return [];
  const of = (field: string): unknown => at(resource.props, "spec", field);
  const rules = (field: "ingress" | "egress") => list(of(field));
  return [
    {
      resource,
      get namespace() {
        return namespaceOf(resource);
      },
      get selector() {
        return labelSelector(of("podSelector") ?? {});
      },
      get governsIngress() {
        return governsIngress(of("policyTypes"));
      },
      // Policies add up: one rule that admits everyone opens the pods, whatever the others say.
      get admitsEveryone() {
        if (!this.governsIngress) return false;
        return some([namesNobodyIn, blocksCoverMost], (isOpen) => isOpen(rules("ingress")));
      },
      get opensEgress() {
        const open = rules("egress").filter((rule) => !narrowsPorts(at(rule, "ports")));
        const blocks = open.flatMap((rule) => list(at(rule, "to")).flatMap(blockIn));
        // Where `policyTypes` leaves Egress out, the rule has no force, and everything is open anyway.
        return open.some((rule) => list(at(rule, "to")).length === 0) || (coverMost(blocks) && !spareInside(blocks));
      },
    },
  ];
}

/** Ingress is governed unless `policyTypes` leaves it out. */
function governsIngress(types: unknown): boolean {
  return list(types).length === 0 || list(types).includes("Ingress");
}

function namesNobodyIn(rules: readonly unknown[]): boolean {
  return some(rules, namesNobody);
}

/** The ranges of all rules together. */
function blocksCoverMost(rules: readonly unknown[]): boolean {
  return coverMost(rules.flatMap((rule) => list(at(rule, "from")).flatMap(blockIn)));
}

/** A rule without peers, or with one that is every pod. Ports narrow what is open, not for whom. */
function namesNobody(rule: unknown): boolean {
  const peers = list(at(rule, "from"));
  return peers.length === 0 || some(peers, isEveryPod);
}

/** Pods of all namespaces, or of all but those that some label excludes. */
function isEveryPod(peer: unknown): boolean {
  const pods = at(peer, "podSelector");
  const everyPod = pods === undefined || pods === null || namesNoLabel(pods);
  return namesNoLabel(at(peer, "namespaceSelector"), [NAMESPACE_LABELS.kubernetes]) && everyPod;
}

function blockIn(peer: unknown): ReturnType<typeof blockOf> {
  return blockOf(at(peer, "ipBlock"));
}

/** A port without a number is all of its protocol's. */
function narrowsPorts(ports: unknown): boolean {
  return list(ports).length > 0 && !list(ports).some((entry) => isEveryPort(entry));
}

const LAST_PORT = 65_535;

function isEveryPort(entry: unknown): boolean {
  const port = at(entry, "port");
  return port === undefined || port === null || (number(port) === 1 && number(at(entry, "endPort")) === LAST_PORT);
}
