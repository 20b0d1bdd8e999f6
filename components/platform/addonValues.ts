/** Helm values of a config's own against the keys that each add-on's chart has. */
import { joinPath } from "../config/parse.js";
import { given, type Parts } from "../config/parts.js";
import type { Problem } from "../config/problems.js";
import { CHARTS } from "./charts.js";
import { checkChartValues } from "./chartValues.js";
import type { AddonsConfig } from "./schema.js";

/** Warnings about keys that no template is known to read. @param path of the add-ons */
export function checkAddonValues(addons: Parts<AddonsConfig>, path: string): Problem[] {
  const charts = {
    devicePlugin: CHARTS.devicePlugin,
    dcgmExporter: CHARTS.dcgmExporter,
    keda: CHARTS.keda,
    prometheus: CHARTS.prometheusStack,
    clusterAutoscaler: CHARTS.clusterAutoscaler,
    loadBalancerController: CHARTS.loadBalancerController,
    openTelemetryCollector: CHARTS.openTelemetryCollector,
    envoyGateway: CHARTS.envoyGateway,
  };
  return (Object.keys(charts) as (keyof typeof charts)[]).flatMap((addon) =>
    given([addons[addon].values], (values) =>
      values === undefined ? [] : checkChartValues(charts[addon], values, joinPath(path, [addon, "values"])),
    ),
  );
}
