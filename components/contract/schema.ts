/** The shape of a model's entry in the stack config, as zod schemas: types and JSON Schema are generated from them. */
import { z } from "zod";
import { TRAFFIC_CLASSES } from "../vocabulary/traffic.js";
import { TASKS } from "../facts/models/task.js";
import { PRECISION_NAMES } from "../facts/precisions.js";
import { secretRefSchema } from "../config/secretRef.js";
import { API_KEY } from "../vocabulary/secrets.js";
import { commit, envName, hubId, positiveInt, reason } from "../config/schemas.js";
import { architectureSchema } from "./architecture.js";
import { gpuTypeName } from "./gpuTypes.js";
import { sloSchema } from "./observability/slo.js";
import { modelGatewaySchema } from "./gateway/model.js";
import { loadSchema } from "./load.js";
import { podSchema } from "./pod.js";
import { routeSchema } from "./route.js";
import { adapterName, adapterSchema, draftSchema, sourceSchema } from "./source.js";
import { behaviorSchema, fallbackSchema, triggerSchema } from "./triggers.js";

/** Kubernetes names built from a model's key add a release and suffixes of controllers; 63 characters is the limit. */
export const MODEL_NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;
const VLLM_VERSION = /^\d+\.\d+\.\d+(\.?(rc|post)\d+)?$/;
/** Twelve hours: above what the weights of the largest machine take at the pessimistic rate of derive/tuning.ts. */
export const MOST_STARTUP_SECONDS = 43_200;
/**
 * The contract is an annotation, and all annotations of an object are at most 256 KiB (`TotalAnnotationSizeLimitB` of
 * k8s.io/apimachinery/pkg/api/validation/objectmeta.go, v0.36.3), quotes and line ends counted twice here.
 */
const MOST_TEMPLATE_BYTES = 65_536;

const flagValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number()])),
  z.record(z.string(), z.unknown()),
]);

export const releaseSchema = z
  .strictObject({
    model: z.strictObject({
      id: hubId.describe("Hugging Face id"),
      revision: commit.describe(
        "Commit of the weights, 40 hex digits; of another source the start of its manifest's or image's SHA-256",
      ),
      source: sourceSchema.optional(),
      tokenizer: hubId.optional().describe("Hugging Face id of the tokenizer; default: the model's own"),
      tokenizerRevision: commit.optional().describe("Commit of the tokenizer; default: the model's revision"),
      tokenizerSource: sourceSchema
        .optional()
        .describe("Where the tokenizer's files are; default: the model's source, and the hub for another tokenizer"),
      task: z
        .enum(TASKS)
        .optional()
        .describe(
          "What requests are for: text, vectors, scores of two texts, or labels. vLLM's runner follows from it. Default: the catalogue's, " +
            "else what the flags runner and convert say, else generate",
        ),
      precision: z
        .enum(PRECISION_NAMES)
        .optional()
        .describe("Precision of the weights as served; default: the catalogue's, else bf16"),
      quantizeAtLoad: z
        .boolean()
        .optional()
        .describe("fp8 and mxfp8 only: vLLM quantises published 16-bit weights when it loads them"),
      gated: z
        .boolean()
        .optional()
        .describe("Whether the hub asks for a token (config secret vllm:huggingFaceToken); default: the catalogue's"),
      architecture: architectureSchema.optional(),
    }),
    draft: draftSchema.optional(),
    adapters: z
      .record(adapterName, adapterSchema)
      .optional()
      .describe(
        "LoRA adapters by the name that clients ask for; they need the flag enable-lora, and a cache if they are of the hub",
      ),
    image: z.string().describe("vLLM image with version tag and digest: name:tag@sha256:…"),
    vllmVersion: z
      .string()
      .regex(VLLM_VERSION, "is not a version of vLLM: use three numbers, such as 0.32.0")
      .optional()
      .describe("Version of vLLM in the image; default: the tag's, on images named vllm-openai or vllm-cpu"),
    gpu: z.strictObject({
      type: gpuTypeName.describe("Type of the GPUs: one of the table in docs/configuration.md, or of vllm:gpuTypes"),
      count: z.int().min(1).max(8).default(1).describe("GPUs per replica; more than one means tensor parallelism"),
      memoryUtilization: z
        .number()
        .min(0.1)
        .max(1)
        .default(0.9)
        .describe("Share of each GPU's memory that vLLM may use, 0.1 to 1"),
      nodeGroup: z
        .string()
        .min(1)
        .optional()
        .describe("Group of nodes to run on, where several with labels or taints of their own have such GPUs"),
    }),
    context: positiveInt.describe("Most tokens of one request, prompt and completion together"),
    concurrency: z.strictObject({
      sequences: positiveInt.describe("Requests that a replica runs at once"),
      inFlight: positiveInt.describe("Requests that a replica runs and queues; more are refused with HTTP 503"),
      batchedTokens: positiveInt.optional().describe("Tokens per engine step; default: vLLM's default for the GPU"),
    }),
    resources: z
      .strictObject({
        cpus: z.number().positive().optional().describe("Cores to request; default: 2 plus one per GPU"),
        memoryGiB: positiveInt.optional().describe("Host memory including shared memory; default: derived"),
        sharedMemoryGiB: positiveInt
          .optional()
          .describe("Size of /dev/shm; default: 2, and with several GPUs 2 more per GPU"),
        diskGiB: positiveInt.optional().describe("Disk for weights and compiled code; default: derived"),
      })
      .default({}),
    startupSeconds: positiveInt
      .max(MOST_STARTUP_SECONDS)
      .optional()
      .describe("Time from container start to ready, at most; default: derived from the size of the weights"),
    chatTemplate: z
      .strictObject({
        text: z
          .string()
          .min(1)
          .refine((text) => Buffer.byteLength(text) <= MOST_TEMPLATE_BYTES, "is larger than 64 KiB: shorten it")
          .describe("The template in Jinja, up to 64 KiB"),
        reason,
      })
      .optional()
      .describe("Chat template in place of the model's own; mounted as a file"),
    flags: z
      .record(z.string(), z.strictObject({ value: flagValue, reason }))
      .default({})
      .describe("Flags of vllm serve, without dashes, each with a reason"),
    env: z
      .record(envName, z.strictObject({ value: z.string(), reason }))
      .default({})
      .describe("Environment variables, each with a reason; they are plain text, so no secrets"),
  })
  .describe("One release; do not edit it, add another instead");

