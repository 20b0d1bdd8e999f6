import type { types } from "@pulumi/kubernetes";
import type { Access } from "../contract/access.js";
import { egressRules, fetchesWeights } from "../derive/access.js";
import { tracingEgress } from "../derive/observability/tracing.js";
import { batchSelector } from "../derive/batch/objects.js";
import type { GatewayClients } from "../derive/gateway/access.js";
import type { RuntimePlan } from "../derive/plan.js";
import { isStreamed } from "../derive/weights/delivery.js";
import { readsAwsBucket } from "../derive/weights/objects.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { dnsRules, egressRule, fromNamespaces, POD_IDENTITY, tcp } from "../engine/networkRules.js";
import { PORT_NAME } from "../vocabulary/ports.js";

type Spec = types.input.networking.v1.NetworkPolicySpec;
type Peer = types.input.networking.v1.NetworkPolicyPeer;

/** Probes come from the node and are let through by every network plug-in, so they need no rule, unless a mesh re-addresses them. */
export function networkPolicySpec(
  selector: Record<string, string>,
  {
    access,
    gateway,
    monitoring,
    telemetry,
  }: Pick<ServingEnvironment, "access" | "gateway" | "monitoring" | "telemetry">,
  plan: Pick<RuntimePlan, "artifacts" | "cache" | "name">,
): Spec {
  const { mesh } = access ?? {};
  const clients = gateway === undefined ? clientsOf(access) : gatewayPeers(gateway, plan.name);
  const tunnels = mesh?.ports ?? [];
  const probes = mesh?.probeCidrs.map((cidr) => ({ ipBlock: { cidr } })) ?? [];
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      { from: [...clients, fromNamespaces([monitoring.namespace])], ports: tcp([PORT_NAME, ...tunnels]) },
      // An empty list of peers would mean everybody.
      ...(probes.length === 0 ? [] : [{ from: probes, ports: tcp([PORT_NAME]) }]),
    ],
    egress: [
      ...dnsRules(access),
      ...egressRules(access, fetchesWeights(plan)).map((rule) => egressRule(rule, tunnels)),
      ...(telemetry?.tracing === undefined ? [] : tracingEgress(telemetry.tracing)).map((rule) =>
        egressRule(rule, tunnels),
      ),
      ...(isStreamed(plan.artifacts, plan.cache) && readsAwsBucket(plan.cache) ? [POD_IDENTITY] : []),
    ],
  };
}

/** Without a gateway: the namespaces that the config names, else the models' own. */
function clientsOf({ clientNamespaces }: Access = {}): Peer[] {
  if (clientNamespaces === undefined) return [{ podSelector: {} }];
  // An empty list of namespaces would be refused by the API server; it means that nobody may.
  return clientNamespaces.length === 0 ? [] : [fromNamespaces(clientNamespaces)];
}

/** The proxies, and the workers of batches that send lines to the model: they are ours, and no tenant's. */
function gatewayPeers({ namespace, podLabels, batches }: GatewayClients, model: string): Peer[] {
  return [
    { ...fromNamespaces([namespace]), podSelector: { matchLabels: podLabels } },
    ...(batches?.(model) ?? []).map((name) => ({ podSelector: { matchLabels: batchSelector({ name }, "worker") } })),
  ];
}
