/**
 * How the pods of a DaemonSet are replaced, and how long that takes.
 *
 * Helm waits until every pod is ready, and rolls the release back if that takes too long. One node at a time, as the charts have
 * it, the time would grow with the cluster; with a share of the nodes at a time, the number of waves has a limit.
 */

/** Share of the nodes whose pod may be away at once, in per cent: an add-on's pods are back within minutes, and models run on. */
const UNAVAILABLE_PERCENT = 25;

/** Replaces a quarter of the pods at a time. */
export const DAEMON_ROLLING_UPDATE = { maxUnavailable: `${UNAVAILABLE_PERCENT}%` } as const;

/** Defaults of a pod and of its probe, which the charts keep: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
const TERMINATION_GRACE_SECONDS = 30;
const PROBE_PERIOD_SECONDS = 10;

/**
 * Kubernetes rounds the share up to whole nodes
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/#DaemonSetSpec).
 *
 * @param nodes most nodes of the cluster @default so many that more add no wave
 */
function waves(nodes?: number): number {
  if (nodes === undefined) return Math.ceil(100 / UNAVAILABLE_PERCENT);
  const perWave = Math.ceil((nodes * UNAVAILABLE_PERCENT) / 100);
  return perWave === 0 ? 0 : Math.ceil(nodes / perWave);
}

/**
 * The longest that pods take to stop and to become ready, wave after wave, once their image is there.
 *
 * @param readinessDelaySeconds from the start of a pod to its first readiness probe
 * @param nodes most nodes of the cluster @default so many that more add no wave
 */
export function rolloutSeconds(readinessDelaySeconds: number, nodes?: number): number {
  return waves(nodes) * (TERMINATION_GRACE_SECONDS + readinessDelaySeconds + PROBE_PERIOD_SECONDS);
}
