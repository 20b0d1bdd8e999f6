import type { types } from "@pulumi/kubernetes";
import { NAMESPACE_NAME } from "../vocabulary/kubernetes.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { PORT_NAME } from "../vocabulary/ports.js";

/** Private and link-local ranges: other pods, the VPC, and the instance's metadata with its credentials. */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

/** Where NodeLocal DNSCache listens, on clusters that have it (its manifests' default). */
const NODE_LOCAL_DNS = "169.254.20.10/32";

function fromNamespaces(names: string[]): types.input.networking.v1.NetworkPolicyPeer {
  return { namespaceSelector: { matchExpressions: [{ key: NAMESPACE_NAME, operator: "In", values: names }] } };
}

/** Probes come from the node and are let through by every network plug-in, so they need no rule. */
export function networkPolicySpec(
  selector: Record<string, string>,
  { access, monitoring }: Pick<ServingEnvironment, "access" | "monitoring">,
): types.input.networking.v1.NetworkPolicySpec {
  const { clientNamespaces, egressCidrs } = access ?? {};
  const own = clientNamespaces === undefined ? [{ podSelector: {} }] : [];
  // An empty list of namespaces would be refused by the API server; it means that nobody may.
  const clients = clientNamespaces?.length ? [fromNamespaces(clientNamespaces)] : [];
  const hub = egressCidrs?.map((cidr) => ({ ipBlock: { cidr } })) ?? [
    { ipBlock: { cidr: "0.0.0.0/0", except: PRIVATE_RANGES } },
  ];
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [...own, ...clients, fromNamespaces([monitoring.namespace])],
        ports: [{ port: PORT_NAME, protocol: "TCP" }],
      },
    ],
    egress: [
      {
        to: [fromNamespaces(["kube-system"]), { ipBlock: { cidr: NODE_LOCAL_DNS } }],
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      },
      // An empty list of peers would mean everybody.
      ...(hub.length === 0 ? [] : [{ to: hub, ports: [{ port: 443, protocol: "TCP" }] }]),
    ],
  };
}
