/** The parts that the start of a replica consists of, in their order, and what shortens each. */

/** `shortens`: an imperative; pages of docs say more. */
interface Part {
  title: string;
  shortens?: string;
}

export const PARTS = {
  schedule: { title: "scheduling" },
  node: {
    title: "new node",
    shortens: "keep a warm spare (warmSpares) or one more replica (autoscaling.min)",
  },
  volumes: { title: "volumes and sandbox" },
  image: {
    title: "image pull",
    shortens: "pull images in parallel, or before they are needed: FastImagePull and pre-pull in docs/cache.md",
  },
  init: {
    title: "init steps, such as the wait for weights",
    shortens: "fill the cache before the release is rolled out: npm run cache",
  },
  process: {
    title: "process: Python, imports, config",
    shortens: "give the pod more CPU cores: a start is bound by CPU, not by the GPU",
  },
  download: { title: "download of weights", shortens: "keep weights in the cluster: vllm:cache" },
  weights: {
    title: "reading weights",
    shortens: "use a faster cache, or --load-format=runai_streamer: docs/cache.md has figures",
  },
  model: { title: "building the model", shortens: "serve a checkpoint that is quantised already" },
  compile: {
    title: "compilation",
    shortens: "keep compiled code beside the weights (vllm:cache), or compile less (-O1)",
  },
  warmup: { title: "profiling run", shortens: "set VLLM_ENABLE_STARTUP_PLAN=1 and keep compiled code (vllm:cache)" },
  graphs: { title: "CUDA graphs", shortens: "capture fewer batch sizes: --compilation-config cudagraph_capture_sizes" },
  cache: {
    title: "engine: KV cache, warm-up, what no line tells",
    shortens: "set VLLM_ENABLE_STARTUP_PLAN=1 and keep its plan (vllm:cache)",
  },
  server: { title: "API server, until Ready" },
  rest: { title: "not explained" },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;
const ORDER = Object.keys(PARTS) as PartName[];

/** What a part took. */
export interface MeasuredPart {
  part: PartName;
  seconds: number;
  /** Where it is known from, or what it was. */
  from: string;
}

/** Seconds below which two clocks, or the whole seconds of a condition, are the reason. */
const NEGLIGIBLE_SECONDS = 1;

/** Adds what no part explains, and leaves out parts that took no time. */
export function completed(parts: readonly MeasuredPart[], totalSeconds: number): MeasuredPart[] {
  const explained = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const rest = { part: "rest", seconds: totalSeconds - explained, from: "total less all parts" } as const;
  return [...parts, rest]
    .filter(({ part, seconds }) => seconds >= (part === "rest" ? NEGLIGIBLE_SECONDS : 0.005))
    .sort((one, other) => ORDER.indexOf(one.part) - ORDER.indexOf(other.part));
}

/** The part to shorten first. */
export function longest(parts: readonly MeasuredPart[]): MeasuredPart | undefined {
  return parts.reduce<MeasuredPart | undefined>(
    (most, part) => (most === undefined || part.seconds > most.seconds ? part : most),
    undefined,
  );
}

export function leverOf(part: PartName): string | undefined {
  const { shortens }: Part = PARTS[part];
  return shortens;
}
