/** The shape of `vllm:gateway`: the door that clients come by. */
import { z } from "zod";
import { givesOne, ipRange, labelsSchema, objectName, dnsLabel, positiveInt } from "../../config/schemas.js";
import { protectionSchema } from "./protection.js";
import { aliasesSchema } from "./routing.js";
import { tenantsSchema } from "./tenants.js";

const tlsSchema = z
  .strictObject({
    secret: objectName.optional().describe("Secret of type kubernetes.io/tls in the models' namespace"),
    issuer: z
      .strictObject({
        name: objectName.describe("Name of the issuer"),
        kind: z.enum(["ClusterIssuer", "Issuer"]).default("ClusterIssuer").describe("Its kind"),
      })
      .optional()
      .describe("Issuer of cert-manager, which makes the certificate"),
  })
  .refine((tls) => givesOne(tls, ["secret", "issuer"]), { error: "give either secret or issuer" })
  .describe("Certificate of the host");

const oidcSchema = z
  .strictObject({
    issuer: z.url({ protocol: /^https$/ }).describe("Issuer of the tokens"),
    audiences: z.array(z.string().min(1)).min(1).describe("Audiences, one of which a token has to name"),
    jwksUri: z.url({ protocol: /^https$/ }).describe("Address of the issuer's public keys"),
    tenantClaim: z.string().min(1).default("sub").describe("Claim that names the tenant"),
  })
  .describe("Tokens (JWT) beside keys; default: keys alone");

const rateLimitsSchema = z
  .strictObject({
    redisUrl: z
      .string()
      .regex(
        /^rediss?:\/\/[^\s@/]+$/,
        "is not an address: use a form such as redis://redis.cache.svc:6379, without a password",
      )
      .optional()
      .describe("Redis that counts quotas; default: one that the stack makes, whose counts are lost with its pod"),
    redisImage: z
      .string()
      .optional()
      .describe("Image of that Redis, with version tag and digest; default: one that is pinned here"),
  })
  .prefault({})
  .describe("Where quotas are counted. They fail closed");

export const gatewaySchema = z
  .strictObject({
    host: z.hostname().describe("DNS name of the door"),
    tls: tlsSchema,
    exposure: z
      .enum(["internal", "public"])
      .default("internal")
      .describe("Load balancer: within the network, or on the internet"),
    sourceRanges: z.array(ipRange).min(1).optional().describe("Addresses that may connect; default: all that reach it"),
    annotations: labelsSchema
      .optional()
      .describe("Annotations of the load balancer's Service, beside those that exposure leads to on AWS"),
    namespace: dnsLabel.default("envoy-gateway-system").describe("Namespace of Envoy Gateway and its proxies"),
    install: z
      .boolean()
      .default(true)
      .describe(
        "Whether the stack installs Envoy Gateway; false: the cluster has it, with the settings of docs/gateway.md",
      ),
    replicas: z.int().min(2).max(100).default(2).describe("Proxies; each counts concurrency by itself"),
    envoyImage: z
      .string()
      .optional()
      .describe("Image of Envoy, with version tag and digest; default: that of the pinned Envoy Gateway"),
    rateLimits: rateLimitsSchema,
    oidc: oidcSchema.optional(),
    protection: protectionSchema.prefault({}),
    aliases: aliasesSchema,
    tenants: tenantsSchema,
    connections: positiveInt.default(10_000).describe("Most connections of clients to one proxy"),
  })
  .describe("The gateway that clients come by; without it models are for pods of the cluster");
export type GatewayConfig = z.infer<typeof gatewaySchema>;
