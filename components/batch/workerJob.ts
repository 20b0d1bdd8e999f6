/** The Job of a run's workers: one index a shard. The conductor makes it, once it knows how many shards there are. */
import type { types } from "@pulumi/kubernetes";
import { contractAnnotations, nodeTaints } from "../derive/objects.js";
import { batchLabels, batchSelector } from "../derive/batch/objects.js";
import { type BatchPlan, hasEngine } from "../derive/batch/plan.js";
import { placementOf } from "../derive/nodes/placement.js";
import { ENGINE_CONTAINER } from "../vocabulary/workloads.js";
import { QUEUE_LABEL } from "../vocabulary/batch.js";
import type { ServingEnvironment } from "../engine/environment.js";
import type { BatchPodContext } from "./context.js";
import { enginePodOf, senderPod } from "./workerPod.js";

/** A worker's exit code where a retry is of no use: programs/program.py. */
const REFUSED = 2;

/** A manifest without anything that is known later. */
export interface WorkerJob {
  apiVersion: "batch/v1";
  kind: "Job";
  metadata: types.input.meta.v1.ObjectMeta;
  spec: Omit<types.input.batch.v1.JobSpec, "template"> & { template: types.input.core.v1.PodTemplateSpec };
}

/**
 * The manifest, but for what a run decides: its name, its owner, the number of shards, the run in the pods' variables.
 *
 * `podReplacementPolicy` is `Failed`: the only value that Kubernetes takes beside a podFailurePolicy, and the one that is wanted, since
 * two pods never work on a shard at once. So a successor starts once the pod before it has ended, with its partial result.
 */
export function workerJob(
  plan: BatchPlan,
  environment: Pick<ServingEnvironment, "partOf" | "nodeGroups" | "podAnnotations" | "costLabels">,
  context: BatchPodContext,
): WorkerJob {
  const { work, parallelism, retries, deadlineSeconds, ttlSeconds, queue } = plan;
  const labels = { ...batchLabels(plan, environment.partOf), ...batchSelector(plan, "worker") };
  const { extension = {} } = context;
  const annotations = { ...extension.annotations, ...environment.podAnnotations?.[plan.class] };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      namespace: context.namespace,
      labels: { ...environment.costLabels, ...labels, ...(queue !== undefined && { [QUEUE_LABEL]: queue }) },
      ...(hasEngine(work) && {
        annotations: {
          ...contractAnnotations(work.release),
          ...nodeTaints(placementOf(work.release, environment.nodeGroups)),
        },
      }),
    },
    spec: {
      completionMode: "Indexed",
      parallelism,
      backoffLimitPerIndex: retries,
      podFailurePolicy: {
        rules: [
          // A spot node that goes, a drain, a preemption: the shard is run again, and no retry is spent.
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          {
            action: "FailIndex",
            onExitCodes: { containerName: ENGINE_CONTAINER, operator: "In", values: [REFUSED] },
          },
        ],
      },
      podReplacementPolicy: "Failed",
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: ttlSeconds,
      template: {
        metadata: {
          labels: { ...environment.costLabels, ...extension.labels, ...labels },
          ...(Object.keys(annotations).length > 0 && { annotations }),
        },
        spec: hasEngine(work) ? enginePodOf(plan, work.release, context) : senderPod(plan, work, context),
      },
    },
  };
}

/** The pods of a Job as an object of their own. */
export function podTemplate(
  name: string,
  { metadata, spec }: WorkerJob,
): { metadata: types.input.meta.v1.ObjectMeta; template: types.input.core.v1.PodTemplateSpec } {
  return { metadata: { ...metadata, name }, template: spec.template };
}
