/** Series that should be there, and are not: without them no other alert speaks. */
import { KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { CONTRACT, RELEASE } from "../../vocabulary/metrics/recorded.js";
import type { Alert } from "./alert.js";
import { inNamespace, KEY, ofRelease, RELEASE_NAME, SOME_TIME_AGO } from "./series.js";
import { ofStack } from "../promql.js";

export const SCRAPE: readonly Alert[] = [
  {
    name: "VllmScrapeMissing",
    summary: `${RELEASE_NAME}: ready replicas are not scraped`,
    description:
      "Prometheus reads no metrics of {{ $value }} ready replicas of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace " +
      "{{ $labels.namespace }}): the autoscaler and the other alerts do not see them.",
    condition: "more replicas of a release are ready than Prometheus scrapes (`up` is 0 or missing)",
    expr: (scope) => {
      const ready = ofRelease(RELEASE.replicasReady, scope);
      return `${ready} - on (${KEY}) group_left () (${ofRelease(RELEASE.scraped, scope)} or on (${KEY}) 0 * ${ready}) > 0`;
    },
    dashboard: "fleet",
  },
  {
    name: "VllmStateMissing",
    summary: "{{ $labels.vllm_stack }}: Deployments of releases are not seen",
    description:
      "{{ $value }} Deployments of the stack {{ $labels.vllm_stack }} (namespace {{ $labels.namespace }}) have no series of " +
      "kube-state-metrics, though they had some within the last day: they were deleted, or nobody watches the cluster.",
    condition: "Deployments that the config names had series of kube-state-metrics within the last day, and have none",
    expr: (scope) => {
      const seen = inNamespace(KUBE.deploymentReplicas, scope);
      const before = SOME_TIME_AGO.map((ago) => `${seen} offset ${ago}`).join(" or ");
      return (
        `sum by (namespace, ${METRIC_LABELS.stack}) (${ofStack(CONTRACT.info, scope)}\n` +
        `and on (namespace, deployment) (${before})\nunless on (namespace, deployment) ${seen}) > 0`
      );
    },
    dashboard: "fleet",
  },
];
