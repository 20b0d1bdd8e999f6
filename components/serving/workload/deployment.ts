/** A release as a Deployment: replicas of one machine each. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { progressDeadlineSeconds, rolloutSeconds } from "../../derive/budgets.js";
import { contractAnnotations, nodeTaints, runtimeLabels, runtimeName, runtimeSelector } from "../../derive/objects.js";
import type { RuntimePlan } from "../../derive/plan.js";
import { weightsAnnotation } from "../../derive/weights/objects.js";
import { isAutoscaled } from "../../derive/scaling.js";
import { DEPLOYMENT } from "../../vocabulary/workloads.js";
import { type ServerContext, serverPod } from "./serverPod.js";
import type { Workload } from "./workload.js";

export interface DeploymentContext extends ServerContext {
  namespace: pulumi.Input<string>;
  /** Of the pods. @default none */
  podAnnotations?: Readonly<Record<string, string>>;
}

export function deploymentSpec(plan: RuntimePlan, context: DeploymentContext): k8s.types.input.apps.v1.Deployment {
  const labels = runtimeLabels(plan, context.partOf);
  const { podAnnotations, extension = {} } = context;
  // Ours last: nothing of the platform's takes their place.
  const annotations = { ...extension.annotations, ...podAnnotations };
  return {
    metadata: {
      name: runtimeName(plan),
      namespace: context.namespace,
      labels,
      // Here and not on the pods: an edited reason must not restart a server that takes minutes to start.
      annotations: { ...contractAnnotations(plan), ...weightsAnnotation(plan), ...nodeTaints(context.placement) },
    },
    spec: {
      // An autoscaled Deployment's replicas belong to the autoscaler: to state them would reset them at every update.
      ...(!isAutoscaled(plan) && { replicas: plan.autoscaling.min }),
      selector: { matchLabels: runtimeSelector(plan) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      minReadySeconds: 10,
      progressDeadlineSeconds: progressDeadlineSeconds(plan),
      revisionHistoryLimit: 5,
      template: {
        metadata: {
          labels: { ...extension.labels, ...labels },
          ...(Object.keys(annotations).length > 0 && { annotations }),
        },
        spec: serverPod(plan, context),
      },
    },
  };
}

/** A release's Deployment. */
export interface DeploymentWorkload extends Workload {
  resource: k8s.apps.v1.Deployment;
}

export function createDeployment(
  name: string,
  plan: RuntimePlan,
  context: DeploymentContext,
  opts: pulumi.CustomResourceOptions,
): DeploymentWorkload {
  const timeout = `${rolloutSeconds(plan)}s`;
  const resource = new k8s.apps.v1.Deployment(name, deploymentSpec(plan, context), {
    ...opts,
    // The provider waits for readiness, ten minutes at most unless told otherwise: less than a large model takes.
    customTimeouts: { create: timeout, update: timeout },
  });
  return { resource, scaleTarget: { ...DEPLOYMENT, name: runtimeName(plan) } };
}
