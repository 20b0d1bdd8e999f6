/** Cuts a VPC's range into subnets, and says whether its nodes and their pods fit. */
import ipaddr from "ipaddr.js";
import { given, type Parts, WRONG } from "../../config/parts.js";
import { error, type Problem } from "../../config/problems.js";

/** Ranges of one zone. */
export interface ZoneSubnets {
  /** For nodes and pods. */
  private: string;
  /** For load balancers and NAT gateways. */
  public: string;
}

/** The largest and the smallest range of a VPC: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const VPC_PREFIX = { largest: 16, smallest: 28 };
/** The same for Services: serviceIpv4Cidr, docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html */
const SERVICE_PREFIX = { largest: 12, smallest: 24 };
/** Subnets can be no smaller, and in each AWS keeps five addresses. */
const SMALLEST_SUBNET = 28;
const RESERVED_ADDRESSES = 5;
/** Load balancers want eight free addresses each; a /24 is room for thirty. */
const PUBLIC_PREFIX = 24;

/**
 * Addresses of a node with the VPC CNI's prefix delegation: 110 pods take seven blocks of 16, one is kept warm, one is for
 * the addresses of the network interfaces themselves.
 */
const ADDRESSES_PER_NODE = 9 * 16;

/** The control plane's own interfaces, interface endpoints and load balancers of a zone. */
const ADDRESSES_PER_ZONE = 16;

function prefixOf(cidr: string): number {
  return ipaddr.IPv4.parseCIDR(cidr)[1];
}

/** The `index`th block of `prefix` bits within a range. */
function block(cidr: string, prefix: number, index: number): string {
  const [first] = ipaddr.IPv4.parseCIDR(cidr);
  const start = first.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0) + index * 2 ** (32 - prefix);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${prefix}`;
}

/**
 * The first three zones have a quarter of the range each. The last quarter holds the public subnets of all six zones in its
 * first quarter, and the private subnets of the later three zones in the others.
 */
const LARGE_ZONES = 3;
const LARGE_BITS = 2;
const SMALL_BITS = 4;
/** Six public subnets in a block of this many bits. */
const PUBLIC_BITS = SMALL_BITS + 3;

function privatePrefix(vpcPrefix: number, zone: number): number {
  return vpcPrefix + (zone < LARGE_ZONES ? LARGE_BITS : SMALL_BITS);
}

/** Nodes whose pods have addresses in a zone's private subnet. */
function nodesOfZone(vpcPrefix: number, zone: number): number {
  const addresses = 2 ** (32 - privatePrefix(vpcPrefix, zone)) - RESERVED_ADDRESSES - ADDRESSES_PER_ZONE;
  return Math.max(0, Math.floor(addresses / ADDRESSES_PER_NODE));
}

/** Nodes that a VPC has room for if they are spread evenly, as autoscaling groups do. */
function nodesOf(vpcPrefix: number, zones: number): number {
  const smallest = Math.min(...Array.from({ length: zones }, (_, zone) => nodesOfZone(vpcPrefix, zone)));
  return smallest * zones;
}

/**
 * Subnets of the first `zones` zones. How the range is cut does not depend on their number: a zone that comes later moves no
 * subnet of the others.
 *
 * The range is taken as checked by {@link checkNetwork}.
 */
export function subnetsOf(cidr: string, zones: number): ZoneSubnets[] {
  const prefix = prefixOf(cidr);
  const [large, small] = [prefix + LARGE_BITS, prefix + SMALL_BITS];
  const last = block(cidr, large, LARGE_ZONES);
  const publicBlock = block(last, small, 0);
  const publicPrefix = Math.min(SMALLEST_SUBNET, Math.max(PUBLIC_PREFIX, prefix + PUBLIC_BITS));
  return Array.from({ length: zones }, (_, zone) => ({
    private: zone < LARGE_ZONES ? block(cidr, large, zone) : block(last, small, zone - LARGE_ZONES + 1),
    public: block(publicBlock, publicPrefix, zone),
  }));
}

/** Whether two ranges have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [first, second] = [ipaddr.IPv4.parseCIDR(a), ipaddr.IPv4.parseCIDR(b)];
  const prefix = Math.min(first[1], second[1]);
  return first[0].match(second[0], prefix);
}

/** What {@link checkNetwork} looks at. */
export interface NetworkPlan {
  cidr: string;
  zones: number;
  /** Addresses of Services inside the cluster. */
  serviceCidr: string;
  /** Nodes of all groups at their most. */
  maxNodes: number;
}

/** Every problem of the addresses, as far as they are right in shape. */
export function checkNetwork({ cidr, zones, serviceCidr, maxNodes }: Parts<NetworkPlan>, path: string): Problem[] {
  const form = given([cidr], (range) => checkVpcRange(range, `${path}.cidr`));
  // Of a range that can be no VPC's, nothing else is worth saying.
  const vpcRange = form.length > 0 ? WRONG : cidr;
  return [
    ...form,
    ...given([vpcRange], (range) => checkIsPrivate(range, `${path}.cidr`)),
    ...given([serviceCidr], (range) => checkServiceRange(range, `${path}.serviceCidr`)),
    ...given([vpcRange, serviceCidr], (vpc, services) => checkOverlap(vpc, services, path)),
    ...given([vpcRange, zones, maxNodes], (vpc, count, nodes) => checkRoom(vpc, count, nodes, path)),
  ];
}

function checkVpcRange(cidr: string, path: string): Problem[] {
  const prefix = prefixOf(cidr);
  const network = ipaddr.IPv4.networkAddressFromCIDR(cidr).toString();
  if (`${network}/${prefix}` !== cidr) {
    return [error(path, `"${cidr}" is not the start of its range: use ${network}/${prefix}`)];
  }
  if (prefix < VPC_PREFIX.largest || prefix > VPC_PREFIX.smallest) {
    const message = `"${cidr}" cannot be a VPC's range: use /${VPC_PREFIX.largest} to /${VPC_PREFIX.smallest}`;
    return [error(path, message)];
  }
  return [];
}

