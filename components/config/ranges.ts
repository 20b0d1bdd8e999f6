/** Address ranges of both families. */
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address, or nothing where the text is none: `[::1]` has the brackets of a URL. */
function addressOf(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  // IPv4 in short and hexadecimal forms is none to Kubernetes.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare);
  return isAddress ? ipaddr.process(bare) : undefined;
}

/** Whether a text is an address, as a URL or a range would hold it. */
export function isAddress(text: string): boolean {
  return addressOf(text) !== undefined;
}

/**
 * Whether a text is a range as the Kubernetes API takes it without a warning: its first address and the prefix's length, and no
 * IPv4 address in the form of IPv6. Source: `IsValidCIDR` in apimachinery/pkg/util/validation/ip.go of Kubernetes 1.36.
 */
export function isRange(text: string): boolean {
  const [first = "", prefix = ""] = text.split("/");
  if (!/^\d{1,3}$/.test(prefix) || text.split("/").length !== 2) return false;
  if (ipaddr.IPv4.isValidFourPartDecimal(first)) {
    return Number(prefix) <= 32 && ipaddr.IPv4.networkAddressFromCIDR(text).toString() === first;
  }
  if (!ipaddr.IPv6.isValid(first) || Number(prefix) > 128) return false;
  const address = ipaddr.IPv6.parse(first);
  const start = ipaddr.IPv6.networkAddressFromCIDR(text);
  return !address.isIPv4MappedAddress() && start.toNormalizedString() === address.toNormalizedString();
}

/** Whether an address, or every address of a range, is within a range; of another family none is. */
export function isWithin(inner: string, range: string): boolean {
  const [network, prefix] = ipaddr.parseCIDR(range);
  const [first, innerPrefix] = inner.includes("/") ? ipaddr.parseCIDR(inner) : [addressOf(inner), 128];
  if (first === undefined || first.kind() !== network.kind() || innerPrefix < prefix) return false;
  return first.match(network, prefix);
}
