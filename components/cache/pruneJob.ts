/** The Job by which revisions of a cache are listed, and removed: `npm run cache` makes and reads it. */
import type { types } from "@pulumi/kubernetes";
import type { HoldingCache } from "../derive/weights/delivery.js";
import { jobPolicy, type ProgramContext, programContainer, programPod } from "./programPod.js";
import { placeOf } from "./fillJob.js";

/** What is asked of a cache. */
export interface Pruning {
  image: string;
  /** Folders that stay. */
  keep: readonly string[];
  /** Removes the others. */
  apply: boolean;
}

/** Removing terabytes from a network's file system takes a while. */
const DEADLINE_SECONDS = 3600;
const MEMORY_GIB = 1;
/** Its logs are read before. */
const TTL_SECONDS = 600;

export function pruneJobSpec(
  { image, keep, apply }: Pruning,
  cache: HoldingCache,
  labels: Record<string, string>,
  context: ProgramContext,
): types.input.batch.v1.JobSpec {
  const { scratch: _, ...place } = placeOf(cache) as { scratch?: string };
  const run = {
    name: "prune",
    program: "prune.py" as const,
    image,
    spec: { cache: place, keep, apply },
    memoryGiB: MEMORY_GIB,
  };
  return {
    backoffLimit: 1,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    ttlSecondsAfterFinished: TTL_SECONDS,
    ...jobPolicy(run.name),
    template: {
      metadata: { labels: { ...context.extension?.labels, ...labels } },
      spec: { ...programPod([run], context), restartPolicy: "Never", containers: [programContainer(run, context)] },
    },
  };
}