export const activationSchema = z.strictObject({
  query: z
    .string()
    .min(1)
    .describe("PromQL query of a metric that exists while no pod runs, such as a gateway's request rate"),
  threshold: z.number().min(0).default(0).describe("The first replica starts when the query exceeds this"),
});

export const autoscalingSchema = z
  .strictObject({
    min: z.int().min(0).default(1).describe("Fewest replicas; 0 requires activation"),
    max: positiveInt.default(1).describe("Most replicas"),
    targetUtilization: z
      .number()
      .gt(0)
      .max(1)
      .default(0.75)
      .describe("Target of requests in flight per replica, as a share of concurrency.sequences"),
    scaleDownSeconds: z
      .int()
      .min(300)
      .max(3600)
      .optional()
      .describe(
        "How long the load must stay low before a replica is removed. Default: what a replica is expected to take to come back, with the " +
          "cache that there is, and at least 300",
      ),
    activation: activationSchema.optional(),
    triggers: z
      .record(z.string(), triggerSchema)
      .optional()
      .describe("Triggers beside those that are derived, by name"),
    behavior: behaviorSchema.optional(),
    fallback: fallbackSchema.optional(),
  })
  .describe("Number of replicas by load; fixed where min and max are equal");

export const modelSchema = z
  .strictObject({
    class: z.enum(TRAFFIC_CLASSES).describe("Kind of traffic; decides nodes and priority"),
    servedNames: z
      .array(
        z.string().regex(/^[\w./:][\w./:-]*$/, "is not a model name: use letters, digits and . _ - / :, first no dash"),
      )
      .min(1)
      .optional()
      .describe("Names that clients use in requests; default: the model's key"),
    apiKey: secretRefSchema(API_KEY)
      .optional()
      .describe("Secret with the key that clients send; default: one that the stack makes, of a random key"),
    route: routeSchema,
    releases: z.record(z.string(), releaseSchema),
    autoscaling: autoscalingSchema.prefault({}),
    drainSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(120)
      .describe(
        "How long a stopping replica may finish its requests; 0 aborts them, which the policy grace-exceeds-drain refuses",
      ),
    warmSpares: z
      .int()
      .min(0)
      .default(0)
      .describe("Low-priority pods, each reserving the GPUs of one replica; a new replica takes their place at once"),
    slo: sloSchema
      .optional()
      .describe("Service levels of the model; default: of an interactive model those of vllm:observability.slo"),
    load: loadSchema.optional(),
    gateway: modelGatewaySchema.optional(),
    pod: podSchema.optional().describe("What this model's pods have besides vllm:pod, or in place of it"),
  })
  .describe("A model that clients can use");

export type ReleaseConfig = z.infer<typeof releaseSchema>;
export type ModelConfig = z.infer<typeof modelSchema>;
export type Autoscaling = z.infer<typeof autoscalingSchema>;
