/** The pod of a worker: an engine that reads a shard in place of requests, or what sends a shard to a model. */
import type { types } from "@pulumi/kubernetes";
import type { BatchPlan, Routed } from "../derive/batch/plan.js";
import { workerSpec } from "../derive/batch/spec.js";
import { placementOf } from "../derive/nodes/placement.js";
import type { RuntimePlan } from "../derive/plan.js";
import { asksHub } from "../derive/weights/delivery.js";
import { TUNING } from "../derive/tuning.js";
import { enginePod } from "../engine/pod.js";
import { PROGRAMS_PATH, SPEC_ENV } from "../vocabulary/paths.js";
import { SECRET_ENV } from "../vocabulary/secrets.js";
import type { BatchPodContext } from "./context.js";
import { helperPod } from "./helperPod.js";
import { batchVolumes } from "./volumes.js";

/** A program of the ConfigMap as a command. */
export function python(name: string): string[] {
  return ["python3", `${PROGRAMS_PATH}/${name}`];
}

export function enginePodOf(
  plan: BatchPlan,
  release: RuntimePlan,
  context: BatchPodContext,
): types.input.core.v1.PodSpec {
  const { namespace, nodeGroups, programs, serviceAccountName, priorityClassName, huggingFaceToken, extension } =
    context;
  return enginePod(
    release,
    {
      placement: placementOf(release, nodeGroups),
      serviceAccountName,
      ...(priorityClassName !== undefined && { priorityClassName }),
      ...(huggingFaceToken !== undefined && asksHub(release) && { huggingFaceToken }),
      ...(extension !== undefined && { extension }),
    },
    {
      command: python("batch_run.py"),
      args: [],
      env: { [SPEC_ENV]: JSON.stringify(workerSpec(plan, namespace)) },
      volumes: batchVolumes(plan, programs),
      pod: {
        restartPolicy: "Never",
        terminationGracePeriodSeconds: TUNING.batch.graceSeconds,
        // A pod with an end of its own is what a ResourceQuota tells from a server: see quota.ts.
        activeDeadlineSeconds: plan.deadlineSeconds,
      },
    },
  );
}

export function senderPod(plan: BatchPlan, work: Routed, context: BatchPodContext): types.input.core.v1.PodSpec {
  return helperPod(plan, context, {
    command: python("batch_send.py"),
    env: [
      { name: SPEC_ENV, value: JSON.stringify(workerSpec(plan, context.namespace)) },
      { name: SECRET_ENV.apiKey, valueFrom: { secretKeyRef: work.route.apiKey } },
    ],
    deadlineSeconds: plan.deadlineSeconds,
  });
}
