/** Peers and ports of NetworkPolicies, as the `access` section names them. */
import type { types } from "@pulumi/kubernetes";
import type { Access, DnsPeer, EgressRule } from "../contract/access.js";
import { dnsPeers, EVERYWHERE } from "../derive/access.js";
import { NAMESPACE_NAME } from "../vocabulary/kubernetes.js";

type Peer = types.input.networking.v1.NetworkPolicyPeer;
type Egress = types.input.networking.v1.NetworkPolicyEgressRule;
type Port = types.input.networking.v1.NetworkPolicyPort;

export function fromNamespaces(names: string[]): Peer {
  return { namespaceSelector: { matchExpressions: [{ key: NAMESPACE_NAME, operator: "In", values: names }] } };
}

export function tcp(ports: readonly (number | string)[]): Port[] {
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

/** What lets pods ask for names. */
export function dnsRules(access: Access | undefined): Egress[] {
  return byPorts(dnsPeers(access)).map(([ports, peers]) => dnsRule(peers, ports));
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
export function egressRule(rule: Omit<EgressRule, "reason">, tunnels: readonly number[]): Egress {
  const { everywhere, namespace, ports } = rule;
  const to = everywhere ? EVERYWHERE.map((ipBlock) => ({ ipBlock })) : [peerOf(rule)];
  return { to, ports: tcp(namespace === undefined ? ports : [...ports, ...tunnels]) };
}

/** EKS Pod Identity's agent on the node: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html, read 2026-11-26. */
export const POD_IDENTITY: Egress = {
  to: ["169.254.170.23/32", "fd00:ec2::23/128"].map((cidr) => ({ ipBlock: { cidr } })),
  ports: tcp([80]),
};
