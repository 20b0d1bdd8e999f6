/** The stack of the story: a config as one would write it, whose rules are the real ones. */

/** Two of Qwen3-8B's commits in the story; nothing loads them. */
const REVISIONS = {
  old: "b968826d9c46dd6066d109eabc6255188de91218",
  new: "9c925d64d72725edaf899c6cb9c377fd0709d9c5",
} as const;
const IMAGES = {
  old: "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90",
  new: `vllm/vllm-openai:v0.32.0@sha256:${"4e2f".repeat(16)}`,
} as const;

export const STACK = "prod";
export const NAMESPACE = "models";

function release(revision: string, image: string, more: object = {}): object {
  return {
    model: { id: "Qwen/Qwen3-8B", revision },
    image,
    gpu: { type: "l40s" },
    context: 32_768,
    concurrency: { sequences: 32, inFlight: 96 },
    ...more,
  };
}

const SMALL = {
  gpu: { type: "l4" },
  model: { id: "Qwen/Qwen3-4B-Instruct-2507", revision: "cdbee75f17c01a7cc42f958dc650907174af0554" },
  context: 16_384,
};

const PRICED = { price: { inputUsd: 0.1, outputUsd: 0.4 } };

const nodes = (purpose: string, gpu: string, instanceTypes: string[], capacity: string): object => ({
  purpose, gpu, instanceTypes, capacity, min: 0, max: 12,
}); // prettier-ignore

/** The values under `vllm:`. @param routed the release that chat's route names */
export function storyValues(routed: "r1" | "r2"): Record<string, unknown> {
  return {
    namespace: NAMESPACE,
    cluster: {
      existing: {
        name: "llm-prod",
        gpuNodes: {
          l40s: nodes("inference", "l40s", ["g6e.2xlarge"], "on-demand"),
          l4: nodes("inference", "l4", ["g6.2xlarge"], "on-demand"),
          batch: nodes("batch", "l4", ["g6.2xlarge"], "spot"),
        },
      },
    },
    observability: {
      slo: {
        ttft: { seconds: 1, target: 0.99 },
        interTokenLatency: { seconds: 0.1, target: 0.99 },
        availability: 0.999,
      },
      budgets: { usdPerDay: 400, models: { chat: 180, code: 60 } },
    },
    gateway: {
      host: "llm.example.com",
      tls: { secret: "llm-tls" },
      tenants: {
        assistant: { models: ["chat", "code"], limits: { requestsPerMinute: 1200, usdPerDay: 150 } },
        reports: { models: ["chat", "summaries"], limits: { requestsPerMinute: 180, usdPerDay: 60 } },
      },
    },
    models: {
      chat: {
        gateway: PRICED,
        class: "interactive",
        route: { stable: routed },
        autoscaling: { min: 2, max: 6 },
        releases: {
          r1: release(REVISIONS.old, IMAGES.old),
          r2: release(REVISIONS.new, IMAGES.new, { concurrency: { sequences: 24, inFlight: 72 } }),
        },
      },
      code: {
        gateway: PRICED,
        class: "interactive",
        route: { stable: "r1" },
        autoscaling: { min: 1, max: 4 },
        releases: { r1: release(REVISIONS.old, IMAGES.new, { ...SMALL }) },
      },
      summaries: {
        gateway: PRICED,
        class: "batch",
        route: { stable: "r1" },
        autoscaling: { min: 1, max: 2 },
        releases: {
          r1: release(REVISIONS.old, IMAGES.new, { ...SMALL, concurrency: { sequences: 64, inFlight: 512 } }),
        },
      },
      trial: {
        class: "experimental",
        route: { stable: "r1" },
        autoscaling: { min: 1, max: 1 },
        releases: {
          r1: release(REVISIONS.old, IMAGES.new, { ...SMALL, concurrency: { sequences: 16, inFlight: 32 } }),
        },
      },
    },
  };
}
