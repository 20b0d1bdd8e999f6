import type { types } from "@pulumi/kubernetes";
import { egressRules, fetchesWeights } from "../derive/access.js";
import { tracingEgress } from "../derive/observability/tracing.js";
import type { RuntimePlan } from "../derive/plan.js";
import { isStreamed } from "../derive/weights/delivery.js";
import { readsAwsBucket } from "../derive/weights/objects.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { dnsRules, egressRule, fromNamespaces, POD_IDENTITY, tcp } from "../engine/networkRules.js";
import { PORT_NAME } from "../vocabulary/ports.js";

type Spec = types.input.networking.v1.NetworkPolicySpec;

/** Probes come from the node and are let through by every network plug-in, so they need no rule, unless a mesh re-addresses them. */
export function networkPolicySpec(
  selector: Record<string, string>,
  { access, monitoring, telemetry }: Pick<ServingEnvironment, "access" | "monitoring" | "telemetry">,
  plan: Pick<RuntimePlan, "artifacts" | "cache">,
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
      ...egressRules(access, fetchesWeights(plan)).map((rule) => egressRule(rule, tunnels)),
      ...(telemetry?.tracing === undefined ? [] : tracingEgress(telemetry.tracing)).map((rule) =>
        egressRule(rule, tunnels),
      ),
      ...(isStreamed(plan.artifacts, plan.cache) && readsAwsBucket(plan.cache) ? [POD_IDENTITY] : []),
    ],
  };
}
