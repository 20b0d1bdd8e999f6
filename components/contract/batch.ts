/** The shape of a batch's entry in the stack config: requests from a file, answered once each by pods that come and go. */
import { z } from "zod";
import { withMovedKeys } from "../config/moved.js";
import { objectName, positiveInt, givesOne } from "../config/schemas.js";
import { bucketShape, claimFolderSchema, keyPrefix, relativePath, s3PrefixSchema } from "./places.js";
import { releaseSchema } from "./schema.js";

/**
 * Jobs and pods of a run are named after the batch: `<batch>-batch-<run>-workers-<shard>`, and all of that is a label of at most 63
 * characters.
 */
export const BATCH_NAME = /^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/;

/** What a line may ask for: its `url` in the OpenAI batch format, as `vllm run-batch` reads it (vllm/entrypoints/launchers/run_batch.py, 0.33.0). */
export const ENDPOINTS = ["/v1/chat/completions", "/v1/embeddings", "/v1/score", "/v1/rerank"] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** Classes that may be interrupted. */
export const BATCH_CLASSES = ["batch", "experimental"] as const;

const inputSchema = z
  .strictObject({
    s3: z
      .strictObject({ ...bucketShape, key: keyPrefix.describe("Key of the file") })
      .optional()
      .describe("A file in a bucket"),
    claim: z
      .strictObject({
        name: claimFolderSchema.shape.name,
        path: relativePath.describe("Path of the file within the volume"),
      })
      .optional()
      .describe("A file on a PersistentVolumeClaim that many nodes can mount"),
    url: z
      .string()
      .regex(/^https?:\/\/[^\s@#]+$/, "is not an address: use a form such as https://example.com/requests.jsonl")
      .optional()
      .describe("A file behind HTTP or HTTPS; the address is plain text, so without credentials"),
  })
  .refine((place) => givesOne(place, ["s3", "claim", "url"]), { error: "give one of s3, claim and url" })
  .describe("JSON Lines in the OpenAI batch format");

const outputSchema = withMovedKeys(
  z
    .strictObject({
      s3: s3PrefixSchema.optional().describe("A prefix of a bucket"),
      claim: claimFolderSchema.optional().describe("A folder of a PersistentVolumeClaim that many nodes can mount"),
    })
    .refine((place) => givesOne(place, ["s3", "claim"]), { error: "give one of s3 and claim" })
    .describe("Where each run has a folder of its own, with shards, results, the joined output and a report"),
  { url: "can be read and not written to: use s3 or claim" },
);

export const batchSchema = z
  .strictObject({
    class: z
      .enum(BATCH_CLASSES)
      .default("batch")
      .describe("Kind of traffic; decides nodes and priority. Evaluations and trials: experimental"),
    release: releaseSchema
      .optional()
      .describe("What the batch's own pods run, in the shape of a model's release: model, image, GPU, flags"),
    from: z
      .strictObject({
        model: z.string().describe("Key of a model in vllm:models"),
        release: z.string().describe("One of its releases"),
        nodeGroup: z
          .string()
          .min(1)
          .optional()
          .describe("Group of nodes to run on, in place of the release's; only where several offer its GPUs"),
      })
      .optional()
      .describe("Runs a model's release on the batch's own pods: the same weights, image and flags, on batch nodes"),
    route: z
      .strictObject({
        model: z.string().describe("Key of a model in vllm:models"),
        concurrency: positiveInt
          .max(1024)
          .describe("Requests that the batch has in flight at once, all its pods together"),
      })
      .optional()
      .describe("Sends the lines to a model that is served already; the batch has no GPUs of its own"),
    servedName: z
      .string()
      .min(1)
      .optional()
      .describe("Name of the model in the lines; default: the batch's key, of from and route the model's first name"),
    input: inputSchema.optional().describe("Default: each run is given one, by npm run batch -- submit"),
    output: outputSchema,
    endpoint: z.enum(ENDPOINTS).describe("What every line asks for: its url"),
    badLines: z
      .enum(["refuse", "report"])
      .default("refuse")
      .describe("Lines that are no request: refuse stops the run before it asks for a GPU, report leaves them out"),
    shards: z
      .strictObject({
        lines: z
          .int()
          .min(1)
          .max(1_000_000)
          .default(5000)
          .describe("Lines of a shard. Each shard starts a pod that loads the model: give it work for half an hour"),
      })
      .prefault({})
      .describe("How the input is cut"),
    parallelism: z.int().min(1).max(1000).default(1).describe("Pods at once, each with the GPUs of the release"),
    retries: z
      .int()
      .min(0)
      .max(20)
      .default(2)
      .describe("Failures of one shard before the run gives it up; interruptions of spot nodes do not count"),
    deadlineSeconds: positiveInt
      .max(2_592_000)
      .default(86_400)
      .describe("Time that a run may take, waiting for nodes included; then it stops with what it has"),
    ttlSeconds: z
      .int()
      .min(0)
      .max(31_536_000)
      .default(604_800)
      .describe("How long the Jobs of a finished run are kept; its files are not touched"),
    schedule: z
      .string()
      .optional()
      .describe(
        "When a run starts, as a line of cron with five fields; a run that still goes on is not joined by another",
      ),
    timeZone: z
      .string()
      .optional()
      .describe("Time zone of the schedule, such as Europe/Berlin; default: the cluster's"),
    suspend: z.boolean().default(false).describe("Whether the schedule rests"),
    queue: objectName
      .optional()
      .describe("LocalQueue of Kueue that decides when the pods start; default: they start as soon as there are nodes"),
    image: z
      .string()
      .optional()
      .describe("Image with python3 that checks, cuts and joins, with version tag and digest; default: the release's"),
    podIdentity: z
      .strictObject({
        roleArn: z
          .string()
          .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, "is not the ARN of an IAM role")
          .optional()
          .describe(
            "Role that the pods take: on a built cluster by EKS Pod Identity, on an existing one by annotation (IRSA)",
          ),
        annotations: z
          .record(z.string(), z.string())
          .optional()
          .describe("Annotations of the ServiceAccounts, such as those of another cloud's workload identity"),
      })
      .optional()
      .describe("How pods may reach S3; default: on a built cluster a role of just these places, else nothing"),
  })
  .describe("Requests from a file, each answered once, on nodes that may go at any time");

export const batchesSchema = z.record(z.string(), batchSchema).describe("Batches by key");

export const batchQuotaSchema = z
  .strictObject({
    gpus: positiveInt.describe("GPUs that the pods of all batches may hold at once; further pods wait"),
  })
  .describe("Limit of all batches together, where no Kueue does that; servers of the class batch do not count");

export type BatchConfig = z.infer<typeof batchSchema>;
export type BatchInput = z.infer<typeof inputSchema>;
export type BatchOutput = z.infer<typeof outputSchema>;
export type BatchClass = BatchConfig["class"];
export type BatchQuota = z.infer<typeof batchQuotaSchema>;
