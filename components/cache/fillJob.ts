/** The Job that fetches a revision into the cache, once. */
import type { types } from "@pulumi/kubernetes";
import type { HoldingCache } from "../derive/weights/delivery.js";
import type { Fill } from "../derive/weights/fills.js";
import { hashOf } from "../derive/weights/objects.js";
import { TUNING } from "../derive/tuning.js";
import { MODELS_PATH, SCRATCH_PATH } from "../vocabulary/paths.js";
import { jobPolicy, type ProgramContext, programContainer, programPod, type ProgramRun } from "./programPod.js";

/** Retries beside those of the program itself; each goes on where the one before was. */
const RETRIES = 6;
/** A lock that nobody has renewed for so long is free: its pod or node is gone. */
const STALE_SECONDS = 120;
/** Three files at a time lie there (`BucketCache.workers` of programs/caches.py): shards of 20 GiB fit, and larger ones are stated. */
const MOST_SCRATCH_GIB = 60;
/** Of a repository whose size nobody has stated: a tokenizer, an adapter or a small draft. */
const UNKNOWN_GIB = 20;

/** @param keep folders that may not make room for this one */
export function fillRun(fill: Fill, cache: HoldingCache, keep: readonly string[]): ProgramRun {
  const { id, revision, source, gated } = fill.artifact;
  const { sizeGiB } = fill;
  const scratchGiB =
    cache.kind === "s3"
      ? (cache.scratchGiB ?? Math.min(Math.ceil(sizeGiB ?? UNKNOWN_GIB) + 1, MOST_SCRATCH_GIB))
      : undefined;
  return {
    name: "fill",
    program: "fill.py",
    image: cache.fill.image ?? fill.image,
    spec: {
      artifact: { id, revision, source: source?.s3 === undefined ? { hub: {} } : { s3: source.s3 } },
      cache: placeOf(cache),
      staleSeconds: STALE_SECONDS,
      ...(cache.kind === "node" && { keep, budgetBytes: cache.budgetGiB * 2 ** 30 }),
    },
    memoryGiB: cache.fill.memoryGiB,
    isGated: gated,
    ...(scratchGiB !== undefined && { scratchGiB }),
  };
}

/** A cache as the programs name it. */
export function placeOf(cache: HoldingCache): object {
  if (cache.kind !== "s3") return { folder: MODELS_PATH };
  const { bucket, prefix, region, endpoint } = cache;
  return {
    s3: { bucket, prefix, ...(region !== undefined && { region }), ...(endpoint !== undefined && { endpoint }) },
    scratch: SCRATCH_PATH,
  };
}

/**
 * Kept when it is done: Pulumi would make one that had gone by itself again. No GPU and no toleration, so that it runs on nodes for
 * everybody, which on a cluster of the stack's own are the system nodes.
 */
export function fillJobSpec(
  run: ProgramRun,
  { fill }: HoldingCache,
  labels: Record<string, string>,
  context: ProgramContext,
): types.input.batch.v1.JobSpec {
  return {
    backoffLimit: RETRIES,
    activeDeadlineSeconds: fill.timeoutSeconds,
    ...jobPolicy(run.name),
    template: {
      metadata: {
        labels: { ...context.extension?.labels, ...labels },
        ...(context.extension?.annotations !== undefined && { annotations: context.extension.annotations }),
      },
      spec: { ...programPod([run], context), restartPolicy: "Never", containers: [programContainer(run, context)] },
    },
  };
}

/** Name of a Job that never changes in place: whatever it does has another name. @param spec what it is made of */
export function fillJobName({ artifact: { id, revision } }: Fill, spec: unknown): string {
  const [, model = id] = id.toLowerCase().split("/");
  const text = model
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 30)
    .replace(/^-+|-+$/g, "");
  return `fill-${text}-${revision.slice(0, 8)}-${hashOf(spec)}`;
}

/** Longest time that Pulumi waits for a fill: a node may have to come first. */
export function fillTimeout({ fill }: HoldingCache): string {
  return `${TUNING.start.nodeSeconds + fill.timeoutSeconds}s`;
}
