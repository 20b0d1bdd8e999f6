/** The shape of everything under `vllm:`; the source of types, of the JSON Schema and of docs/configuration.md. */
import { z } from "zod";
import { builtClusterSchema, existingClusterSchema } from "../components/cluster/schema.js";
import { dnsLabel } from "../components/config/schemas.js";
import { secretRefSchema } from "../components/config/secretRef.js";
import { accessSchema } from "../components/contract/access.js";
import { batchesSchema, batchQuotaSchema } from "../components/contract/batch.js";
import { cacheSchema } from "../components/contract/cache.js";
import { gatewaySchema } from "../components/contract/gateway/schema.js";
import { gpuTypesSchema } from "../components/contract/gpuTypes.js";
import { podSchema } from "../components/contract/pod.js";
import { observabilitySchema } from "../components/contract/observability/schema.js";
import { costLabelsSchema } from "../components/contract/labels.js";
import { modelSchema } from "../components/contract/schema.js";
import { platformSchema } from "../components/platform/schema.js";
import { HUB_TOKEN } from "../components/vocabulary/secrets.js";

/** A section a key, in the order of the reference. A new one needs its schema in its own folder, and a line here. */
export const stackConfigSchema = z.strictObject({
  cluster: z
    .union([existingClusterSchema, builtClusterSchema])
    .describe("Where to deploy: `existing` describes an existing cluster, the other keys one that the stack builds"),
  namespace: z
    .union([
      dnsLabel,
      z.strictObject({
        name: dnsLabel.describe("Name of the namespace"),
        create: z
          .literal(false)
          .describe(
            "The namespace is there already; its labels, also that of the Pod Security Standard, are its owner's",
          ),
      }),
    ])
    .default("vllm")
    .describe("Kubernetes namespace of the models: a name, which the stack creates, or { name, create: false }"),
  labels: costLabelsSchema.prefault({}),
  gpuTypes: gpuTypesSchema.optional(),
  pod: podSchema
    .extend({
      spareImage: z
        .string()
        .optional()
        .describe("Image of warm spares, with version tag and digest; default: registry.k8s.io/pause"),
    })
    .optional(),
  cache: cacheSchema.optional(),
  platform: platformSchema.prefault({}),
  access: accessSchema.prefault({}),
  observability: observabilitySchema.prefault({}),
  huggingFaceToken: z
    .union([z.string().min(1), secretRefSchema(HUB_TOKEN)])
    .optional()
    .describe(
      "Hugging Face token for gated models: the token itself, set with --secret, or { existingSecret, key } or { externalSecret, key } in the " +
        "models' namespace",
    ),
  models: z.record(z.string(), modelSchema).describe("Models by key"),
  batch: batchesSchema.prefault({}),
  batchQuota: batchQuotaSchema.optional(),
  gateway: gatewaySchema.optional(),
  tenantKeys: z
    .record(dnsLabel, z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]))
    .optional()
    .describe(
      "API keys by tenant, one or several, so that one can be replaced by another; each set with --secret, of at least 24 characters",
    ),
});

/** Sections that are parsed as they stand; the cluster is of two kinds, models and batches become plans. */
export const plainSectionsSchema = stackConfigSchema.omit({ cluster: true, models: true, batch: true });
export type PlainSections = z.infer<typeof plainSectionsSchema>;

/** Name of the models' namespace, whoever makes it. */
export function namespaceName(namespace: PlainSections["namespace"]): string {
  return typeof namespace === "string" ? namespace : namespace.name;
}
