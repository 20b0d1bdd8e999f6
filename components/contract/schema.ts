/** The shape of a model's entry in the stack config, as zod schemas: types and JSON Schema are generated from them. */
import { z } from "zod";
import { GPU_TYPES } from "./gpus.js";
import { TRAFFIC_CLASSES } from "./nodes.js";
import { PRECISION_NAMES } from "./precision.js";

/** Kubernetes names built from a model's key add a release and suffixes of controllers; 63 characters is the limit. */
export const MODEL_NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;
/** No dash, so that `<model>-<release>` can be read back. */
export const RELEASE_NAME = /^[a-z][a-z0-9]{0,11}$/;
const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/;
export const COMMIT = /^[0-9a-f]{40}$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const positiveInt = z.int().min(1);
const commit = z
  .string()
  .regex(COMMIT, "is not a commit: branches and tags move, so use the commit's 40 lower-case hex digits");
const hubId = z.string().regex(HUB_ID, "is not a Hugging Face id: use organisation/name");
const releaseName = z
  .string()
  .regex(RELEASE_NAME, "is not a release name: use a letter, then up to 11 letters and digits, such as r1");
/** Long enough for a paragraph and a link. */
const reason = z.string().trim().min(1, "is empty: say why it is set").max(1000);

const flagValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number()])),
  z.record(z.string(), z.unknown()),
]);

export const architectureSchema = z
  .strictObject({
    parameters: positiveInt.describe("All parameters, of every expert"),
    layers: positiveInt,
    hiddenSize: positiveInt,
    intermediateSize: positiveInt.describe("Width of the feed-forward layers, or of one expert"),
    attentionHeads: positiveInt,
    kvHeads: positiveInt,
    headSize: positiveInt,
    vocabularySize: positiveInt,
    tiedEmbeddings: z.boolean().default(false),
    maxContext: positiveInt.describe("max_position_embeddings of config.json, in tokens"),
    slidingWindow: z.strictObject({ layers: positiveInt, tokens: positiveInt }).optional(),
    weightsGiB: z.number().positive().optional().describe("Size of the weights as loaded, where it is known"),
  })
  .describe("The model's shape, from its config.json; needed for models that the catalogue does not have");

export const releaseSchema = z
  .strictObject({
    model: z.strictObject({
      id: hubId.describe("Hugging Face id"),
      revision: commit.describe("Commit of the weights, 40 hex digits"),
      tokenizer: hubId.optional().describe("Hugging Face id of the tokenizer; the model's own unless said"),
      tokenizerRevision: commit.optional().describe("Commit of the tokenizer; the model's revision unless said"),
      precision: z
        .enum(PRECISION_NAMES)
        .optional()
        .describe("Precision of the weights as served; the catalogue's unless said, else bf16"),
      quantizeAtLoad: z
        .boolean()
        .optional()
        .describe("fp8 only: the published weights have 16 bits and vLLM quantises them; the catalogue's unless said"),
      gated: z
        .boolean()
        .optional()
        .describe("Needs the config secret vllm:huggingFaceToken; the catalogue's unless said"),
      architecture: architectureSchema.optional(),
    }),
    image: z.string().describe("vLLM image with version tag and digest: name:tag@sha256:…"),
    gpu: z.strictObject({
      type: z.enum(GPU_TYPES),
      count: z.int().min(1).max(8).default(1).describe("GPUs a replica; more than one sets tensor parallelism"),
      memoryUtilization: z
        .number()
        .min(0.1)
        .max(1)
        .default(0.9)
        .describe("Share of each GPU's memory that vLLM may use, 0.1 to 1"),
    }),
    context: positiveInt.describe("Prompt and completion tokens of one request"),
    concurrency: z.strictObject({
      sequences: positiveInt.describe("Requests run at once"),
      inFlight: positiveInt.describe("Requests running and waiting; more are refused with HTTP 503"),
      batchedTokens: positiveInt
        .optional()
        .describe("Tokens of one engine step; vLLM's default for the GPU unless said"),
    }),
    resources: z
      .strictObject({
        cpus: z.number().positive().optional().describe("Cores requested; 2 and one a GPU unless said"),
        memoryGiB: positiveInt.optional().describe("Host memory, shared memory included; derived unless said"),
        sharedMemoryGiB: positiveInt.optional().describe("/dev/shm; 2, and 2 a GPU for more than one, unless said"),
        diskGiB: positiveInt.optional().describe("Room for weights and compiled code; derived unless said"),
      })
      .default({}),
    startupSeconds: positiveInt
      .max(7200)
      .optional()
      .describe("Budget from container start to ready; derived from the weights unless said"),
    flags: z
      .record(z.string(), z.strictObject({ value: flagValue, reason }))
      .default({})
      .describe("Flags of vllm serve without dashes, each with its reason"),
    env: z
      .record(
        z.string().regex(ENV_NAME, "is not a variable's name: use letters, digits and _, first no digit"),
        z.strictObject({ value: z.string(), reason }),
      )
      .default({})
      .describe("Environment variables, each with its reason; never secrets"),
  })
  .describe("One release: immutable in spirit, changed by adding another");

export const activationSchema = z.strictObject({
  query: z.string().min(1).describe("PromQL of a metric that exists without a pod, such as the gateway's request rate"),
  threshold: z.number().min(0).default(0).describe("Scales from zero above this"),
});

export const autoscalingSchema = z
  .strictObject({
    min: z.int().min(0).default(1).describe("Replicas at the least; 0 needs activation"),
    max: positiveInt.default(1).describe("Replicas at the most"),
    targetUtilization: z
      .number()
      .gt(0)
      .max(1)
      .default(0.75)
      .describe("Requests in flight a replica aims at, as a share of concurrency.sequences"),
    scaleDownSeconds: z
      .int()
      .min(300)
      .max(3600)
      .default(300)
      .describe("Load must stay low this long before a replica goes; at least 300, since a cold start costs minutes"),
    activation: activationSchema.optional(),
  })
  .describe("How many replicas, and when");

const percent = z.number().min(0).max(100);

export const routeSchema = z.strictObject({
  stable: releaseName.describe("Release that the model's Service leads to"),
  canary: z.strictObject({ release: releaseName, weight: percent }).optional(),
  shadow: z.strictObject({ release: releaseName, percent }).optional(),
});

export const modelSchema = z
  .strictObject({
    class: z.enum(TRAFFIC_CLASSES).describe("Kind of traffic; classes never share a runtime"),
    servedNames: z
      .array(
        z.string().regex(/^[\w./:][\w./:-]*$/, "is not a model name: use letters, digits and . _ - / :, first no dash"),
      )
      .min(1)
      .optional()
      .describe("Names that clients ask for; the model's key unless said"),
    route: routeSchema,
    releases: z.record(z.string(), releaseSchema),
    autoscaling: autoscalingSchema.prefault({}),
    drainSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(120)
      .describe("How long a stopping replica may finish its requests; 0 aborts them"),
    warmSpares: z.int().min(0).default(0).describe("GPU nodes kept ready by pods that give way"),
  })
  .describe("A model that clients can ask for");

export type ReleaseConfig = z.infer<typeof releaseSchema>;
export type ModelConfig = z.infer<typeof modelSchema>;
export type Autoscaling = z.infer<typeof autoscalingSchema>;
