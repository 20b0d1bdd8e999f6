/** All batches of a stack. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BatchQuota } from "../contract/batch.js";
import { type BatchPlan, hasEngine } from "../derive/batch/plan.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { COMPONENTS, LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { quotaSpec } from "./quota.js";
import { VllmBatch } from "./vllmBatch.js";

/** What all batches share. */
export interface BatchSettings {
  environment: ServingEnvironment;
  /** @default none: batches take the GPUs that there are */
  quota?: BatchQuota | undefined;
  /** Whether roles are bound to the accounts by EKS Pod Identity. @default false */
  hasPodIdentity?: boolean;
}

export function runBatches(
  batches: readonly BatchPlan[],
  { environment, quota, hasPodIdentity = false }: BatchSettings,
  opts?: pulumi.ComponentResourceOptions,
): VllmBatch[] {
  const limit = limitOf(batches, environment, quota, opts);
  return batches.map((plan) => {
    const weights = hasEngine(plan.work) ? (environment.cache?.before(plan.work.release) ?? []) : [];
    const args = { plan, environment, hasPodIdentity };
    // The limit is there before the first pod that it counts, and the weights before the first that loads them.
    return new VllmBatch(`${plan.name}-batch`, args, { ...opts, dependsOn: [...limit, ...weights] });
  });
}

function limitOf(
  batches: readonly BatchPlan[],
  { namespace, partOf, priorityClasses }: ServingEnvironment,
  quota: BatchQuota | undefined,
  opts?: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (quota === undefined || priorityClasses === undefined || !batches.some(({ work }) => hasEngine(work))) return [];
  const classes = [...new Set(batches.map((batch) => batch.class))].map((name) => priorityClasses[name]);
  const labels = {
    [LABELS.component]: COMPONENTS.batch,
    [LABELS.partOf]: partOf,
    [LABELS.managedBy]: MANAGED_BY,
  };
  const metadata = { name: "batch", namespace, labels };
  return [new k8s.core.v1.ResourceQuota("batch", { metadata, spec: quotaSpec(quota.gpus, batches, classes) }, opts)];
}
