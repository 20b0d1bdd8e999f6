/** The whole section against models that are right, for programs that have no stack config. */
import type { Problem } from "../../config/problems.js";
import type { ObservabilityConfig } from "../../contract/observability/schema.js";
import type { NodeGroups } from "../../contract/nodeGroup.js";
import type { ServedModel } from "../../derive/servedModel.js";
import { checkAlerts } from "./alerts.js";
import { checkBudgets, checkPrices } from "./budgets.js";
import { checkRoutes } from "./routes.js";
import { checkDefaultSlo } from "./serviceLevels.js";
import { checkTelemetry, type TelemetrySurroundings } from "./telemetry.js";
import { releasesOf } from "../hubToken.js";

/** What the section is judged with. */
export interface Observed extends Omit<TelemetrySurroundings, "releases" | "hasCollector"> {
  models: readonly ServedModel[];
  /** Where the models stand, such as `models`. */
  modelsPath: string;
  nodeGroups: NodeGroups;
  monitoringNamespace: string;
}

/** @param path of the section, such as `observability` */
export function checkObservability(
  config: ObservabilityConfig,
  { models, modelsPath, nodeGroups, monitoringNamespace, ...surroundings }: Observed,
  path: string,
): Problem[] {
  const releases = releasesOf(models, modelsPath);
  const stated = new Map(models.map(({ name, slo }) => [name, slo]));
  const names = models.map(({ name }) => name);
  const { budgets, prices } = config;
  return [
    ...checkAlerts(config.alerts, `${path}.alerts`),
    ...checkDefaultSlo(
      config.slo,
      releases.map(({ plan, path: at }) => ({ plan, path: at, slo: stated.get(plan.name) })),
      `${path}.slo`,
    ),
    ...checkPrices(prices, `${path}.prices`),
    ...checkBudgets(budgets, { names, models, groups: nodeGroups, prices }, `${path}.budgets`),
    ...checkRoutes(config.routes, { namespace: monitoringNamespace, isOwn: undefined }, `${path}.routes`),
    ...checkTelemetry(config, { ...surroundings, releases, hasCollector: false }, path),
  ];
}
