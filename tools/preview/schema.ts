/** What `preview --json` prints, as a JSON Schema: docs/preview.schema.json is made of it, and a test holds the output to it. */
import { z } from "zod";
import { TRAFFIC_CLASSES } from "../../components/vocabulary/traffic.js";
import { REPORT_VERSION } from "./report.js";

const usdRange = z
  .strictObject({ minUsd: z.number(), maxUsd: z.number() })
  .describe("US dollars an hour, on demand in us-east-1: with the fewest and with the most replicas or nodes");
const gib = z.number().describe("GiB");
const version = z
  .literal(REPORT_VERSION)
  .describe("Rises when a field is removed or changes its meaning; new fields may come");

const fit = z
  .strictObject({
    weightsGiB: gib.describe("GiB over all GPUs of a replica"),
    overheadGiB: gib.describe("GiB of each GPU: activations, CUDA graphs and libraries, estimated"),
    kvCacheGiB: gib.describe("GiB of each GPU that are left for the KV cache"),
    kvCacheTokens: z.int().describe("Tokens that a replica's KV cache holds"),
    fullLengthRequests: z.number().describe("Requests of full context that fit at once"),
    perGpu: z
      .strictObject({ memoryGiB: gib, weightsGiB: gib, overheadGiB: gib, kvCacheGiB: gib, freeGiB: gib })
      .describe("Where the memory of one GPU goes, in GiB"),
  })
  .describe("GPU memory of a replica");

const seconds = z.int().describe("Seconds");
const coldStart = z
  .strictObject({
    parts: z.strictObject({
      image: seconds.describe("Seconds to pull the image; 0 where it is pulled before"),
      process: seconds.describe("Seconds of Python, imports and the API server"),
      weights: seconds.describe("Seconds to download or read the weights"),
      compile: seconds.describe("Seconds of compilation, or to read what is kept of it"),
      graphs: seconds.describe("Seconds to capture CUDA graphs"),
      engine: seconds.describe("Seconds of memory profiling, KV cache and warm-up"),
    }),
    totalSeconds: seconds,
    fillSeconds: seconds.optional().describe("What the first start of a revision waits for besides: the cache's fill"),
    cache: z
      .strictObject({
        kind: z.string(),
        source: z.string().describe("Of the rate at which weights are read"),
        withoutSeconds: seconds.describe("Total where each start downloads its weights"),
      })
      .optional()
      .describe("Absent where each start downloads its weights"),
  })
  .describe("Expected start of a replica on a node that is there, by published figures");

const perMillion = z
  .strictObject({ minUsd: z.number(), maxUsd: z.number() })
  .describe("US dollars a million tokens: by the fewest and by the most replicas");

const release = z.strictObject({
  model: z.string(),
  release: z.string(),
  routed: z.boolean().describe("Whether the model's Service leads to it"),
  class: z.enum(TRAFFIC_CLASSES),
  weights: z.string().describe("Hugging Face id"),
  revision: z.string().describe("Commit of the weights"),
  image: z.string(),
  gpu: z.strictObject({ type: z.string(), count: z.int() }),
  context: z.int().describe("Tokens of a request"),
  fit,
  replicas: z.strictObject({ min: z.int(), max: z.int() }),
  coldStart,
  fromZero: z
    .strictObject({
      answer: z.enum(["hold", "retry"]).describe("hold: the first requests wait; retry: they get 503 with Retry-After"),
      expectedSeconds: seconds.describe("Seconds from the first request to an answer"),
      answerSeconds: seconds.describe("Longest wait of hold; Retry-After of retry"),
    })
    .optional()
    .describe("How requests at the gateway wake the model; absent where they do not"),
  hourlyUsd: usdRange.optional().describe("Absent where no source has the price of the machines"),
  tokens: z
    .strictObject({
      inputTokensPerSecond: z.number().describe("Of all replicas together"),
      outputTokensPerSecond: z.number().describe("Of all replicas together"),
      replicas: z.strictObject({ min: z.number(), max: z.number() }).describe("Replicas that take this load"),
      perMillionUsd: z.strictObject({ input: perMillion.optional(), output: perMillion.optional() }),
    })
    .optional()
    .describe("At the load that the model states, of its routed release"),
  contractHash: z.string(),
  arguments: z.array(z.string()).describe("What follows `vllm serve`"),
  reasons: z.record(z.string(), z.string()).describe("Why each flag and variable is set, by its name"),
});

