/**
 * Policies of a cluster's administrators, whose rules are tried before every NetworkPolicy, or after all of them.
 * Source: https://github.com/kubernetes-sigs/network-policy-api at 0eec1b0, apis/v1alpha1 and apis/v1alpha2/clusternetworkpolicy_types.go,
 * read 2026-11-26.
 */
import { kindOf, type Resource } from "../read/kinds.js";
import { labelSelector, namesNoLabel } from "../read/selectors.js";
import { at, fields, list, textEntries } from "../read/values.js";
import { NAMESPACE_LABELS, type PodPolicy } from "./podPolicy.js";

const GROUP = "policy.networking.k8s.io";
const KINDS: readonly unknown[] = ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"];

export function adminPolicies(resource: Resource): PodPolicy[] {
  const { group, kind } = kindOf(resource.type) ?? {};
  if (group !== GROUP || !KINDS.includes(kind)) return [];
  const rules = () => list(at(resource.props, "spec", "ingress"));
  const actions = (rule: unknown) => String(at(rule, "action"));
  return [
    {
      resource,
      namespace: undefined,
      get selector() {
        return labelSelector(subjectOf(at(resource.props, "spec", "subject")));
      },
      get governsIngress() {
        return rules().some((rule) => actions(rule) === "Deny" && list(at(rule, "from")).some(isEveryPod));
      },
      get admitsEveryone() {
        // Where a NetworkPolicy selects the pods, those of the baseline are not asked; where none does, that is said already.
        if (isBaseline(kind, resource)) return false;
        const [first] = rules().filter((rule) => list(at(rule, "from")).some(isEveryPod));
        return first !== undefined && ["Allow", "Accept"].includes(actions(first));
      },
      get opensEgress() {
        return false;
      },
    },
  ];
}

function isBaseline(kind: unknown, { props }: Resource): boolean {
  return kind === "BaselineAdminNetworkPolicy" || at(props, "spec", "tier") === "Baseline";
}

/** Namespaces, or pods of namespaces. */
function isEveryPod(peer: unknown): boolean {
  const everywhere = [NAMESPACE_LABELS.kubernetes];
  const pods = at(peer, "pods");
  return (
    namesNoLabel(at(peer, "namespaces"), everywhere) ||
    (namesNoLabel(at(pods, "namespaceSelector"), everywhere) && namesNoLabel(at(pods, "podSelector")))
  );
}

/** The subject as one selector; of a namespace only the name is known, so that what else is asked of it is taken to hold. */
function subjectOf(subject: unknown): unknown {
  const namespaces = at(subject, "namespaces") ?? at(subject, "pods", "namespaceSelector");
  const pods = at(subject, "pods", "podSelector");
  const isName = (key: unknown) => key === NAMESPACE_LABELS.kubernetes;
  return {
    matchLabels: Object.fromEntries([
      ...[...textEntries(at(namespaces, "matchLabels"))].filter(([key]) => isName(key)),
      ...textEntries(at(pods, "matchLabels")),
    ]),
    matchExpressions: [
      ...list(at(namespaces, "matchExpressions")).filter((expression) => isName(fields(expression)["key"])),
      ...list(at(pods, "matchExpressions")),
    ],
  };
}
