/** Whose pods use buckets of AWS by themselves, and for what. */
import type { BucketPart, S3Grant } from "../components/aws/s3Access.js";
import type { S3User } from "../components/cluster/storage/s3Users.js";
import { batchName, conductorName } from "../components/derive/batch/objects.js";
import { type BatchPlan, hasEngine } from "../components/derive/batch/plan.js";
import { runtimeName } from "../components/derive/objects.js";
import type { RuntimePlan } from "../components/derive/plan.js";
import { mergedPod } from "../components/derive/pod.js";
import { holdingCache, isStreamed } from "../components/derive/weights/delivery.js";
import { fillsOf } from "../components/derive/weights/fills.js";
import { cacheName } from "../components/derive/weights/objects.js";
import type { StackConfig } from "./config.js";

/** By service account. Accounts that exist have what their owner gives them. @param stack its name as a label has it */
export function s3Users(config: StackConfig, stack: string): Record<string, S3User> {
  const users: Record<string, S3User> = {
    [cacheName(stack)]: { grants: fillGrants(config) },
    ...Object.fromEntries(
      releasesOf(config)
        .filter(({ pod }) => mergedPod(config.pod, pod).serviceAccount?.name === undefined)
        .map((plan) => [runtimeName(plan), { grants: streamGrants(plan) }]),
    ),
    ...Object.fromEntries(config.batches.flatMap(batchUsers)),
  };
  return Object.fromEntries(Object.entries(users).filter(([, user]) => "roleArn" in user || user.grants.length > 0));
}

/** A place in S3, of AWS or of another service. */
type Place = BucketPart & { endpoint?: string | undefined };

/** Of another service roles say nothing. */
function grant(place: Place | undefined, access: S3Grant["access"]): S3Grant[] {
  if (place === undefined || place.endpoint !== undefined) return [];
  const { bucket } = place;
  return [{ part: "key" in place ? { bucket, key: place.key } : { bucket, prefix: place.prefix }, access }];
}

function releasesOf({ models }: StackConfig): RuntimePlan[] {
  return models.flatMap(({ releases }) => [...releases.values()]);
}

/** Fills read weights that lie in a bucket, and write to a cache in one. */
function fillGrants(config: StackConfig): S3Grant[] {
  const cache = holdingCache(config.cache);
  if (cache === undefined) return [];
  const plans = [...releasesOf(config), ...config.batches.flatMap(({ work }) => (hasEngine(work) ? work.release : []))];
  const sources = fillsOf(plans, cache).flatMap(({ artifact }) => grant(artifact.source?.s3, "read"));
  return [...(cache.kind === "s3" ? grant(cache, "write") : []), ...sources];
}

function streamGrants({ artifacts, cache }: RuntimePlan): S3Grant[] {
  return cache?.kind === "s3" && isStreamed(artifacts, cache) ? grant(cache, "read") : [];
}

/** Conductor and workers of a batch; with an identity of its own, that counts. */
function batchUsers(plan: BatchPlan): [string, S3User][] {
  const { input, output, podIdentity, work } = plan;
  const [worker, conductor] = [batchName(plan), conductorName(plan)];
  if (podIdentity !== undefined) {
    const { roleArn } = podIdentity;
    return roleArn === undefined ? [] : [worker, conductor].map((account) => [account, { roleArn }]);
  }
  const places = [...grant(input?.s3, "read"), ...grant(output.s3, "write")];
  return [
    [worker, { grants: [...places, ...(hasEngine(work) ? streamGrants(work.release) : [])] }],
    [conductor, { grants: places }],
  ];
}
