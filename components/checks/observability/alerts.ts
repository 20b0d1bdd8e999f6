/** What a config changes of alerts. */
import { joinPath } from "../../config/parse.js";
import { isWrong, type Parts } from "../../config/parts.js";
import { didYouMean, error, type Problem, quote } from "../../config/problems.js";
import type { AlertsConfig } from "../../contract/observability/alerts.js";
import { ALERT_NAMES, type AlertDefaults, type AlertName, ALERTS } from "../../vocabulary/alerts.js";

function checkThreshold(name: AlertName, stated: number, path: string): Problem[] {
  const { threshold }: AlertDefaults = ALERTS[name];
  if (threshold === undefined) {
    return [error(path, `${quote(stated)}: ${name} compares nothing with a number: leave it out`)];
  }
  const { min, max, what, value } = threshold;
  if (stated >= min && stated <= max) return [];
  return [error(path, `${quote(stated)} is not allowed: use ${min} to ${max} (${what}; ${value} unless stated)`)];
}

/** @param path of `vllm:observability.alerts` */
export function checkAlerts(alerts: Parts<AlertsConfig> | undefined, path: string): Problem[] {
  const change = alerts?.change;
  if (change === undefined || isWrong(change)) return [];
  return Object.entries(change).flatMap(([name, stated]) => {
    const at = joinPath(path, ["change", name]);
    if (!Object.hasOwn(ALERTS, name)) {
      const meant = didYouMean(name, ALERT_NAMES);
      return [error(at, `there is no such alert${meant === "" ? ": docs/alerts.md has their names" : meant}`)];
    }
    if (isWrong(stated) || typeof stated !== "object" || stated === null) return [];
    const threshold = (stated as { threshold?: Parts<number> }).threshold;
    if (threshold === undefined || isWrong(threshold)) return [];
    return checkThreshold(name as AlertName, threshold, `${at}.threshold`);
  });
}
