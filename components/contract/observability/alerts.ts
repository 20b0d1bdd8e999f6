/** What an environment says of the alerts. */
import { z } from "zod";

const link = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });

export const alertsSchema = z
  .strictObject({
    owner: z.string().min(1).optional().describe("Label owner of every alert; default: none"),
    runbooks: link.optional().describe("Address under which the runbooks are; default: this project's, on GitHub"),
    dashboards: link.optional().describe("Address of Grafana, for links in alerts; default: no link"),
  })
  .prefault({})
  .describe("Alerts");
export type AlertsConfig = z.infer<typeof alertsSchema>;
