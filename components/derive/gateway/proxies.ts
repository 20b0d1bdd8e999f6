/** Names that Envoy Gateway gives what it makes for a Gateway. */
import { createHash } from "node:crypto";

/** Longer names are cut. */
const MOST = 48;

/**
 * Deployment and Service of a Gateway's proxies, as Envoy Gateway 1.9.1 names them (`GetHashedName` of internal/utils/misc.go).
 *
 * @param namespace of the Gateway
 */
export function proxyName(namespace: string, gateway: string): string {
  const hash = createHash("sha256").update(`${namespace}/${gateway}`).digest("hex").slice(0, 8);
  const plain = `${namespace}-${gateway}`;
  return `envoy-${plain.length > MOST ? plain.slice(0, MOST).replace(/-$/, "") : plain}-${hash}`;
}
