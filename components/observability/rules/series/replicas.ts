/** A release's replicas, as Kubernetes and the scrape see them. */
import { ENGINE_CONTAINER } from "../../../vocabulary/workloads.js";
import { KUBE } from "../../../vocabulary/metrics/kubernetes.js";
import type { Metric } from "../../../vocabulary/metrics/metric.js";
import { CONTRACT, RELEASE } from "../../../vocabulary/metrics/recorded.js";
import { ofStack, type RuleGroup, type Scope } from "../../promql.js";
import { BY_RELEASE, inNamespace, joinedToRelease, zeros } from "./scope.js";

const RECENTLY = "15m";

/** A number of the release's Deployment. */
function ofDeployment({ name }: Metric, scope: Scope): string {
  const releases = ofStack(CONTRACT.info, scope);
  const numbers = `max by (namespace, deployment) (${inNamespace(name, scope)})`;
  return `sum ${BY_RELEASE} (${releases} * on (namespace, deployment) group_left () ${numbers})`;
}

/** Of vLLM's container alone: helpers beside it come and go without harm. */
function ofEngines({ name }: Metric, scope: Scope, matchers = {}): string {
  return inNamespace(name, scope, { container: ENGINE_CONTAINER, ...matchers });
}

function restarts(scope: Scope): string {
  return `max by (namespace, pod) (increase(${ofEngines(KUBE.restarts, scope)}[${RECENTLY}]))`;
}

/** Pods whose last end was for want of memory, if it was recent: the reason stays as long as the pod does. */
function outOfMemory(scope: Scope): string {
  const killed = `max by (namespace, pod) (${ofEngines(KUBE.lastTerminated, scope, { reason: "OOMKilled" })})`;
  return `${killed} and on (namespace, pod) ${restarts(scope)} > 0`;
}

export function replicaGroup(scope: Scope): RuleGroup {
  return {
    name: "vllm-replicas",
    rules: [
      { record: RELEASE.replicasWanted, expr: ofDeployment(KUBE.deploymentReplicas, scope) },
      { record: RELEASE.replicasReady, expr: ofDeployment(KUBE.deploymentReady, scope) },
      { record: RELEASE.replicasUpdated, expr: ofDeployment(KUBE.deploymentUpdated, scope) },
      { record: RELEASE.scraped, expr: `sum ${BY_RELEASE} (${ofStack("up", scope)})\nor ${zeros(scope)}` },
      {
        record: RELEASE.restarts,
        // `increase` extrapolates: one restart comes out as a little more.
        expr: `round(sum ${BY_RELEASE} (${joinedToRelease(restarts(scope), scope)}))\nor ${zeros(scope)}`,
      },
      {
        record: RELEASE.outOfMemory,
        expr: `sum ${BY_RELEASE} (${joinedToRelease(outOfMemory(scope), scope)})\nor ${zeros(scope)}`,
      },
    ],
  };
}
