/** What the events of a pod say of its start. The API server keeps events for an hour unless it is told otherwise. */

/** An event of the core API, as far as it is read. */
export interface PodEvent {
  involvedObject: { uid?: string };
  reason?: string;
  message?: string;
  source?: { component?: string };
  reportingComponent?: string;
}

export interface Pulls {
  seconds: number;
  /** `Image size: 9876543210 bytes.`, of all images that were pulled; 0 where a kubelet before 1.30 does not say it. */
  bytes: number;
  /** Images that were pulled; others were on the node already. */
  images: number;
}

/**
 * The kubelet's words, without the time in its queue: `Successfully pulled image "…" in 53.1s (1m2.3s including waiting). Image size: …`.
 * Source: kubernetes/kubernetes pkg/kubelet/images/image_manager.go, read 2026-11-26.
 */
const PULLED = /^Successfully pulled image .* in (\S+)(?: \((\S+) including waiting\))?(?:\. Image size: (\d+) bytes)?/;
/** `Container image "…" already present on machine`, and with `and can be accessed by the pod` from 1.35. */
const PRESENT = /already present on machine/;

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, µs: 1e-6, us: 1e-6, ns: 1e-9 };

/** Go's durations: `1h2m3.5s`, `870ms`. */
export function goSeconds(text: string): number {
  const terms = [...text.matchAll(/([\d.]+)(h|ms|m|µs|us|ns|s)/g)];
  return terms.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit!]!, 0);
}

/** @returns undefined where no event tells of an image: they are gone, or there is none yet */
export function pullsOf(events: readonly PodEvent[]): Pulls | undefined {
  const messages = events.filter(({ reason }) => reason === "Pulled").map(({ message = "" }) => message);
  const pulls = messages.flatMap((message) => {
    const [, pulling, withWaiting, bytes] = PULLED.exec(message) ?? [];
    return pulling === undefined ? [] : [{ seconds: goSeconds(withWaiting ?? pulling), bytes: Number(bytes ?? 0) }];
  });
  if (pulls.length === 0 && !messages.some((message) => PRESENT.test(message))) return undefined;
  return {
    seconds: pulls.reduce((sum, { seconds }) => sum + seconds, 0),
    bytes: pulls.reduce((sum, { bytes }) => sum + bytes, 0),
    images: pulls.length,
  };
}

/** Who was asked for a node: the cluster autoscaler's `TriggeredScaleUp`, Karpenter's `Nominated` of a NodeClaim. */
export function nodeAskedBy(events: readonly PodEvent[]): string | undefined {
  const asked = events.find(
    ({ reason, message = "" }) =>
      reason === "TriggeredScaleUp" || (reason === "Nominated" && /nodeclaim/i.test(message)),
  );
  return asked === undefined ? undefined : asked.source?.component || asked.reportingComponent || asked.reason;
}

/** Why a pod is not scheduled, or does not get on: the newest such event. */
export function complaintOf(events: readonly PodEvent[]): string | undefined {
  const complaints = [
    "FailedScheduling",
    "NotTriggerScaleUp",
    "FailedMount",
    "FailedAttachVolume",
    "Failed",
    "BackOff",
  ];
  const last = events.findLast(({ reason }) => complaints.includes(reason ?? ""));
  return last === undefined ? undefined : `${last.reason}: ${last.message ?? ""}`;
}