function checkIsPrivate(cidr: string, path: string): Problem[] {
  if (ipaddr.IPv4.networkAddressFromCIDR(cidr).range() === "private") return [];
  return [error(path, `"${cidr}" is not private: use a range of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`)];
}

function checkServiceRange(cidr: string, path: string): Problem[] {
  const prefix = prefixOf(cidr);
  const first = ipaddr.IPv4.networkAddressFromCIDR(cidr);
  const isRight =
    first.range() === "private" &&
    `${first.toString()}/${prefix}` === cidr &&
    prefix >= SERVICE_PREFIX.largest &&
    prefix <= SERVICE_PREFIX.smallest;
  if (isRight) return [];
  const sizes = `/${SERVICE_PREFIX.largest} to /${SERVICE_PREFIX.smallest}`;
  const message = `"${cidr}" cannot be the range of Services: use the start of a private range of ${sizes}`;
  return [error(path, message)];
}

function checkOverlap(cidr: string, serviceCidr: string, path: string): Problem[] {
  if (!overlap(cidr, serviceCidr)) return [];
  return [error(`${path}.serviceCidr`, `"${serviceCidr}" overlaps the VPC's ${cidr}: use a range of its own`)];
}

/** Whether the VPC has addresses for all nodes and their pods. */
function checkRoom(cidr: string, zones: number, maxNodes: number, path: string): Problem[] {
  if (nodesOf(prefixOf(cidr), zones) >= maxNodes) return [];
  const sizes = VPC_PREFIX.smallest - VPC_PREFIX.largest + 1;
  const enough = Array.from({ length: sizes }, (_, i) => VPC_PREFIX.smallest - i);
  const smallest = enough.find((candidate) => nodesOf(candidate, zones) >= maxNodes);
  const most = nodesOf(VPC_PREFIX.largest, zones);
  const fewer =
    zones > LARGE_ZONES && nodesOf(VPC_PREFIX.largest, LARGE_ZONES) >= maxNodes
      ? `, or use ${LARGE_ZONES} zones, which have larger subnets than the later ones`
      : "";
  const fix =
    smallest === undefined
      ? `a VPC has room for ${most} at the most, so lower the groups' max${fewer}`
      : `use a /${smallest}`;
  const message = `"${cidr}" is too small for ${maxNodes} nodes and their pods in ${zones} zones: ${fix}`;
  return [error(`${path}.cidr`, message)];
}
