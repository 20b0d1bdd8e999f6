import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { RuntimeContract } from "../../contract/contract.js";
import {
  contractAnnotations,
  progressDeadlineSeconds,
  runtimeLabels,
  runtimeName,
  runtimeSelector,
} from "../../derive/runtime.js";
import { type PodContext, podSpec } from "../../engine/pod.js";
import { isAutoscaled } from "../autoscaling.js";

export function deploymentSpec(
  contract: RuntimeContract,
  context: PodContext & { namespace: pulumi.Input<string>; partOf: string },
): types.input.apps.v1.Deployment {
  const labels = runtimeLabels(contract, context.partOf);
  return {
    metadata: {
      name: runtimeName(contract),
      namespace: context.namespace,
      labels,
      // Here and not on the pods: an edited reason must not restart a server that takes minutes to start.
      annotations: contractAnnotations(contract),
    },
    spec: {
      // An autoscaled Deployment's replicas belong to the autoscaler: to state them would reset them at every update.
      ...(!isAutoscaled(contract) && { replicas: contract.autoscaling.min }),
      selector: { matchLabels: runtimeSelector(contract) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      minReadySeconds: 10,
      progressDeadlineSeconds: progressDeadlineSeconds(contract),
      revisionHistoryLimit: 5,
      template: { metadata: { labels }, spec: podSpec(contract, context) },
    },
  };
}
