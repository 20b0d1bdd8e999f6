/** What has to be fetched into a cache, each repository and revision once. */
import type { CacheConfig } from "../../contract/cache.js";
import type { RuntimePlan } from "../plan.js";
import type { Artifact } from "./artifacts.js";
import { artifactFolder, isFilled } from "./delivery.js";

/** One revision in the cache. */
export interface Fill {
  artifact: Artifact;
  /** Below the cache. */
  folder: string;
  /** Image of the first release that loads it: it has the hub's client. */
  image: string;
  /** Size of the weights, a draft's included, where it is known. */
  sizeGiB?: number;
}

/** Of several releases that load the same files, the first one counts. */
export function fillsOf(
  plans: readonly Pick<RuntimePlan, "artifacts" | "image" | "weightsGiB">[],
  cache: CacheConfig | undefined,
): Fill[] {
  const fills = new Map<string, Fill>();
  for (const { artifacts, image, weightsGiB } of plans) {
    for (const artifact of artifacts.filter((one) => isFilled(one, cache))) {
      const folder = artifactFolder(artifact);
      if (fills.has(folder)) continue;
      fills.set(folder, { artifact, folder, image, ...(artifact.use === "model" && { sizeGiB: weightsGiB }) });
    }
  }
  return [...fills.values()];
}