const batch = z.strictObject({
  batch: z.string(),
  class: z.enum(TRAFFIC_CLASSES),
  endpoint: z.string(),
  runs: z
    .union([
      z.strictObject({ weights: z.string(), revision: z.string() }),
      z.strictObject({ route: z.string().describe("The model that its lines are sent to") }),
    ])
    .describe("Hugging Face id and commit of the weights, or the model that is served already"),
  gpu: z.strictObject({ type: z.string(), count: z.int() }).optional().describe("Absent where it has none of its own"),
  pods: z.int().describe("Pods at once, at most"),
  schedule: z.string().optional().describe("Absent where runs are submitted"),
  hourlyUsd: usdRange.optional().describe("On demand, of one pod to all, while a run goes on"),
});

const resource = z.looseObject({
  urn: z.string(),
  type: z.string().describe("Pulumi's type token"),
  name: z.string(),
  parent: z.string().optional().describe("URN"),
  custom: z.boolean().describe("False for a component"),
  secret: z.boolean().describe("Whether an input is a secret; secret values are `[secret]`"),
  inputs: z.record(z.string(), z.unknown()),
});

const problem = z.strictObject({
  path: z.string(),
  message: z.string(),
  severity: z.enum(["error", "warning"]),
  lines: z.array(z.string()).optional(),
});

const stack = z.strictObject({
  version,
  note: z.string(),
  stack: z.string(),
  models: z.array(z.looseObject({ name: z.string() })).describe("Models' own keys, as in the config, with defaults"),
  releases: z.array(release),
  batches: z.array(batch).describe("Batch work of the stack"),
  hourlyUsd: usdRange,
  cluster: z
    .strictObject({
      items: z.array(z.looseObject({ item: z.string(), count: z.string(), minUsd: z.number(), maxUsd: z.number() })),
      hourlyUsd: usdRange,
      unpriced: z.array(z.string()).describe("Instance types without a price"),
    })
    .optional()
    .describe("A cluster that the stack builds"),
  resources: z.array(resource),
  components: z
    .array(
      z.strictObject({
        component: z.string().describe("URN"),
        by: z.string(),
        resources: z.array(z.strictObject({ type: z.string(), name: z.string() })),
      }),
    )
    .describe("What components of others make"),
  violations: z.array(
    z.looseObject({
      rule: z.string(),
      level: z.enum(["mandatory", "advisory"]),
      resource: z.string(),
      message: z.string(),
    }),
  ),
  exceptions: z
    .array(
      z.strictObject({
        rule: z.string(),
        resource: z.string(),
        reason: z.string(),
        until: z.string().describe("Last day on which it holds, YYYY-MM-DD"),
      }),
    )
    .describe("From the policies' rules, ended ones too"),
  warnings: z.array(problem),
  policyConfig: z.string().optional().describe("File of the policies' levels"),
});

const change = z.looseObject({ path: z.string() }).describe("`before` or `after` is absent where there is nothing");
const costChange = z.strictObject({ before: usdRange, after: usdRange });

const diff = z.strictObject({
  stack: z.string(),
  added: z.array(resource),
  removed: z.array(resource),
  changed: z.array(
    z.strictObject({ urn: z.string(), type: z.string(), name: z.string(), properties: z.array(change) }),
  ),
  hourlyUsd: costChange,
  clusterUsd: costChange.optional(),
  models: z.array(z.strictObject({ name: z.string(), keys: z.array(change) })),
  contracts: z.array(z.strictObject({ name: z.string(), before: z.string().optional(), after: z.string().optional() })),
});

const preview = z.strictObject({
  version,
  stacks: z.array(stack),
  diffs: z.array(diff).optional().describe("With --diff: one of each stack, in their order"),
});

export function previewJsonSchema(): object {
  return { title: "What preview --json prints", ...z.toJSONSchema(preview) };
}
