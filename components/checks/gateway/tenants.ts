/** Checks of tenants: their limits, models, keys and tokens. */
import { joinPath } from "../../config/parse.js";
import { entriesOf, given, itemsOf, type Parts } from "../../config/parts.js";
import { checkRepeated, didYouMean, error, listOr, type Problem, quote, warning } from "../../config/problems.js";
import type { TenantConfig } from "../../contract/gateway/tenants.js";
import { usesPriority } from "../../derive/gateway/abilities.js";
import { routedPlans } from "../../derive/gateway/bounds.js";
import { NO_LIMIT, QUOTAS } from "../../vocabulary/quotas.js";
import { type GatewaySurroundings, modelNamed } from "./surroundings.js";

/** Values of one header that a policy can tell apart: MaxItems of `authorization` in Envoy Gateway 1.9.1. */
const MOST_TENANTS = 256;

export function checkTenants(around: GatewaySurroundings): Problem[] {
  const { gateway, path } = around;
  const at = `${path}.tenants`;
  const tenants = entriesOf(gateway.tenants);
  return [
    ...given([gateway.tenants], (all) => {
      const count = Object.keys(all).length;
      if (count === 0) return [error(at, "is empty: describe at least one tenant, or leave the gateway out")];
      return count > MOST_TENANTS ? [error(at, `has ${count} tenants: use at most ${MOST_TENANTS}`)] : [];
    }),
    ...tenants.flatMap(([name, tenant]) => checkTenant(tenant, joinPath(at, [name]), around)),
    ...checkSubjects(around, at),
    ...given([gateway.tenants], (all) => unused(Object.values(all), around)),
  ];
}

function checkTenant(tenant: Parts<TenantConfig>, path: string, around: GatewaySurroundings): Problem[] {
  const { limits, models, keys } = tenant;
  const prices = given([limits.usdPerDay, models], (usd, allowed) =>
    usd === undefined
      ? []
      : allowed
          .filter((name) => {
            const model = modelNamed(around, name);
            return model !== undefined && model.gateway?.price === undefined;
          })
          .map((name) =>
            error(
              `${path}.limits.usdPerDay`,
              `counts by the prices of models, and ${quote(name)} has none: set ${around.modelsPath}.${name}.gateway.price`,
            ),
          ),
  );
  return [
    ...given([limits.requestsPerMinute], (requests) =>
      requests === undefined
        ? [
            error(
              `${path}.limits.requestsPerMinute`,
              "is missing: give each tenant one, so that nobody is without a limit",
            ),
          ]
        : [],
    ),
    ...QUOTAS.flatMap(({ limit, factor }) =>
      given([limits[limit]], (most) =>
        most !== undefined && most * factor > NO_LIMIT
          ? [
              error(
                `${path}.limits.${limit}`,
                `${most} is more than can be counted: use at most ${Math.floor(NO_LIMIT / factor)}, or leave it out`,
              ),
            ]
          : [],
      ),
    ),
    ...QUOTAS.flatMap(({ limit, factor }) =>
      given([limits[limit]], (most) =>
        most !== undefined && Math.round(most * factor) === 0
          ? [
              error(
                `${path}.limits.${limit}`,
                `${most} is less than can be counted, so that no request would pass: use at least ${1 / factor}`,
              ),
            ]
          : [],
      ),
    ),
    ...given([limits.concurrency], (most) =>
      most !== undefined && most > NO_LIMIT
        ? [error(`${path}.limits.concurrency`, `${most} is more than can be counted: use at most ${NO_LIMIT}`)]
        : [],
    ),
    ...(["input", "output"] as const).flatMap((kind) =>
      given([limits[`${kind}TokensPerMinute`], limits[`${kind}TokensPerDay`]], (minute, day) =>
        minute !== undefined && day !== undefined && minute > day
          ? [
              warning(
                `${path}.limits.${kind}TokensPerMinute`,
                `${minute} is more than ${kind}TokensPerDay ${day}, so that it changes nothing: use less, or leave it out`,
              ),
            ]
          : [],
      ),
    ),
    ...prices,
    ...checkRepeated(models, `${path}.models`),
    ...itemsOf<string>(models).flatMap(({ item, index }) => checkModelName(item, `${path}.models[${index}]`, around)),
    ...checkRepeated(keys.generated, `${path}.keys.generated`),
    ...itemsOf<string>(keys.generated).flatMap(({ item, index }) =>
      item.startsWith("config-")
        ? [
            error(
              `${path}.keys.generated[${index}]`,
              `${quote(item)} begins as the names of the config's own keys do: use another, such as main`,
            ),
          ]
        : [],
    ),
    ...checkRepeated(keys.existingSecrets, `${path}.keys.existingSecrets`),
    ...checkRepeated(tenant.tiers, `${path}.tiers`),
    ...given([tenant.priority, models], (priority, allowed) => {
      const known = allowed.flatMap((name) => modelNamed(around, name) ?? []);
      if (priority === 0 || known.length < allowed.length) return [];
      if (known.some((model) => usesPriority(routedPlans(model)))) return [];
      return [
        warning(
          `${path}.priority`,
          `${priority} changes nothing: none of its models has the flag scheduling-policy with the value priority`,
        ),
      ];
    }),
  ];
}

/** A problem where no model has the name. */
export function checkModelName(name: string, path: string, { names }: Pick<GatewaySurroundings, "names">): Problem[] {
  if (names === undefined || names.includes(name)) return [];
  return [error(path, `there is no model ${quote(name)}${didYouMean(name, names) || "."} Use ${listOr(names)}`)];
}

/** Who a token belongs to has to be one tenant. */
function checkSubjects({ gateway }: GatewaySurroundings, path: string): Problem[] {
  const owners = new Map<string, string>();
  return entriesOf(gateway.tenants).flatMap(([tenant, { subjects }]) => {
    const at = joinPath(path, [tenant]);
    if (subjects !== undefined && gateway.oidc === undefined) {
      return [error(`${at}.subjects`, "are of tokens, and the gateway takes none: set oidc, or leave them out")];
    }
    const own = subjects === undefined ? [{ item: tenant, index: -1 }] : itemsOf<string>(subjects);
    if (gateway.oidc === undefined) return [];
    return own.flatMap(({ item, index }) => {
      const other = owners.get(item);
      owners.set(item, other ?? tenant);
      if (other === undefined) return [];
      const where = index < 0 ? at : `${at}.subjects[${index}]`;
      const message = `${quote(item)} is the tenant ${quote(other)} already: give each tenant subjects of its own`;
      return [error(where, other === tenant ? `${quote(item)} is given twice: leave one out` : message)];
    });
  });
}

/** Models that nobody may use. */
function unused(tenants: readonly TenantConfig[], { models, modelsPath }: GatewaySurroundings): Problem[] {
  const used = new Set(tenants.flatMap((tenant) => tenant.models));
  return models
    .filter(({ name, gateway }) => !used.has(name) && gateway === undefined)
    .filter(({ name }) => !models.some((other) => other.gateway?.fallback === name))
    .map(({ name }) =>
      warning(
        joinPath(modelsPath, [name]),
        "no tenant of the gateway may use it, so that nobody can: add it to a tenant's models",
      ),
    );
}
