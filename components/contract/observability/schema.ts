/** The shape of `vllm:observability`: service levels, alerts, dashboards and budgets. */
import { z } from "zod";
import { alertsSchema } from "./alerts.js";
import { budgetsSchema } from "./budgets.js";
import { dashboardsSchema } from "./dashboards.js";
import { pricesSchema } from "./prices.js";
import { sloSchema } from "./slo.js";

export const observabilitySchema = z
  .strictObject({
    slo: sloSchema.optional().describe("Service levels of interactive models that state none; default: none"),
    alerts: alertsSchema,
    dashboards: dashboardsSchema,
    budgets: budgetsSchema,
    prices: pricesSchema,
  })
  .describe("What is seen of the models: service levels, alerts, dashboards, budgets");
export type ObservabilityConfig = z.infer<typeof observabilitySchema>;
