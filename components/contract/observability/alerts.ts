/** What an environment says of the alerts. */
import { z } from "zod";
import { SEVERITIES } from "../../vocabulary/alerts.js";

const link = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });

/** A week: what holds so long without anybody being told needs no alert. */
const MOST_SECONDS = 604_800;

const changeSchema = z.strictObject({
  severity: z
    .enum(SEVERITIES)
    .optional()
    .describe("page wakes somebody, ticket waits; default: that of docs/alerts.md"),
  forSeconds: z.int().min(0).max(MOST_SECONDS).optional().describe("How long the condition has to hold"),
  threshold: z.number().optional().describe("What the condition is compared with, where docs/alerts.md shows one"),
});

export const alertsSchema = z
  .strictObject({
    owner: z.string().min(1).optional().describe("Label owner of every alert; default: none"),
    runbooks: link
      .optional()
      .describe("Address under which the runbooks are; default: their paths in this project, docs/runbooks"),
    dashboards: link.optional().describe("Address of Grafana, for links in alerts; default: no link"),
    change: z
      .record(z.string(), z.union([z.literal("off"), z.literal(false), changeSchema]))
      .default({})
      .describe("By an alert's name of docs/alerts.md: off, or what is changed of it"),
  })
  .prefault({})
  .describe("Alerts");
export type AlertsConfig = z.infer<typeof alertsSchema>;
