/** What is wrong with `vllm:gateway` and with what stands around it. */
import { joinPath } from "../../config/parse.js";
import { entriesOf, given } from "../../config/parts.js";
import { error, listOr, type Problem, quote } from "../../config/problems.js";
import type { ServedModel } from "../../derive/servedModel.js";
import { checkImage } from "../release.js";
import { checkAdapters, checkAliases } from "./aliases.js";
import { checkGatewayModels } from "./models.js";
import { checkFromZero } from "./fromZero.js";
import { checkListener } from "./listener.js";
import { checkProtection } from "./protection.js";
import type { GatewaySurroundings } from "./surroundings.js";
import { checkTenants } from "./tenants.js";

export function checkGateway(around: GatewaySurroundings): Problem[] {
  const { gateway, path } = around;
  return [
    ...given([gateway.envoyImage], (image) => (image === undefined ? [] : checkImage({ image }, `${path}.envoyImage`))),
    ...given([gateway.rateLimits.redisImage, gateway.rateLimits.redisUrl], (image, url) => [
      ...(image === undefined ? [] : checkImage({ image }, `${path}.rateLimits.redisImage`)),
      ...(image !== undefined && url !== undefined
        ? [
            error(
              `${path}.rateLimits.redisImage`,
              "is of a Redis that the stack makes, and redisUrl names another: leave one out",
            ),
          ]
        : []),
    ]),
    ...checkListener(gateway, path),
    ...checkTenants(around),
    ...checkAliases(around),
    ...checkAdapters(around),
    ...checkProtection(around),
    ...checkGatewayModels(around),
    ...checkFromZero(around),
  ];
}

/** Keys of tenants that are not there. @param tenants names of those that are */
export function checkKeyOwners(
  owners: readonly string[],
  tenants: readonly string[] | undefined,
  path: string,
  gatewayPath: string,
): Problem[] {
  if (tenants === undefined) return [];
  return owners
    .filter((owner) => !tenants.includes(owner))
    .map((owner) =>
      error(
        joinPath(path, [owner]),
        tenants.length === 0
          ? `is of no tenant, since there is no gateway: set ${gatewayPath}, or leave the keys out`
          : `there is no tenant ${quote(owner)}: use ${listOr(tenants)}`,
      ),
    );
}

/** Tenants whom nothing can tell by. @param owners those with keys in the config */
export function checkLocked(
  { tenants, oidc }: GatewaySurroundings["gateway"],
  owners: readonly string[],
  path: string,
): Problem[] {
  if (oidc !== undefined) return [];
  return entriesOf(tenants).flatMap(([name, { keys }]) =>
    given([keys.generated, keys.existingSecrets], (generated, existing) =>
      generated?.length === 0 && existing === undefined && !owners.includes(name)
        ? [
            error(
              `${joinPath(`${path}.tenants`, [name])}.keys.generated`,
              "is empty, and the tenant has no other key: name one, leave generated out for one named main, or give existingSecrets",
            ),
          ]
        : [],
    ),
  );
}

/** What models state for a gateway, where there is none. */
export function checkNoGateway(models: readonly ServedModel[], modelsPath: string, gatewayPath: string): Problem[] {
  return models
    .filter(({ gateway }) => gateway !== undefined)
    .map(({ name }) =>
      error(
        `${joinPath(modelsPath, [name])}.gateway`,
        `is of a gateway, and there is none: set ${gatewayPath}, or leave it out`,
      ),
    );
}
