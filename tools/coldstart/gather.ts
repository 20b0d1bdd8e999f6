/** Reads from a cluster what is known of the starts of a model's pods. */
import { APP_NAME, COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { ENGINE_CONTAINER } from "../../components/vocabulary/workloads.js";
import { ApiError, type Cluster } from "../local/client.js";
import type { PodEvent } from "./events.js";
import type { Evidence } from "./podStart.js";
import type { Node, Pod } from "./pods.js";

/** Which pods. */
export interface Asked {
  model: string;
  /** @default of any stack */
  stack?: string;
  /** @default of all namespaces */
  namespace?: string;
}

type Timed = PodEvent & { lastTimestamp?: string; eventTime?: string };

/** A start takes some hundred lines; more is what the server has answered since. */
const LOG_BYTES = 4 * 2 ** 20;

/** Of a model's replicas, the newest first. */
export async function podsOf(cluster: Cluster, { model, stack, namespace }: Asked): Promise<Pod[]> {
  const labels = {
    [LABELS.name]: APP_NAME,
    [LABELS.component]: COMPONENTS.runtime,
    [LABELS.instance]: model,
    ...(stack !== undefined && { [LABELS.partOf]: stack }),
  };
  const pods = await cluster.list<Pod>("v1", "Pod", { labels, ...(namespace !== undefined && { namespace }) });
  const created = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp);
  return pods.sort((one, other) => created(other) - created(one));
}

export async function evidenceOf(cluster: Cluster, pod: Pod): Promise<Evidence> {
  const notes: string[] = [];
  /** What may be read; a refusal is a note, since the other parts are still known. */
  const allowed = async <T>(what: string, read: () => Promise<T | undefined>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      notes.push(`${what} cannot be read: ${thrown.message}`);
      return undefined;
    }
  };
  const [node, events, log] = await Promise.all([
    allowed("the node", () => nodeOf(cluster, pod)),
    allowed("events", () => eventsOf(cluster, pod)),
    allowed("the log", () => engineLog(cluster, pod)),
  ]);
  if (events?.length === 0) notes.push("no events: the API server keeps them for an hour unless it is told otherwise");
  const waits = await allowed("the log of the init step", () => lastWords(cluster, pod));
  if (waits !== undefined) notes.push(waits);
  return {
    ...(node !== undefined && { node }),
    ...(events !== undefined && { events }),
    ...(log !== undefined && { log }),
    notes,
  };
}

async function nodeOf(cluster: Cluster, { spec }: Pod): Promise<Node | undefined> {
  if (spec.nodeName === undefined) return undefined;
  return cluster.get<Node>({ apiVersion: "v1", kind: "Node", metadata: { name: spec.nodeName } });
}

/** The oldest first. */
async function eventsOf(cluster: Cluster, { metadata }: Pod): Promise<PodEvent[]> {
  const selector = encodeURIComponent(`involvedObject.uid=${metadata.uid}`);
  const path = `/api/v1/namespaces/${metadata.namespace}/events?fieldSelector=${selector}`;
  const events = ((await cluster.call("GET", path, { what: `events of ${metadata.name}` }))?.["items"] ??
    []) as Timed[];
  const time = ({ lastTimestamp, eventTime }: Timed): number => Date.parse(lastTimestamp ?? eventTime ?? "") || 0;
  return events.sort((one, other) => time(one) - time(other));
}

function logPath({ metadata }: Pod, container: string, query: Readonly<Record<string, string>>): string {
  const parameters = new URLSearchParams({ container, ...query });
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/log?${parameters.toString()}`;
}

/** Of its present start; of the one before, where it is about to be started again. */
async function engineLog(cluster: Cluster, pod: Pod): Promise<string | undefined> {
  const engine = pod.status?.containerStatuses?.find(({ name }) => name === ENGINE_CONTAINER);
  const { state, lastState } = engine ?? {};
  const ran = state?.running ?? state?.terminated;
  if (ran === undefined && lastState?.terminated === undefined) return undefined;
  const query = {
    timestamps: "true",
    limitBytes: String(LOG_BYTES),
    ...(ran === undefined && { previous: "true" }),
  };
  return cluster.text(logPath(pod, ENGINE_CONTAINER, query), `log of ${pod.metadata.name}`);
}

/** The last line of an init step that still runs: what it waits for. */
async function lastWords(cluster: Cluster, pod: Pod): Promise<string | undefined> {
  const running = pod.status?.initContainerStatuses?.find(({ state }) => state?.running !== undefined);
  if (running === undefined) return undefined;
  const line = await cluster.text(logPath(pod, running.name, { tailLines: "1" }), `log of ${pod.metadata.name}`);
  return line === undefined || line.trim() === "" ? undefined : `${running.name} says: ${line.trim()}`;
}
