/** What is seen of the models. */
import { checkTelemetry } from "../../components/checks/observability/telemetry.js";
import { checkRoutes } from "../../components/checks/observability/routes.js";
import { checkBudgets, checkPrices } from "../../components/checks/observability/budgets.js";
import { nodeGroupsOf } from "../clusterConfig.js";
import { NAMESPACE } from "../namespace.js";
import { namespaceName } from "../schema.js";
import { given, isWrong } from "../../components/config/parts.js";
import type { Problem } from "../../components/config/problems.js";
import { isBuilt, type Sections } from "./sections.js";

/** Logs, traces and routes of alerts, against what models' releases set themselves. */
export function checkObserved({
  cluster,
  plain: { namespace, access, platform, observability },
  models: { releases },
}: Sections): Problem[] {
  const path = `${NAMESPACE}:observability`;
  return [
    ...given([namespace, access, platform.addons.openTelemetryCollector.install], (own, rules, hasCollector) =>
      checkTelemetry(
        observability,
        { releases, access: rules, accessPath: `${NAMESPACE}:access`, namespace: namespaceName(own), hasCollector },
        path,
      ),
    ),
    ...given([platform.prometheus.namespace, platform.addons.prometheus.install], (inNamespace, install) => {
      const isOwn = install ?? isBuilt({ cluster });
      return checkRoutes(observability.routes, { namespace: inNamespace, isOwn }, `${path}.routes`);
    }),
  ];
}

export function checkCosts({ cluster, plain: { observability }, models, batches }: Sections): Problem[] {
  const path = `${NAMESPACE}:observability`;
  if (isWrong(observability)) return [];
  return given([observability.prices], (prices) => [
    ...checkPrices(prices, `${path}.prices`),
    ...given([observability.budgets], (budgets) => {
      const names = models.names && batches.names && [...models.names, ...batches.names];
      const groups = cluster.config && nodeGroupsOf(cluster.config);
      const stack = { names, models: models.models, groups, prices };
      return checkBudgets(budgets, stack, `${path}.budgets`);
    }),
  ]);
}
