/** Whom the pods of a cache may reach: where weights come from, and nobody reaches them. */
import type { types } from "@pulumi/kubernetes";
import type { Access } from "../contract/access.js";
import type { CacheConfig } from "../contract/cache.js";
import { egressRules } from "../derive/access.js";
import type { Fill } from "../derive/weights/fills.js";
import { cacheSelector, readsAwsBucket } from "../derive/weights/objects.js";
import { dnsRules, egressRule, POD_IDENTITY } from "../engine/networkRules.js";

/** @param fills what is fetched */
export function cachePolicySpec(
  partOf: string,
  cache: CacheConfig,
  fills: readonly Fill[],
  access: Access | undefined,
): types.input.networking.v1.NetworkPolicySpec {
  const usesAws =
    readsAwsBucket(cache) ||
    fills.some(({ artifact: { source } }) => source?.s3 !== undefined && source.s3.endpoint === undefined);
  const rules = (cache.kind === "none" ? undefined : cache.fill.egress) ?? egressRules(access);
  const tunnels = access?.mesh?.ports ?? [];
  return {
    podSelector: { matchLabels: cacheSelector(partOf) },
    policyTypes: ["Ingress", "Egress"],
    egress: [
      ...dnsRules(access),
      ...rules.map((rule) => egressRule(rule, tunnels)),
      ...(usesAws ? [POD_IDENTITY] : []),
    ],
  };
}
