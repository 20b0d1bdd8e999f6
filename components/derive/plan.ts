/** From the text of a release to everything that its runtime is made of. */
import type { CacheConfig } from "../contract/cache.js";
import { parseImage, vllmVersionOf } from "../config/image.js";
import { from, isWrong, type Parts, partsOf, type Wrong } from "../config/parts.js";
import type { RuntimeContract } from "../contract/contract.js";
import { architectureSchema } from "../contract/architecture.js";
import type { ModelConfig, ReleaseConfig } from "../contract/schema.js";
import type { Architecture } from "../facts/models/architecture.js";
import type { Task } from "../facts/models/task.js";
import type { Precision } from "../facts/precisions.js";
import { batchedTokens } from "./memory/batchBudget.js";
import { startupSeconds } from "./budgets.js";
import { draftOnDiskGiB, speculationOf, withStatedDraft } from "./memory/draft.js";
import { type Accelerator, gpuNamed, type GpuTypes } from "./nodes/gpuTypes.js";
import { cataloguedShape, downloadedPrecision, isGated, isQuantizedAtLoad, precisionOf } from "./model.js";
import { offloaded } from "./memory/offloading.js";
import { taskOf } from "./task.js";
import { type Artifact, artifactsOf } from "./weights/artifacts.js";
import { isDownloaded } from "./weights/delivery.js";
import { cpus, diskGiB, memoryGiB, sharedMemoryGiB, weightsOnDiskGiB } from "./memory/resources.js";

/** Keys of a model that all its releases share. They belong to the environment, and are no part of a contract. */
export type ModelKeys = Pick<ModelConfig, "class" | "autoscaling" | "drainSeconds" | "pod" | "gateway"> & {
  servedNames: string[];
};

/** A release with everything that its contract and its model's keys lead to; what a runtime is made of. */
export interface RuntimePlan extends ModelKeys {
  /** What the reviewer stated. */
  contract: RuntimeContract;
  /** The model's key in the stack config. */
  name: string;
  release: string;
  model: Pick<RuntimeContract["model"], "id" | "revision" | "tokenizer" | "tokenizerRevision"> & {
    task: Task;
    precision: Precision;
    /** vLLM makes {@link precision} from 16-bit weights as it loads them. */
    quantizeAtLoad: boolean;
    /** The hub asks for a token. */
    gated: boolean;
    architecture: Architecture;
  };
  image: string;
  /** The version that is stated, else that the image's tag names, if it names one. */
  vllmVersion: string | undefined;
  gpu: RuntimeContract["gpu"];
  /** What is known of the GPU's type. */
  accelerator: Accelerator;
  /** Prompt and completion tokens of one request. */
  context: number;
  concurrency: { sequences: number; inFlight: number; batchedTokens: number };
  /** Size of the weights as they are downloaded, a draft's of known size included. */
  weightsGiB: number;
  /** What it loads: the model first. */
  artifacts: Artifact[];
  /** Where weights are kept between starts. @default nowhere */
  cache?: CacheConfig;
  resources: { cpus: number; memoryGiB: number; sharedMemoryGiB: number; diskGiB: number };
  /** From the container's start to its first readiness. */
  startupSeconds: number;
  /** In place of the model's own. @default the model's */
  chatTemplate?: NonNullable<RuntimeContract["chatTemplate"]>;
  flags: RuntimeContract["flags"];
  env: RuntimeContract["env"];
}

/** The config's value, else what follows from other values; wrong where either is. */
function stated<T, Derived>(value: T, derive: () => Derived): Exclude<T, undefined> | Derived {
  return value === undefined ? derive() : (value as Exclude<T, undefined>);
}

/**
 * Derives a release's plan, as far as its config is right: what rests on a wrong value is wrong itself.
 *
 * @param name the model's key
 * @param gpuTypes those of the table and of the config
 * @param cache where weights are kept between starts; where it is wrong, so is what rests on it @default nowhere
 */
