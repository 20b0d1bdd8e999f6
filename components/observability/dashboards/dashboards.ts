/** All dashboards of a stack, as Grafana reads them. Loads Grafana's SDK: import it where dashboards are made, as configMaps.ts does. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { batch } from "./boards/batch.js";
import { cost } from "./boards/cost.js";
import { fleet } from "./boards/fleet/fleet.js";
import { gpuBoard } from "./boards/gpu.js";
import { model } from "./boards/model/model.js";
import { tenants } from "./boards/tenants.js";
import type { BoardLinks } from "./links.js";
import { BOARDS, type BoardName, dashboardUid } from "./names.js";

/** A dashboard, ready for a file. */
export interface DashboardFile {
  name: BoardName;
  /** Unique among the stacks of a Grafana. */
  uid: string;
  /** What Grafana reads; the same for the same input. */
  json: string;
}

const MAKERS: Readonly<Record<BoardName, (links: BoardLinks) => Dashboard>> = {
  fleet,
  model,
  gpu: gpuBoard,
  batch,
  cost,
  tenants,
};

/** The dashboards of a stack. They do not depend on its models: variables find those when a dashboard is opened. */
export function dashboardsOf(links: BoardLinks): DashboardFile[] {
  return (Object.keys(BOARDS) as BoardName[]).map((name) => ({
    name,
    uid: dashboardUid(name, links.stack),
    json: JSON.stringify(MAKERS[name](links)),
  }));
}
