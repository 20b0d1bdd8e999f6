/** Checks of the gateway's address, load balancer and quota service. */
import { joinPath } from "../../config/parse.js";
import { given, type Parts } from "../../config/parts.js";
import { checkRepeated, error, type Problem, quote } from "../../config/problems.js";
import type { GatewayConfig } from "../../contract/gateway/schema.js";

/** Of AWS: what `exposure` sets. */
const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";

export function checkListener(gateway: Parts<GatewayConfig>, path: string): Problem[] {
  const { host, exposure, annotations, oidc } = gateway;
  return [
    ...given([host], (name) => checkHost(name, `${path}.host`)),
    ...given([exposure, annotations], (where, own) => {
      const scheme = own?.[SCHEME];
      const expected = where === "internal" ? "internal" : "internet-facing";
      if (scheme === undefined || scheme === expected) return [];
      return [
        error(
          joinPath(`${path}.annotations`, [SCHEME]),
          `${quote(scheme)} says otherwise than exposure, which is ${where}: leave it out, and set exposure`,
        ),
      ];
    }),
    ...(oidc === undefined ? [] : checkRepeated(oidc.audiences, `${path}.oidc.audiences`)),
    ...checkRateLimits(gateway, `${path}.rateLimits`),
  ];
}

/** What the API server's pattern of a hostname refuses, and what no certificate is for. */
function checkHost(host: string, path: string): Problem[] {
  if (/^[\d.]+$/.test(host))
    return [error(path, `${quote(host)} is an address: use a DNS name, which clients resolve`)];
  if (host.endsWith(".")) return [error(path, `${quote(host)} ends with a dot: leave it out`)];
  if (host !== host.toLowerCase()) return [error(path, `${quote(host)} has capitals: use ${host.toLowerCase()}`)];
  return [];
}

function checkRateLimits({ rateLimits, install }: Parts<GatewayConfig>, path: string): Problem[] {
  return [
    ...given([rateLimits.redisUrl], (url) => {
      const port = url === undefined ? undefined : /:(\d+)$/.exec(url)?.[1];
      if (url === undefined || (port !== undefined && Number(port) > 0 && Number(port) <= 65_535)) return [];
      return [error(`${path}.redisUrl`, `${quote(url)} has no port: use a form such as redis://redis.cache.svc:6379`)];
    }),
    ...(["redisUrl", "redisImage"] as const).flatMap((key) =>
      given([rateLimits[key], install], (value, isInstalled) =>
        value === undefined || isInstalled
          ? []
          : [
              error(
                `${path}.${key}`,
                "is of the Envoy Gateway that the stack installs, and install is false: leave it out, and set it where Envoy Gateway is installed",
              ),
            ],
      ),
    ),
  ];
}
