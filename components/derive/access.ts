/** Whom a release's pods may reach: what the config says, or the defaults. */
import { isAddress, isWithin } from "../config/ranges.js";
import type { Access, DnsPeer, EgressRule } from "../contract/access.js";
import type { RuntimePlan } from "./plan.js";
import { isOffline, isStreamed } from "./weights/delivery.js";

/**
 * Ranges that `everywhere` leaves out: other pods and the networks around them, and the instance's metadata with its
 * credentials. Of IPv6 those are unique local and link-local addresses; a VPC's IPv6 addresses are public ones.
 */
const PRIVATE = {
  v4: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
  v6: ["fc00::/7", "fe80::/10"],
};

/** All addresses of both families but private and link-local ones, as blocks of a NetworkPolicy. */
export const EVERYWHERE: readonly { cidr: string; except: string[] }[] = [
  { cidr: "0.0.0.0/0", except: PRIVATE.v4 },
  { cidr: "::/0", except: PRIVATE.v6 },
];

/**
 * The pods of CoreDNS or kube-dns, and NodeLocal DNSCache, where it is. Of IPv6 its documentation names no address to take
 * (https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/, read 2026-11-26), so whoever has one states it.
 */
const DEFAULT_DNS: readonly DnsPeer[] = [
  { namespace: "kube-system", ports: [53] },
  { cidr: "169.254.20.10/32", ports: [53] },
];

const DEFAULT_EGRESS: readonly EgressRule[] = [
  { everywhere: true, ports: [443], reason: "weights come from the hub by HTTPS" },
];

/** DNS servers that pods may ask. */
export function dnsPeers(access: Access | undefined): readonly DnsPeer[] {
  return access?.dns ?? DEFAULT_DNS;
}

/** Where pods may connect to beside DNS. @param fetches whether they get weights from outside: without a word of the config nothing else does */
export function egressRules(access: Access | undefined, fetches = true): readonly EgressRule[] {
  return access?.egress ?? (fetches ? DEFAULT_EGRESS : []);
}

/** Whether pods of a release get weights from outside the cluster themselves. */
export function fetchesWeights({ artifacts, cache }: Pick<RuntimePlan, "artifacts" | "cache">): boolean {
  return !isOffline(artifacts, cache) || isStreamed(artifacts, cache);
}

/** Whether the policy lets a pod connect to an address. */
export function isReachable(
  access: Access | undefined,
  { host, port }: { host: string; port: number },
  own: string,
  fetches = true,
): boolean {
  const rules = egressRules(access, fetches).filter(({ ports }) => ports.includes(port));
  if (isAddress(host)) {
    return rules.some(({ cidr, everywhere }) =>
      everywhere ? isPublic(host) : cidr !== undefined && isWithin(host, cidr),
    );
  }
  const namespace = namespaceOf(host, own);
  // Nobody can tell which address another name has.
  return namespace === undefined ? rules.length > 0 : rules.some((rule) => rule.namespace === namespace);
}

function isPublic(address: string): boolean {
  return EVERYWHERE.some(
    ({ cidr, except }) => isWithin(address, cidr) && !except.some((inner) => isWithin(address, inner)),
  );
}

/** Namespace of a Service's name: `otel.tracing.svc`, with the cluster's domain or without, or `otel` of the pod's own. */
export function namespaceOf(host: string, own: string): string | undefined {
  const labels = host.replace(/\.$/, "").split(".");
  if (labels.length === 1) return own;
  return labels[2] === "svc" ? labels[1] : undefined;
}
