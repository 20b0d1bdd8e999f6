import type { types } from "@pulumi/kubernetes";
import { egressRules } from "../derive/access.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { dnsRules, egressRule, fromNamespaces, tcp } from "../engine/networkRules.js";
import { PORT_NAME } from "../vocabulary/ports.js";

type Spec = types.input.networking.v1.NetworkPolicySpec;

/** Probes come from the node and are let through by every network plug-in, so they need no rule, unless a mesh re-addresses them. */
export function networkPolicySpec(
  selector: Record<string, string>,
  { access, monitoring }: Pick<ServingEnvironment, "access" | "monitoring">,
): Spec {
  const { clientNamespaces, mesh } = access ?? {};
  const own = clientNamespaces === undefined ? [{ podSelector: {} }] : [];
  // An empty list of namespaces would be refused by the API server; it means that nobody may.
  const clients = clientNamespaces?.length ? [fromNamespaces(clientNamespaces)] : [];
  const tunnels = mesh?.ports ?? [];
  const probes = mesh?.probeCidrs.map((cidr) => ({ ipBlock: { cidr } })) ?? [];
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      { from: [...own, ...clients, fromNamespaces([monitoring.namespace])], ports: tcp([PORT_NAME, ...tunnels]) },
      // An empty list of peers would mean everybody.
      ...(probes.length === 0 ? [] : [{ from: probes, ports: tcp([PORT_NAME]) }]),
    ],
    egress: [
      ...dnsRules(access),
      ...egressRules(access).map((rule) => egressRule(rule, tunnels)),
    ],
  };
}