export function planOf(
  name: string,
  release: string,
  keys: Parts<ModelKeys>,
  config: Parts<ReleaseConfig>,
  gpuTypes: GpuTypes,
  cache?: CacheConfig | Wrong,
): Parts<RuntimePlan> {
  const { model, image, gpu, context, concurrency, resources, env, draft, adapters } = config;
  const flags = flagsWithDraft(config.flags, draft);
  const { id, revision } = model;
  const published = model.architecture?.precision;
  const source = { id, precision: model.precision, quantizeAtLoad: model.quantizeAtLoad, published };
  const contractModel = {
    ...model,
    tokenizer: stated(model.tokenizer, () => id),
    tokenizerRevision: stated(model.tokenizerRevision, () => revision),
  };
  const task = from([{ id, task: model.task }, flags], taskOf);
  const architecture = model.architecture ?? architectureOf(id);
  const accelerator = gpuNamed(gpu.type, gpuTypes);
  const version = stated(config.vllmVersion, () => from([image], imageVersion));
  // Where flags are wrong nobody can tell of a draft: the model's own weights at least.
  const weightsGiB = from(
    [architecture, from([source], downloadedPrecision), isWrong(flags) ? {} : speculationOf(flags)],
    (shape, downloaded, given) => weightsOnDiskGiB(shape, downloaded) + draftOnDiskGiB(given),
  );
  const kept = isWrong(cache) ? undefined : cache;
  const artifacts = isWrong(cache)
    ? cache
    : from([{ model, draft, adapters, flags: isWrong(flags) ? {} : speculationOf(flags) }], artifactsOf);
  const delivered = from([artifacts], (all) => ({
    downloads: all.some((one) => isDownloaded(one, kept)),
    cache: kept,
  }));
  const moved = from([{ flags, env, gpus: gpu.count }], offloaded);
  const shared = stated(resources.sharedMemoryGiB, () => from([gpu.count, moved], sharedMemoryGiB));
  return {
    ...keys,
    contract: { name, release, ...config, model: contractModel },
    name,
    release,
    model: {
      id,
      revision,
      tokenizer: contractModel.tokenizer,
      tokenizerRevision: contractModel.tokenizerRevision,
      task,
      precision: from([source], precisionOf),
      quantizeAtLoad: from([source], isQuantizedAtLoad),
      gated: from([{ id, gated: model.gated }], isGated),
      architecture,
    },
    image,
    vllmVersion: version,
    gpu,
    accelerator,
    context,
    concurrency: {
      sequences: concurrency.sequences,
      inFlight: concurrency.inFlight,
      batchedTokens: stated(concurrency.batchedTokens, () =>
        from([{ id, task, flags, accelerator, context, version, architecture }], batchedTokens),
      ),
    },
    weightsGiB,
    artifacts,
    ...(kept !== undefined && { cache: kept }),
    resources: {
      cpus: stated(resources.cpus, () => from([gpu.count], cpus)),
      memoryGiB: stated(resources.memoryGiB, () => from([gpu.count, shared, moved], memoryGiB)),
      sharedMemoryGiB: shared,
      diskGiB: stated(resources.diskGiB, () => from([weightsGiB, delivered], diskGiB)),
    },
    startupSeconds: stated(config.startupSeconds, () => from([weightsGiB, delivered], startupSeconds)),
    ...(config.chatTemplate !== undefined && { chatTemplate: config.chatTemplate }),
    flags,
    env,
  };
}

/** The flags with the draft that stands beside them; other flags that are wrong take nothing of the rest. */
function flagsWithDraft(
  flags: Parts<ReleaseConfig["flags"]>,
  draft: Parts<ReleaseConfig["draft"]>,
): Parts<RuntimePlan["flags"]> {
  if (draft === undefined || isWrong(flags)) return flags;
  const drafting = from([speculationOf(flags), draft], withStatedDraft);
  return isWrong(drafting) ? flags : { ...flags, ...drafting };
}

/** The catalogue's shape; all of it wrong where it does not know the model. */
function architectureOf(id: Parts<string>): Parts<Architecture> {
  const shape = from([id], cataloguedShape);
  return shape === undefined || isWrong(shape) ? partsOf(architectureSchema, undefined) : shape;
}

/** The version that an image's tag names, if it is one of vLLM's own. */
export function imageVersion(text: string): string | undefined {
  const image = parseImage(text);
  return image && vllmVersionOf(image);
}
