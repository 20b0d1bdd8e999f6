import type { types } from "@pulumi/kubernetes";
import { NAMESPACE_NAME } from "../vocabulary/labels.js";
import { PORT_NAME } from "../vocabulary/ports.js";

/** Private and link-local ranges: other pods, the VPC, and the instance's metadata with its credentials. */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

/** Where NodeLocal DNSCache listens, on clusters that have it (its manifests' default). */
const NODE_LOCAL_DNS = "169.254.20.10/32";

/** Who may talk to a runtime, and to whom it may talk. */
export interface Access {
  /** Namespaces whose pods may send requests. @default the runtime's own */
  clientNamespaces?: string[];
  /** Namespace of Prometheus, which reads `/metrics`. */
  monitoringNamespace: string;
  /**
   * Address ranges that a runtime may reach by HTTPS, to fetch weights.
   * @default everything but private and link-local addresses
   */
  egressCidrs?: string[];
}

function fromNamespaces(names: string[]): types.input.networking.v1.NetworkPolicyPeer {
  return { namespaceSelector: { matchExpressions: [{ key: NAMESPACE_NAME, operator: "In", values: names }] } };
}

/** Probes come from the node and are let through by every network plug-in, so they need no rule. */
export function networkPolicySpec(
  selector: Record<string, string>,
  access: Access,
): types.input.networking.v1.NetworkPolicySpec {
  const { clientNamespaces } = access;
  const own = clientNamespaces === undefined ? [{ podSelector: {} }] : [];
  // An empty list of namespaces would be refused by the API server; it means that nobody may.
  const clients = clientNamespaces?.length ? [fromNamespaces(clientNamespaces)] : [];
  const hub = access.egressCidrs?.map((cidr) => ({ ipBlock: { cidr } })) ?? [
    { ipBlock: { cidr: "0.0.0.0/0", except: PRIVATE_RANGES } },
  ];
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [...own, ...clients, fromNamespaces([access.monitoringNamespace])],
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
