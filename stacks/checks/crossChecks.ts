/** What sections may not say together. */
import { checkAlerts } from "../../components/checks/observability/alerts.js";
import type { Problem } from "../../components/config/problems.js";
import { NAMESPACE } from "../namespace.js";
import { checkAwsAddons, checkBuiltCluster, checkHelmValues, missingAddons } from "./addons.js";
import { checkDoor } from "./gateway.js";
import { checkCosts, checkObserved } from "./observability.js";
import { checkBatches, checkEndpoints, checkNamespace } from "./places.js";
import { checkOwnGpuTypes, checkPodSections, checkSlices, checkTokens, checkWeightCache } from "./pods.js";
import { checkPrometheus } from "./prometheus.js";
import { isBuilt, type Sections } from "./sections.js";
import { checkServiceLevels } from "./serviceLevels.js";

export const CROSS_CHECKS: readonly ((sections: Sections) => Problem[])[] = [
  checkPodSections,
  checkOwnGpuTypes,
  checkSlices,
  checkHelmValues,
  checkTokens,
  checkNamespace,
  checkWeightCache,
  checkEndpoints,
  checkObserved,
  ({ cluster, plain: { platform } }) => checkPrometheus(platform, cluster.kind === "built", `${NAMESPACE}:platform`),
  missingAddons,
  checkAwsAddons,
  checkBuiltCluster,
  checkBatches,
  checkDoor,
  ({ plain: { observability } }) => checkAlerts(observability.alerts, `${NAMESPACE}:observability.alerts`),
  ({ cluster, plain: { observability, platform }, models: { releases } }) =>
    checkServiceLevels(observability.slo, { platform, releases, isBuilt: isBuilt({ cluster }) }, `${NAMESPACE}:`),
  checkCosts,
];
