import type { types } from "@pulumi/kubernetes";
import type { DnsPeer, EgressRule } from "../contract/access.js";
import { dnsPeers, egressRules, EVERYWHERE } from "../derive/access.js";
import { NAMESPACE_NAME } from "../vocabulary/kubernetes.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { PORT_NAME } from "../vocabulary/ports.js";

type Spec = types.input.networking.v1.NetworkPolicySpec;
type Peer = types.input.networking.v1.NetworkPolicyPeer;
type Egress = types.input.networking.v1.NetworkPolicyEgressRule;
type Port = types.input.networking.v1.NetworkPolicyPort;

function fromNamespaces(names: string[]): Peer {
  return { namespaceSelector: { matchExpressions: [{ key: NAMESPACE_NAME, operator: "In", values: names }] } };
}

function tcp(ports: readonly (number | string)[]): Port[] {
  return ports.map((port) => ({ port, protocol: "TCP" }));
}

/** Pods of a namespace, or a range of addresses. */
function peerOf({ namespace, podLabels, cidr }: Pick<DnsPeer, "namespace" | "podLabels" | "cidr">): Peer {
  if (namespace === undefined) return { ipBlock: { cidr: cidr! } };
  return {
    ...fromNamespaces([namespace]),
    ...(podLabels !== undefined && { podSelector: { matchLabels: podLabels } }),
  };
}

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
      ...byPorts(dnsPeers(access)).map(([ports, peers]) => dnsRule(peers, ports)),
      ...egressRules(access).map((rule) => egressRule(rule, tunnels)),
    ],
  };
}

/** Servers by their ports, so that those of one port share a rule. */
function byPorts(peers: readonly DnsPeer[]): [ports: readonly number[], peers: DnsPeer[]][] {
  const groups = new Map<string, [readonly number[], DnsPeer[]]>();
  for (const peer of peers) {
    const key = peer.ports.join();
    const group = groups.get(key) ?? [peer.ports, []];
    group[1].push(peer);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function dnsRule(peers: readonly DnsPeer[], ports: readonly number[]): Egress {
  return {
    to: peers.map(peerOf),
    ports: ports.flatMap((port) => [
      { port, protocol: "UDP" },
      { port, protocol: "TCP" },
    ]),
  };
}

/** @param tunnels ports by which a mesh carries what goes to other pods */
function egressRule(rule: EgressRule, tunnels: readonly number[]): Egress {
  const { everywhere, namespace, ports } = rule;
  const to = everywhere ? EVERYWHERE.map((ipBlock) => ({ ipBlock })) : [peerOf(rule)];
  return { to, ports: tcp(namespace === undefined ? ports : [...ports, ...tunnels]) };
}
