/** How long a replica is expected to take to start, by published figures; `npm run coldstart` has those of a cluster. */
import type { CacheConfig } from "../contract/cache.js";
import {
  COMPILE_SECONDS,
  COMPILED_BEFORE_SECONDS,
  ENGINE_SECONDS,
  GRAPHS_SECONDS,
  IMAGE_PULL_GIB_PER_SECOND,
  IMAGE_PULL_SECONDS,
  PROCESS_SECONDS,
} from "../facts/startTimes.js";
import { STORAGE_RATES } from "../facts/storageRates.js";
import { fitSettings } from "./memory/fitFlags.js";
import type { RuntimePlan } from "./plan.js";
import { deliveryOf, isFilled, keepsCompiled } from "./weights/delivery.js";
import { readRate } from "./weights/rate.js";

/** Parts, in seconds, in their order. */
export interface ExpectedParts {
  image: number;
  process: number;
  /** Downloading or reading them. */
  weights: number;
  compile: number;
  graphs: number;
  engine: number;
}

export interface ExpectedStart {
  parts: ExpectedParts;
  totalSeconds: number;
  /** What a revision's first start waits for besides; absent where nothing is filled. */
  fillSeconds?: number;
}

type Starting = Pick<RuntimePlan, "artifacts" | "flags" | "weightsGiB">;

/**
 * A start on a node that is there, and has neither the image nor the weights in memory.
 *
 * @param cache where weights are kept @default each start downloads
 */
export function expectedStart(plan: Starting, cache: CacheConfig | undefined): ExpectedStart {
  const { isEager = false } = fitSettings(plan.flags);
  const parts = {
    image: cache?.prePull === true ? 0 : IMAGE_PULL_SECONDS,
    process: PROCESS_SECONDS,
    weights: plan.weightsGiB / weightsRate(plan, cache),
    compile: isEager ? 0 : keepsCompiled(cache) ? COMPILED_BEFORE_SECONDS : compileSeconds(plan.weightsGiB),
    graphs: isEager ? 0 : GRAPHS_SECONDS,
    engine: ENGINE_SECONDS,
  };
  const isCached = plan.artifacts.some((artifact) => artifact.use === "model" && isFilled(artifact, cache));
  return {
    parts,
    totalSeconds: Object.values(parts).reduce((sum, seconds) => sum + seconds, 0),
    ...(isCached && { fillSeconds: plan.weightsGiB / STORAGE_RATES.hub.gibPerSecond.expected }),
  };
}

/** In GiB a second: the model is nearly all of it. */
function weightsRate({ artifacts }: Starting, cache: CacheConfig | undefined): number {
  const model = artifacts.find(({ use }) => use === "model")!;
  switch (deliveryOf(model, cache)) {
    case "claim":
      return STORAGE_RATES.claim.gibPerSecond.expected;
    case "image":
      return IMAGE_PULL_GIB_PER_SECOND;
    default:
      return readRate(cache).gibPerSecond.expected;
  }
}

/** Between the sizes that are known in a straight line, beyond them as the nearest. */
function compileSeconds(weightsGiB: number): number {
  const gb = (weightsGiB * 2 ** 30) / 1e9;
  const above = COMPILE_SECONDS.findIndex(([size]) => size >= gb);
  if (above === 0) return COMPILE_SECONDS[0]![1];
  if (above === -1) return COMPILE_SECONDS.at(-1)![1];
  const [[smaller, less], [larger, more]] = [COMPILE_SECONDS[above - 1]!, COMPILE_SECONDS[above]!];
  return less + ((more - less) * (gb - smaller)) / (larger - smaller);
}
