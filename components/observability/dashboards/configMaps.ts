/** Dashboards as ConfigMaps, which the sidecar of Grafana's chart loads. */
import { createRequire } from "node:module";
import type { DashboardsConfig } from "../../contract/observability/dashboards.js";
import { APP_NAME, LABELS, MANAGED_BY } from "../../vocabulary/labels.js";
import type * as dashboards from "./dashboards.js";
import type { DashboardFile } from "./dashboards.js";
import type { BoardLinks } from "./links.js";

/** Annotation with the folder, as `sidecar.dashboards.folderAnnotation` of the platform's Grafana names it. */
export const FOLDER_ANNOTATION = "grafana_folder";

/** A ConfigMap without its namespace. */
export interface DashboardConfigMap {
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> };
  data: Record<string, string>;
}

/** Grafana's SDK is two hundred files, which only this needs. */
function loadDashboards(): typeof dashboards {
  return createRequire(__filename)("./dashboards.js") as typeof dashboards;
}

/** Those that were made last: a preview runs the program for a few models at a time. */
let last: { key: string; files: DashboardFile[] } | undefined;

function filesOf(links: BoardLinks): DashboardFile[] {
  const key = JSON.stringify([links.stack, links.runbooks]);
  if (last?.key !== key) last = { key, files: loadDashboards().dashboardsOf(links) };
  return last.files;
}

/**
 * The ConfigMaps of a stack's dashboards, one each; none where `install` is false.
 *
 * Names and keys hold the stack's name: stacks may share a namespace, and the sidecar writes the keys of all namespaces into one
 * folder.
 */
export function dashboardConfigMaps(config: DashboardsConfig, links: BoardLinks): DashboardConfigMap[] {
  if (!config.install) return [];
  return filesOf(links).map(({ uid, json }) => ({
    metadata: {
      name: uid,
      labels: {
        [LABELS.name]: APP_NAME,
        [LABELS.partOf]: links.stack,
        [LABELS.managedBy]: MANAGED_BY,
        ...config.labels,
      },
      annotations: { [FOLDER_ANNOTATION]: config.folder },
    },
    data: { [`${uid}.json`]: json },
  }));
}
