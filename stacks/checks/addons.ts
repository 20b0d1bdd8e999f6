/** Add-ons, and the cluster that the stack builds. */
import { checkAddonValues } from "../../components/platform/addonValues.js";
import { checkBuilt } from "./built.js";
import { NAMESPACE } from "../namespace.js";
import { isWrong } from "../../components/config/parts.js";
import { error, type Problem, warning } from "../../components/config/problems.js";
import { wholeCache, type Sections } from "./sections.js";

export function checkHelmValues({ plain: { platform } }: Sections): Problem[] {
  return checkAddonValues(platform.addons, `${NAMESPACE}:platform.addons`);
}

/** A cluster that is built here has only what the stack installs. */
export function missingAddons({ cluster, plain: { platform } }: Sections): Problem[] {
  if (cluster.kind !== "built") return [];
  return (["devicePlugin", "keda", "prometheus"] as const)
    .filter((addon) => platform.addons[addon].install === false)
    .map((addon) =>
      warning(
        `${NAMESPACE}:platform.addons.${addon}.install`,
        "models need it: install it otherwise, before the models come",
      ),
    );
}

/** Add-ons that act in AWS get their permissions with the cluster. */
export function checkAwsAddons({ cluster, plain: { platform } }: Sections): Problem[] {
  if (cluster.kind !== "existing") return [];
  return (["clusterAutoscaler", "loadBalancerController"] as const)
    .filter((addon) => platform.addons[addon].install === true)
    .map((addon) =>
      error(
        `${NAMESPACE}:platform.addons.${addon}.install`,
        "needs a cluster that the stack builds, for its AWS permissions: leave it out, and install it with the cluster",
      ),
    );
}

export function checkBuiltCluster({ cluster: { built }, plain, models: { releases } }: Sections): Problem[] {
  if (built === undefined) return [];
  const cache = isWrong(plain.cache) ? plain.cache : wholeCache(plain.cache);
  return checkBuilt({ built, platform: plain.platform, cache, releases, pod: plain.pod }, `${NAMESPACE}:`);
}
