/** Where dashboards go. */
import { z } from "zod";
import { labelsSchema } from "../../config/schemas.js";

export const dashboardsSchema = z
  .strictObject({
    install: z.boolean().default(true).describe("Whether dashboards are made, as ConfigMaps for Grafana's sidecar"),
    folder: z.string().min(1).default("vLLM").describe("Folder in Grafana"),
    labels: labelsSchema
      .default({ grafana_dashboard: "1" })
      .describe("Labels that Grafana's sidecar selects ConfigMaps by"),
  })
  .prefault({})
  .describe("Dashboards of Grafana");
export type DashboardsConfig = z.infer<typeof dashboardsSchema>;
