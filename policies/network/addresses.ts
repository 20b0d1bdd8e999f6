/** Ranges of addresses that are everybody's. */
import { at, list, text } from "../read/values.js";

/** A range and those within it that are left out. */
export interface Block {
  cidr: string;
  except: readonly string[];
}

/** `{ cidr, except }` of Kubernetes and Cilium, or a range alone. */
export function blockOf(value: unknown): Block[] {
  const cidr = text(value) ?? text(at(value, "cidr"));
  return cidr === undefined
    ? []
    : [{ cidr, except: list(at(value, "except")).filter((one) => typeof one === "string") }];
}

/**
 * From this share of its family's addresses on a list of ranges is everybody. All public addresses of IPv6 are an eighth, 2000::/3
 * (https://www.iana.org/assignments/ipv6-address-space/, read 2026-11-26).
 */
const MOST = { v4: 1 / 2, v6: 1 / 8 };

/** Whether ranges together are most addresses of a family: `0.0.0.0/0`, its halves, or all with some holes. */
export function coverMost(blocks: readonly Block[]): boolean {
  const shares = { v4: 0, v6: 0 };
  for (const [cidr, { except }] of new Map(blocks.map((block) => [block.cidr, block]))) {
    const holes = except.reduce((sum, hole) => sum + shareOf(hole), 0);
    shares[cidr.includes(":") ? "v6" : "v4"] += Math.max(0, shareOf(cidr) - holes);
  }
  return shares.v4 >= MOST.v4 || shares.v6 >= MOST.v6;
}

/** Of the family's addresses. */
function shareOf(cidr: string): number {
  const length = /\/(?<length>\d+)$/.exec(cidr)?.groups?.["length"];
  return length === undefined ? 0 : 2 ** -Number(length);
}

/** Private, shared and link-local addresses, the instance's metadata among them. */
const INSIDE =
  /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd]|fe[89ab])/i;

/** Whether ranges leave out addresses within the cluster or its cloud: whoever writes such holes has seen what is inside. */
export function spareInside(blocks: readonly Block[]): boolean {
  return blocks.some(({ except }) => except.some((hole) => INSIDE.test(hole)));
}
