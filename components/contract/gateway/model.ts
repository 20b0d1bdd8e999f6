/** The shape of a model's own `gateway` section. */
import { z } from "zod";
import { objectName, positiveInt } from "../../config/schemas.js";
import { protectionSchema } from "./protection.js";

const usdPerMillion = z.number().min(0);

export const modelGatewaySchema = z
  .strictObject({
    fallback: z
      .string()
      .min(1)
      .optional()
      .describe("Key of the model that answers when this one is busy, too slow or gone; default: none"),
    sticky: z
      .enum(["none", "session"])
      .default("none")
      .describe("session: requests with the same x-session-id go to one release and one replica"),
    price: z
      .strictObject({
        inputUsd: usdPerMillion.describe("US dollars a million prompt tokens"),
        outputUsd: usdPerMillion.describe("US dollars a million completion tokens"),
      })
      .optional()
      .describe("What tenants' usdPerDay and the usage report count; needed where a tenant of the model has usdPerDay"),
    fromZero: z
      .strictObject({
        answer: z
          .enum(["hold", "retry"])
          .default("retry")
          .describe("hold: the first requests wait for a replica; retry: they get 503 with Retry-After"),
        holdSeconds: positiveInt.optional().describe("Longest wait; default: the expected cold start, and a half more"),
      })
      .optional()
      .describe("How requests wake a model that is at zero replicas; needs autoscaling.min: 0"),
    protection: protectionSchema
      .omit({ bodyMiB: true })
      .partial()
      .optional()
      .describe("Bounds of this model's requests in place of vllm:gateway.protection"),
    credential: z
      .strictObject({ existingSecret: objectName })
      .optional()
      .describe(
        "Secret in the models' namespace whose key credential holds `Bearer <the model's key>`; needed where the model's apiKey is not the stack's own",
      ),
  })
  .describe("The model at the gateway");
export type ModelGateway = z.infer<typeof modelGatewaySchema>;
