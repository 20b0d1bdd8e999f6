/** Routes of alerts, against the Alertmanager that is to read them. */
import { given, type Parts } from "../../config/parts.js";
import { error, type Problem, quote } from "../../config/problems.js";
import type { RoutesConfig } from "../../contract/observability/routes.js";

/** What is known of the Alertmanager. */
export interface AlertmanagerSurroundings {
  /** Namespace of Prometheus and Alertmanager. */
  namespace: string;
  /** Whether the stack installs them; `undefined` where that is not known. */
  isOwn: boolean | undefined;
}

/** @param path of the section, such as `vllm:observability.routes` */
export function checkRoutes(
  routes: Parts<RoutesConfig | undefined>,
  { namespace, isOwn }: AlertmanagerSurroundings,
  path: string,
): Problem[] {
  return given([routes], (stated) => {
    if (stated === undefined) return [];
    if (isOwn !== true || stated.namespace === undefined || stated.namespace === namespace) return [];
    const message =
      `${quote(stated.namespace)} is not read by the stack's Alertmanager, whose operator may read Secrets of ${quote(namespace)} alone: ` +
      "leave it out";
    return [error(`${path}.namespace`, message)];
  });
}
