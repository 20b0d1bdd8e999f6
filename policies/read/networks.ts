/** How much of the internet ranges of addresses hold together. */
import ipaddr from "ipaddr.js";

/** First and last address. */
type Span = readonly [bigint, bigint];

interface Family {
  bits: number;
  /** Addresses that the internet has. IPv6 has given out an eighth of all: https://www.iana.org/assignments/ipv6-unicast-address-assignments */
  size: bigint;
}

const FAMILIES: Readonly<Record<"ipv4" | "ipv6", Family>> = {
  ipv4: { bits: 32, size: 1n << 32n },
  ipv6: { bits: 128, size: 1n << 125n },
};

/** Of the internet: more than sixteen of the 256 largest networks that anyone was ever given, which no list of one's own networks has. */
const OPEN_SHARE = 16n;

/**
 * The ranges that leave a service open to the internet, each alone or together with others, such as `0.0.0.0/1` and `128.0.0.0/1`.
 *
 * @param cidrs also single addresses; what is neither counts as nothing
 */
export function openRanges(cidrs: readonly string[]): string[] {
  return (["ipv4", "ipv6"] as const).flatMap((kind) => {
    const { size } = FAMILIES[kind];
    const spans = cidrs.flatMap((cidr) => {
      const span = spanOf(cidr, kind);
      return span === undefined ? [] : [{ cidr, span }];
    });
    if (addressesIn(spans.map(({ span }) => span)) * OPEN_SHARE < size) return [];
    const alone = spans.filter(({ span }) => addressesIn([span]) * OPEN_SHARE >= size);
    return (alone.length > 0 ? alone : spans).map(({ cidr }) => cidr);
  });
}

function spanOf(cidr: string, kind: keyof typeof FAMILIES): Span | undefined {
  const { bits } = FAMILIES[kind];
  const text = cidr.trim();
  const range = text.includes("/") ? text : `${text}/${bits}`;
  // A prefix of no bits is everything, also as `/00`, and whatever stands before it.
  const normal = range.replace(/\/0+$/, "/0");
  if (!ipaddr.isValidCIDR(normal)) return undefined;
  const [address, prefix] = ipaddr.parseCIDR(normal);
  if (address.kind() !== kind) return undefined;
  const number = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const rest = BigInt(bits - prefix);
  const first = (number >> rest) << rest;
  return [first, first + (1n << rest) - 1n];
}

/** How many different addresses there are in all spans. */
function addressesIn(spans: readonly Span[]): bigint {
  const sorted = [...spans].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  let counted = 0n;
  let next = 0n;
  for (const [first, last] of sorted) {
    const from = first > next ? first : next;
    if (last < from) continue;
    counted += last - from + 1n;
    next = last + 1n;
  }
  return counted;
}
