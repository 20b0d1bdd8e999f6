/** What a model's autoscaler may have beside what is derived. */
import { z } from "zod";
import { positiveInt, reason } from "../config/schemas.js";

const scalingPolicies = z
  .array(
    z.strictObject({
      type: z.enum(["Pods", "Percent"]).describe("Of what value is a number"),
      value: positiveInt.describe("Most replicas, or per cent of them, that a period changes"),
      periodSeconds: z.int().min(1).max(1800).describe("The period, in seconds"),
    }),
  )
  .min(1);
const selectPolicy = z.enum(["Max", "Min"]).optional().describe("Which policy decides; default: Max");

export const triggerSchema = z
  .strictObject({
    type: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, "is not a type of KEDA's triggers")
      .describe("KEDA's type, such as prometheus, cron or kafka"),
    metadata: z
      .record(z.string(), z.string())
      .describe(
        "The trigger's metadata as KEDA reads it, plain text; of prometheus, query is an instant vector, which is summed to one series, and " +
          "serverAddress defaults to the stack's Prometheus",
      ),
    metricType: z.enum(["AverageValue", "Value"]).default("AverageValue").describe("How the value is compared"),
    authenticationRef: z
      .string()
      .min(1)
      .optional()
      .describe("Name of a TriggerAuthentication in the models' namespace"),
    reason,
  })
  .describe("A trigger of KEDA's");

export const behaviorSchema = z
  .strictObject({
    scaleUp: z
      .strictObject({
        stabilizationWindowSeconds: z
          .int()
          .min(0)
          .max(3600)
          .optional()
          .describe("How long a higher load must last; default: 0"),
        policies: scalingPolicies.describe("How fast replicas are added"),
        selectPolicy,
      })
      .optional()
      .describe("Default: doubled or two more a minute, whichever is more"),
    scaleDown: z
      .strictObject({ policies: scalingPolicies.describe("How fast replicas are removed"), selectPolicy })
      .optional()
      .describe("Default: one in two minutes; how long the load must be low is scaleDownSeconds"),
    reason,
  })
  .describe("Speed of scaling, in place of what is derived");

export const fallbackSchema = z
  .strictObject({
    replicas: positiveInt.describe("Replicas while the metrics are gone"),
    failureThreshold: positiveInt.default(3).describe("Failed queries in a row before that"),
    behavior: z
      .enum(["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"])
      .default("currentReplicasIfHigher")
      .describe("Whether those that run are kept"),
    reason,
  })
  .describe("What holds while Prometheus does not answer; default: what runs, and min at least");

export type Trigger = z.infer<typeof triggerSchema>;
