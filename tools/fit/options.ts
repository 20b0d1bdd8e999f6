/** What `fit` is asked by its options. */
import { counted, type Problem, quote } from "../../components/config/problems.js";
import { type Gpu, GPU_TYPES, GPUS } from "../../components/facts/gpus.js";
import { KV_CACHE_TYPES } from "../../components/facts/kvCacheTypes.js";
import { CLOUDS, type Cloud } from "../../components/facts/machines/machine.js";
import { TASKS } from "../../components/facts/models/task.js";
import { type Precision, PRECISION_NAMES } from "../../components/facts/precisions.js";
import { isBefore } from "../../components/facts/vllm/version.js";
import { NEWEST_VERSION } from "../../components/facts/vllm/versions.js";
import type { FitInput } from "../../components/fit/fit.js";
import type { Reading } from "./configFile.js";
import { OptionTexts, type Typed } from "./texts.js";

export interface FitOptions {
  gpus?: Gpu[];
  counts?: number[];
  clouds?: Cloud[];
  /** The model's own where it is left out. */
  context?: number;
  /** vLLM's for the GPU where they are left out. */
  sequences?: number;
  batchedTokens?: number;
  memoryUtilization: number;
  /** That of the published weights where it is left out. */
  precision?: Precision;
  kvCacheType: string;
  version: string;
  server: Pick<
    FitInput,
    "isEager" | "isExpertParallel" | "dataParallel" | "blockTokens" | "items" | "lora" | "draftTokens"
  >;
  /** Hub id or file of a draft model. */
  draft?: string;
  revision?: string;
  /** How the model's config.json is read. */
  reading: Omit<Reading, "version">;
  /** Every machine, and every reason. */
  isAll: boolean;
  /** JSON, or the block to paste, instead of a table. */
  form: "table" | "json" | "architecture";
  /** File to draw a picture to, too. */
  plot?: string;
}

/** A release's own default (`gpu.memoryUtilization`). */
const MEMORY_UTILIZATION = 0.9;
/** Above every context that a model was made for. */
const MOST_TOKENS = 100_000_000;
/** Of the largest machines' interconnects, and more: a bound against slips. */
const MOST_GPUS = 1024;
const OLDEST_VERSION = "0.8.0";

const TOKENS = { min: 1, max: MOST_TOKENS, unit: "tokens" };
const ITEMS = { min: 0, max: 10_000, unit: "items" };

/** The options, without those that are wrong, and every problem of them. */
export function fitOptions(typed: Typed): { options: FitOptions; problems: Problem[] } {
  const texts = new OptionTexts(typed);
  const options: FitOptions = {
    gpus: texts.choices("gpu", GPU_TYPES, "GPU type")?.map((type) => GPUS[type]),
    counts: texts.numbers("count", { min: 1, max: MOST_GPUS, unit: "GPUs" }),
    clouds: texts.choices("cloud", CLOUDS, "cloud"),
    context: texts.number("context", TOKENS),
    sequences: texts.number("sequences", { min: 1, max: 1_000_000, unit: "requests" }),
    batchedTokens: texts.number("batched", TOKENS),
    memoryUtilization:
      texts.number("utilization", { min: 0.1, max: 1, isWhole: false, unit: "of each GPU's memory" }) ??
      MEMORY_UTILIZATION,
    precision: texts.choice("precision", PRECISION_NAMES, "precision"),
    kvCacheType: texts.choice("kv-cache-dtype", Object.keys(KV_CACHE_TYPES), "type of KV cache") ?? "auto",
    version: versionOf(texts),
    server: server(texts),
    draft: texts.text("draft"),
    revision: texts.text("revision"),
    reading: { task: texts.choice("task", TASKS, "task"), modelType: texts.text("model-type") },
    isAll: texts.isSet("all"),
    form: texts.isSet("json") ? "json" : texts.isSet("architecture") ? "architecture" : "table",
    plot: texts.text("plot"),
  };
  checkTogether(texts, options);
  return { options, problems: texts.problems };
}

function server(texts: OptionTexts): FitOptions["server"] {
  const images = texts.number("images", ITEMS);
  const videos = texts.number("videos", ITEMS);
  const adapters = texts.number("loras", { min: 1, max: 1000, unit: "adapters" });
  const rank = texts.number("lora-rank", { min: 1, max: 512, unit: "dimensions" });
  if (texts.isGiven("lora-rank") && !texts.isGiven("loras")) {
    texts.fail("lora-rank", "is the rank of adapters, and none is loaded: give --loras, too");
  }
  const dataParallel = texts.number("data-parallel", { min: 1, max: MOST_GPUS, unit: "copies" });
  const blockTokens = texts.number("block-size", { min: 1, max: 4096, unit: "tokens" });
  const draftTokens = texts.number("draft-tokens", { min: 1, max: 1000, unit: "tokens" });
  return {
    isEager: texts.isSet("eager"),
    isExpertParallel: texts.isSet("expert-parallel"),
    ...(dataParallel !== undefined && { dataParallel }),
    ...(blockTokens !== undefined && { blockTokens }),
    ...((images !== undefined || videos !== undefined) && {
      items: { ...(images !== undefined && { images }), ...(videos !== undefined && { videos }) },
    }),
    // vLLM's default of `--max-lora-rank` (vllm/config/lora.py, 0.33.0).
    ...(adapters !== undefined && { lora: { adapters, rank: rank ?? 16 } }),
    ...(draftTokens !== undefined && { draftTokens }),
  };
}

function versionOf(texts: OptionTexts): string {
  const text = texts.text("vllm");
  if (text === undefined) return NEWEST_VERSION.version;
  // PEP 440 as far as vLLM has used it: 0.30.0, 0.19.1rc1, 0.9.2.dev143+g1234567, 0.8.5.post1.
  const [, numbers, suffix] = /^v?(\d+\.\d+(?:\.\d+)?)((?:\.?(?:a|b|rc|post|dev)\d*)*)(?:\+[\w.]+)?$/.exec(text) ?? [];
  if (numbers === undefined) {
    texts.fail("vllm", `${quote(text)} is not a version of vLLM: use three numbers, such as ${NEWEST_VERSION.version}`);
    return NEWEST_VERSION.version;
  }
  const version = (numbers.split(".").length === 2 ? `${numbers}.0` : numbers) + suffix;
  if (isBefore(version, OLDEST_VERSION)) {
    texts.fail("vllm", `${quote(text)} is older than the arithmetic is known of: use ${OLDEST_VERSION} or later`);
  }
  return version;
}

/** Values that are right alone, and wrong beside each other. */
function checkTogether(texts: OptionTexts, { counts = [], sequences, batchedTokens, server }: FitOptions): void {
  const { dataParallel = 1 } = server;
  if (sequences !== undefined && batchedTokens !== undefined && batchedTokens < sequences) {
    texts.fail(
      "batched",
      `${batchedTokens} is less than --sequences ${sequences}, and vLLM refuses that: use ${sequences} or more`,
    );
  }
  for (const count of counts.filter((gpus) => gpus % dataParallel !== 0)) {
    texts.fail(
      "count",
      `${counted(count, "GPU")} cannot be shared by --data-parallel ${dataParallel}: use a multiple of it`,
    );
  }
  if (texts.isSet("json") && texts.isSet("architecture")) {
    texts.fail("architecture", "prints a block of YAML, and --json asks for rows: give one of the two");
  }
}
