/** The shape of `vllm:observability`: service levels, alerts, dashboards, budgets, traces and logs. */
import { z } from "zod";
import { alertsSchema } from "./alerts.js";
import { budgetsSchema } from "./budgets.js";
import { dashboardsSchema } from "./dashboards.js";
import { pricesSchema } from "./prices.js";
import { logsSchema } from "./logs.js";
import { routesSchema } from "./routes.js";
import { sloSchema } from "./slo.js";
import { tracingSchema } from "./tracing.js";

export const observabilitySchema = z
  .strictObject({
    slo: sloSchema.optional().describe("Service levels of interactive models that state none; default: none"),
    alerts: alertsSchema,
    routes: routesSchema.optional(),
    dashboards: dashboardsSchema,
    budgets: budgetsSchema,
    prices: pricesSchema,
    tracing: tracingSchema.optional(),
    logs: logsSchema.optional(),
  })
  .describe("What is seen of the models: service levels, alerts and their routes, dashboards, budgets, traces, logs");
export type ObservabilityConfig = z.infer<typeof observabilitySchema>;
