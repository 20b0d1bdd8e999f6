/** How the files of a release reach its pods, and by which path or name vLLM loads them. */
import type { CacheConfig, CacheKind } from "../../contract/cache.js";
import { MODELS_PATH, SOURCES_PATH, WEIGHTS_FOLDER } from "../../vocabulary/paths.js";
import type { Artifact } from "./artifacts.js";

/**
 * - `download`: by vLLM itself at each start;
 * - `cache`: from the cache, where one fill has put them;
 * - `stream`: from the cache's bucket straight into GPU memory;
 * - `claim`, `image`: the source itself is mounted.
 */
export type Delivery = "download" | "cache" | "stream" | "claim" | "image";

/** Kinds of caches that hold files; without one, or with `none`, each start downloads. */
export type HoldingCache = Exclude<CacheConfig, { kind: "none" }>;

/** A cache that holds files; `undefined` where there is none. */
export function holdingCache(cache: CacheConfig | undefined): HoldingCache | undefined {
  return cache === undefined || cache.kind === "none" ? undefined : cache;
}

/** The kind of cache that a release has; `none` without one. */
export function cacheKind(cache: CacheConfig | undefined): CacheKind {
  return cache?.kind ?? "none";
}

export function deliveryOf({ source }: Pick<Artifact, "source">, cache: CacheConfig | undefined): Delivery {
  if (source?.claim !== undefined) return "claim";
  if (source?.image !== undefined) return "image";
  const holding = holdingCache(cache);
  if (holding === undefined) return "download";
  return holding.kind === "s3" && holding.read === "stream" ? "stream" : "cache";
}

/** Folder of an artifact, below the cache: two releases with the same files share it. */
export function artifactFolder({ id, revision }: Pick<Artifact, "id" | "revision">): string {
  return `${WEIGHTS_FOLDER}/${id.replace("/", "--")}/${revision}`;
}

/** Where a source that is mounted itself is seen. */
export function sourcePath({ use, name }: Pick<Artifact, "use" | "name">): string {
  return `${SOURCES_PATH}/${use === "adapter" ? `adapter-${name}` : use}`;
}

/** Where vLLM finds an artifact: a path or an S3 address; `undefined` where it downloads it by name and revision. */
export function locationOf(artifact: Artifact, cache: CacheConfig | undefined): string | undefined {
  switch (deliveryOf(artifact, cache)) {
    case "download":
      return undefined;
    case "cache":
      return `${MODELS_PATH}/${artifactFolder(artifact)}`;
    case "stream": {
      const { bucket, prefix } = cache as Extract<CacheConfig, { kind: "s3" }>;
      return `s3://${bucket}/${prefix}/${artifactFolder(artifact)}`;
    }
    case "claim":
    case "image":
      return sourcePath(artifact);
  }
}

/** What a release's pods have to have filled before they start. */
export function isFilled(artifact: Artifact, cache: CacheConfig | undefined): boolean {
  return ["cache", "stream"].includes(deliveryOf(artifact, cache));
}

/** Whether vLLM downloads an artifact itself, at each start. */
export function isDownloaded(artifact: Pick<Artifact, "source">, cache: CacheConfig | undefined): boolean {
  return deliveryOf(artifact, cache) === "download";
}

/** Whether a release starts without asking the hub. */
export function isOffline(artifacts: readonly Pick<Artifact, "source">[], cache: CacheConfig | undefined): boolean {
  return artifacts.every((artifact) => !isDownloaded(artifact, cache));
}

/** Caches that pods can write to. */
type WritableCache = Exclude<HoldingCache, { kind: "s3" }>;

/** Whether a release's compiled code is kept beside the weights. */
export function keepsCompiled(cache: CacheConfig | undefined): cache is WritableCache {
  return cache !== undefined && cache.kind !== "none" && cache.kind !== "s3" && cache.compile;
}

/** Whether vLLM reads weights straight from the cache's bucket. */
export function isStreamed(artifacts: readonly Pick<Artifact, "source">[], cache: CacheConfig | undefined): boolean {
  return artifacts.some((artifact) => deliveryOf(artifact, cache) === "stream");
}

/** Whether a release's own pods show the hub a token. */
export function asksHub({
  artifacts,
  cache,
}: {
  artifacts: readonly Pick<Artifact, "source" | "gated">[];
  cache?: CacheConfig | undefined;
}): boolean {
  return artifacts.some((artifact) => artifact.gated && isDownloaded(artifact, cache));
}
