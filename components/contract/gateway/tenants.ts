/** The shape of `vllm:gateway.tenants`: who may send requests, to which models, and how many. */
import { z } from "zod";
import { dnsLabel, objectName, positiveInt } from "../../config/schemas.js";

const usd = z.number().positive();

const limitsShape = {
  requestsPerMinute: positiveInt.optional().describe("Requests a minute"),
  inputTokensPerMinute: positiveInt.optional().describe("Prompt tokens a minute, counted as requests end"),
  outputTokensPerMinute: positiveInt.optional().describe("Completion tokens a minute, counted as requests end"),
  inputTokensPerDay: positiveInt.optional().describe("Prompt tokens a day (UTC)"),
  outputTokensPerDay: positiveInt.optional().describe("Completion tokens a day (UTC)"),
  usdPerDay: usd.optional().describe("US dollars a day (UTC), by the prices of the models"),
  concurrency: positiveInt
    .optional()
    .describe("Requests at once, of each model and gateway replica, as Envoy counts them"),
};

export const limitsSchema = z.strictObject(limitsShape).describe("Limits of a tenant");

export const tenantSchema = z
  .strictObject({
    keys: z
      .strictObject({
        generated: z
          .array(dnsLabel)
          .optional()
          .describe(
            "Names of keys that the stack makes, each a secret output; two of them are what a rotation needs. Default: one named main, where the " +
              "tenant has no other",
          ),
        existingSecrets: z
          .array(objectName)
          .min(1)
          .optional()
          .describe(
            "Secrets in the models' namespace. Each of their keys is <tenant> or <tenant>.<name>, its value an API key",
          ),
      })
      .prefault({})
      .describe("API keys beside those of vllm:tenantKeys"),
    subjects: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("Values of the token's claim that are this tenant, where vllm:gateway.oidc is set; default: its name"),
    models: z
      .array(z.string().min(1))
      .min(1)
      .describe(
        "Models by key that it may use, with their names, adapters and aliases; an alias that leads elsewhere is refused",
      ),
    limits: limitsSchema.describe("Limits; at least requestsPerMinute is needed, so that nobody is without one"),
    tier: dnsLabel.optional().describe("Tier of its requests, by which aliases choose a model; default: none"),
    tiers: z.array(dnsLabel).min(1).optional().describe("Tiers that its clients may ask for by the header x-tier"),
    priority: z
      .int()
      .min(-100)
      .max(100)
      .default(0)
      .describe("Priority of its requests at models with scheduling-policy: priority; lower goes first"),
    mayChooseRelease: z
      .boolean()
      .default(false)
      .describe("Whether its clients may name a release by the header x-release, to try one before it has traffic"),
  })
  .describe("A tenant");

export const tenantsSchema = z.record(dnsLabel, tenantSchema).describe("Tenants by name");

export type TenantConfig = z.infer<typeof tenantSchema>;
export type TenantLimits = z.infer<typeof limitsSchema>;
