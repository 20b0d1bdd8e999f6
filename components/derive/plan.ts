/** Fills in every default of a release, each with its source. */
import type { RuntimeContract } from "../contract/contract.js";
import { defaultBatchedTokens } from "../fit/fit.js";
import { parseImage, vllmVersionOf } from "../config/image.js";
import type { Architecture } from "../facts/models/architecture.js";
import { MODELS } from "../facts/models/catalogue.js";
import { weightBytes } from "../facts/precisions.js";
import type { ModelConfig, ReleaseConfig } from "../contract/schema.js";

const GIB = 2 ** 30;

/** The keys of a model that every one of its releases takes part in. */
export type ModelKeys = Pick<ModelConfig, "class" | "servedNames" | "drainSeconds" | "autoscaling">;

export function toContract(
  name: string,
  release: string,
  model: ModelKeys,
  config: ReleaseConfig,
  architecture: Architecture,
): RuntimeContract {
  const { model: weights, gpu, concurrency, resources } = config;
  const known = MODELS[weights.id];
  const precision = weights.precision ?? known?.precision ?? "bf16";
  const published = known?.precision ?? precision;
  const quantizeAtLoad = weights.quantizeAtLoad ?? (precision === "fp8" && published !== "fp8");
  const onDiskGiB = weightBytes(architecture, quantizeAtLoad ? "bf16" : published) / GIB;
  const image = parseImage(config.image);
  const vllmVersion = image && vllmVersionOf(image);
  const sharedMemoryGiB = resources.sharedMemoryGiB ?? (gpu.count > 1 ? 2 + 2 * gpu.count : 2);
  return {
    name,
    release,
    class: model.class,
    servedNames: model.servedNames ?? [name],
    model: {
      id: weights.id,
      revision: weights.revision,
      tokenizer: weights.tokenizer ?? weights.id,
      tokenizerRevision: weights.tokenizerRevision ?? weights.revision,
      precision,
      quantizeAtLoad,
      gated: weights.gated ?? known?.gated ?? false,
      architecture: shapeOnly(architecture),
    },
    image: config.image,
    ...(vllmVersion !== undefined && { vllmVersion }),
    gpu,
    context: config.context,
    concurrency: { ...concurrency, batchedTokens: concurrency.batchedTokens ?? defaultBatchedTokens(gpu.type) },
    resources: {
      cpus: resources.cpus ?? BASE_CPUS + gpu.count,
      memoryGiB: resources.memoryGiB ?? sharedMemoryGiB + SERVER_GIB + WORKER_GIB * gpu.count,
      sharedMemoryGiB,
      diskGiB: resources.diskGiB ?? Math.ceil(onDiskGiB * 1.1 + COMPILED_CODE_GIB),
    },
    startupSeconds: config.startupSeconds ?? tens(ENGINE_START_SECONDS + onDiskGiB / DOWNLOAD_GIB_PER_SECOND),
    drainSeconds: model.drainSeconds,
    flags: config.flags,
    env: config.env,
    autoscaling: model.autoscaling,
  };
}

/** The catalogue's rows carry more than a shape. */
function shapeOnly(architecture: Architecture): Architecture {
  const { parameters, layers, hiddenSize, intermediateSize, attentionHeads, kvHeads, headSize } = architecture;
  const { vocabularySize, tiedEmbeddings, maxContext, slidingWindow, weightsGiB } = architecture;
  return {
    ...{ parameters, layers, hiddenSize, intermediateSize, attentionHeads, kvHeads, headSize },
    ...{ vocabularySize, tiedEmbeddings, maxContext },
    ...(slidingWindow !== undefined && { slidingWindow }),
    ...(weightsGiB !== undefined && { weightsGiB }),
  };
}

const tens = (seconds: number): number => Math.ceil(seconds / 10) * 10;

/** vLLM runs as one process for the API server, one for the engine core and one a GPU, each of which can busy a core. */
const BASE_CPUS = 2;
/** Host memory of the API server and the engine core, and of one worker with its CUDA libraries and pinned buffers. */
const SERVER_GIB = 6;
const WORKER_GIB = 4;
/** torch.compile, Triton and CUDA caches, and the hub client's chunk cache. */
const COMPILED_CODE_GIB = 10;
/** Engine start without the download: loading, a cold compilation, CUDA graphs, warm-up. */
const ENGINE_START_SECONDS = 300;
/** A pessimistic download from the hub: 100 MiB/s. */
const DOWNLOAD_GIB_PER_SECOND = 0.1;
