/** Whom a batch's pods may reach: its places, and each part what it alone needs. Nobody connects to them. */
import type { types } from "@pulumi/kubernetes";
import type { Access, EgressRule } from "../contract/access.js";
import { batchSelector } from "../derive/batch/objects.js";
import { type Address, addressOf, placesOf } from "../derive/batch/places.js";
import { type BatchPlan, hasEngine } from "../derive/batch/plan.js";
import { isStreamed } from "../derive/weights/delivery.js";
import { readsAwsBucket } from "../derive/weights/objects.js";
import { egressRules, fetchesWeights, namespaceOf } from "../derive/access.js";
import type { RuntimePlan } from "../derive/plan.js";
import { dnsRules, egressRule, POD_IDENTITY, tcp } from "../engine/networkRules.js";
import { COMPONENTS, LABELS, APP_NAME } from "../vocabulary/labels.js";
import { PORT_NAME } from "../vocabulary/ports.js";

type Spec = types.input.networking.v1.NetworkPolicySpec;
type Egress = types.input.networking.v1.NetworkPolicyEgressRule;

/**
 * The API server by its Service and behind it: plug-ins judge either address. Both are private ones, and which they are only the
 * cluster knows. Link-local addresses, a node's metadata among them, are in none of these ranges.
 */
const API_SERVER: Egress = {
  to: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map((cidr) => ({
    ipBlock: { cidr },
  })),
  ports: tcp([443, 6443]),
};

function specOf(podLabels: Record<string, string>, egress: Egress[]): Spec {
  return { podSelector: { matchLabels: podLabels }, policyTypes: ["Ingress", "Egress"], egress };
}

export function conductorPolicy(plan: BatchPlan, access: Access | undefined, namespace: string): Spec {
  return specOf(batchSelector(plan, "conductor"), [
    ...dnsRules(access),
    API_SERVER,
    ...toPlaces(plan, access, namespace),
  ]);
}

export function workerPolicy(plan: BatchPlan, access: Access | undefined, namespace: string): Spec {
  const { work } = plan;
  return specOf(batchSelector(plan, "worker"), [
    ...dnsRules(access),
    ...toPlaces(plan, access, namespace, hasEngine(work) ? hubRules(work.release, access) : []),
    ...(hasEngine(work) ? [] : [toModel(work.route.model)]),
  ]);
}

/** Where weights come from, unless they are there already. */
function hubRules(release: RuntimePlan, access: Access | undefined): readonly EgressRule[] {
  return fetchesWeights(release) ? egressRules(access) : [];
}

function toModel(model: string): Egress {
  const labels = {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: model,
    [LABELS.component]: COMPONENTS.runtime,
  };
  return { to: [{ podSelector: { matchLabels: labels } }], ports: tcp([PORT_NAME]) };
}

/** S3 and web servers, by the rules that the config has for their ports; those of the cluster by their namespace. */
function toPlaces(
  plan: BatchPlan,
  access: Access | undefined,
  own: string,
  besides: readonly EgressRule[] = [],
): Egress[] {
  const rules = placesOf(plan).flatMap((place) => {
    const address = addressOf(place);
    return address === undefined ? [] : rulesFor(address, access, own);
  });
  // A rule is told from others by whom it admits, whatever the reason.
  const each = new Map([...besides, ...rules].map(({ reason: _, ...rule }) => [JSON.stringify(rule), rule]));
  const usesAws = placesOf(plan).some(({ s3 }) => s3 !== undefined && s3.endpoint === undefined) || streams(plan.work);
  return [
    ...[...each.values()].map((rule) => egressRule(rule, access?.mesh?.ports ?? [])),
    ...(usesAws ? [POD_IDENTITY] : []),
  ];
}

/** Whether weights come straight from a bucket of AWS. */
function streams(work: BatchPlan["work"]): boolean {
  if (!hasEngine(work)) return false;
  const { artifacts, cache } = work.release;
  return isStreamed(artifacts, cache) && readsAwsBucket(cache);
}

function rulesFor({ host, port }: Address, access: Access | undefined, own: string): readonly EgressRule[] {
  const reason = "files of a batch";
  const namespace = namespaceOf(host, own);
  if (namespace !== undefined) return [{ namespace, ports: [port], reason }];
  return access?.egress?.filter(({ ports }) => ports.includes(port)) ?? [{ everywhere: true, ports: [port], reason }];
}
