/** The start of one replica, from what the cluster knows of it. */
import { LABELS } from "../../components/vocabulary/labels.js";
import { ENGINE_CONTAINER } from "../../components/vocabulary/workloads.js";
import { engineParts } from "./engineParts.js";
import { complaintOf, nodeAskedBy, type PodEvent, pullsOf } from "./events.js";
import { completed, leverOf, longest, type MeasuredPart } from "./parts.js";
import { type ContainerStatus, firstStart, type Node, type Pod, since, spanOf, timeOf } from "./pods.js";
import { readStartLog, type StartLog } from "./startLog.js";

/** What was read of a pod besides itself; what could not be read is absent, and a note says why. */
export interface Evidence {
  node?: Node;
  events?: readonly PodEvent[];
  /** Of the engine's container, with the kubelet's timestamps. */
  log?: string;
  /** Why something is missing. */
  notes: readonly string[];
}

export interface PodStart {
  pod: string;
  namespace: string;
  release: string;
  revision: string;
  node?: string;
  createdAt: string;
  ready: boolean;
  /** Until Ready; of a pod that is not, until now. */
  totalSeconds: number;
  parts: MeasuredPart[];
  longest?: { part: MeasuredPart["part"]; lever?: string };
  /** From Ready to the end of the first request that was answered; absent where the log shows none. */
  firstAnswerSeconds?: number;
  notes: string[];
}

/** Seconds after which a Ready that is younger than its server is of a later probe. */
const PROBE_SECONDS = 60;

export function podStart(pod: Pod, { node, events = [], log, notes }: Evidence, now: number): PodStart {
  const { creationTimestamp, labels = {}, name, namespace = "" } = pod.metadata;
  const createdAt = Date.parse(creationTimestamp);
  const engine = pod.status?.containerStatuses?.find((container) => container.name === ENGINE_CONTAINER);
  const read = log === undefined ? undefined : readStartLog(log);
  const { readyAt, note: readyNote } = readyOf(pod, read);
  const totalSeconds = ((readyAt ?? now) - createdAt) / 1000;
  const startedAt = engine === undefined ? undefined : spanOf(engine).startedAt;
  const beforeEngine = [...scheduling(pod, events, node), ...preparation(pod, events), ...initSteps(pod)];
  const ofEngine =
    read === undefined || startedAt === undefined
      ? []
      : engineParts(read, { startedAt, ...(readyAt !== undefined && { readyAt }) });
  const parts = completed([...beforeEngine, ...ofEngine], totalSeconds);
  const most = longest(parts);
  const lever = most === undefined ? undefined : leverOf(most.part);
  const answered = readyAt === undefined ? undefined : read?.moments.firstAnswer;
  return {
    pod: name,
    namespace,
    release: labels[LABELS.release] ?? "",
    revision: labels[LABELS.revision] ?? "",
    ...(pod.spec.nodeName !== undefined && { node: pod.spec.nodeName }),
    createdAt: creationTimestamp,
    ready: readyAt !== undefined,
    totalSeconds,
    parts,
    ...(most !== undefined && { longest: { part: most.part, ...(lever !== undefined && { lever }) } }),
    ...(answered !== undefined && { firstAnswerSeconds: Math.max(0, (answered - readyAt!) / 1000) }),
    notes: [
      ...notes,
      ...(readyNote === undefined ? [] : [readyNote]),
      ...(engine === undefined ? [] : restarts(engine)),
      ...(readyAt === undefined ? waitingFor(pod, events) : []),
      ...(read === undefined ? [] : logNotes(read)),
    ],
  };
}

/** A readiness that was lost and came back is younger than the server: the server's own word is nearer then. */
function readyOf(pod: Pod, log: StartLog | undefined): { readyAt?: number; note?: string } {
  const ready = since(pod, "Ready");
  const listening = log?.moments.listening;
  if (ready === undefined) return {};
  if (listening === undefined || ready - listening < PROBE_SECONDS * 1000) return { readyAt: ready };
  const note = "was not ready for a while since: its start is counted until its server listened";
  return { readyAt: listening, note };
}

function scheduling(pod: Pod, events: readonly PodEvent[], node: Node | undefined): MeasuredPart[] {
  const createdAt = Date.parse(pod.metadata.creationTimestamp);
  const scheduledAt = since(pod, "PodScheduled");
  if (scheduledAt === undefined) return [];
  const seconds = (scheduledAt - createdAt) / 1000;
  const nodeSince = timeOf(node?.metadata.creationTimestamp);
  const asked = nodeAskedBy(events);
  if (nodeSince !== undefined && nodeSince >= createdAt) {
    const joined = (nodeSince - createdAt) / 1000;
    const by = asked === undefined ? "" : `, asked for by ${asked}`;
    return [{ part: "node", seconds, from: `joined after ${joined.toFixed(0)} s${by}` }];
  }
  return [{ part: "schedule", seconds, from: "condition PodScheduled" }];
}

/** Between the scheduler's choice and the first container. */
function preparation(pod: Pod, events: readonly PodEvent[]): MeasuredPart[] {
  const scheduledAt = since(pod, "PodScheduled");
  const startedAt = firstStart(pod);
  if (scheduledAt === undefined || startedAt === undefined) return [];
  const seconds = (startedAt - scheduledAt) / 1000;
  const pulls = pullsOf(events);
  if (pulls === undefined) return [{ part: "image", seconds, from: "with volumes; events are gone" }];
  const size = pulls.bytes === 0 ? "" : `, ${(pulls.bytes / 2 ** 30).toFixed(1)} GiB compressed`;
  const pulled = Math.min(seconds, pulls.seconds);
  return [
    { part: "volumes", seconds: seconds - pulled, from: "until the first container, less the pull" },
    {
      part: "image",
      seconds: pulled,
      from: `events: ${pulls.images === 1 ? "1 image" : `${pulls.images} images`}${size}`,
    },
  ];
}

function initSteps({ status }: Pod): MeasuredPart[] {
  return (status?.initContainerStatuses ?? []).flatMap((container) => {
    const { startedAt, finishedAt } = spanOf(container);
    if (startedAt === undefined || finishedAt === undefined) return [];
    return [{ part: "init" as const, seconds: (finishedAt - startedAt) / 1000, from: container.name }];
  });
}

function restarts({ restartCount, lastState }: ContainerStatus): string[] {
  if (restartCount === 0) return [];
  const { exitCode, reason } = lastState?.terminated ?? {};
  const end =
    exitCode === undefined ? "" : `, last with exit code ${exitCode}${reason === undefined ? "" : ` (${reason})`}`;
  const times = restartCount === 1 ? "once" : `${restartCount} times`;
  return [`vLLM ended and was started again ${times}${end}: its parts are of the last start, the rest is before`];
}

/** What a pod that is not ready is at. */
function waitingFor({ status }: Pod, events: readonly PodEvent[]): string[] {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const running = all.find(({ state }) => state?.running !== undefined);
  if (running !== undefined) return [`not ready: ${running.name} is running`];
  const waiting = all.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  const complaint = complaintOf(events);
  return [`not ready: ${complaint ?? waiting?.message ?? waiting?.reason ?? "not scheduled yet"}`];
}

function logNotes({ moments, compiledAgain }: StartLog): string[] {
  const isCut = moments.loadBegins === undefined && moments.firstAnswer !== undefined;
  return [
    ...(isCut ? ["the log no longer reaches back to the start: the kubelet has rotated it"] : []),
    ...(compiledAgain === undefined ? [] : [`compiled code that was kept was not used: ${compiledAgain}`]),
  ];
}
