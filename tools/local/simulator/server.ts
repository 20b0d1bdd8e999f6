/**
 * Answers `GET /pods/<namespace>/<pod>/metrics` as the vLLM server of that pod would, and takes the load of a Service by
 * `PUT /load/<namespace>/<service>`. Every request needs the run's token: the machine may have other users.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Cluster, KubernetesObject } from "../client.js";
import { type Load, metricsText, partOf, replicaLoad } from "./metrics.js";

interface Pod extends KubernetesObject {
  spec: { containers: { args?: string[] }[] };
  status?: { conditions?: { type: string; status: string }[] };
}

interface Service extends KubernetesObject {
  spec: { selector?: Record<string, string> };
}

/** The cluster's objects at the last request. */
interface Snapshot {
  pods: Pod[];
  services: Service[];
}

/** Scrapes of many pods come at once: they share an answer of the API server. */
const SNAPSHOT_MS = 1000;
/** A little longer than our PodMonitors' interval. */
const SETTLING_MS = 6000;

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True");
  return metadata.deletionTimestamp === undefined && ready === true;
}

/** A flag's first value, written `--flag=value` or `--flag value …`. */
function argument({ spec }: Pod, flag: string): string | undefined {
  const args = spec.containers[0]?.args ?? [];
  const joined = args.find((text) => text.startsWith(`--${flag}=`));
  const alone = args.indexOf(`--${flag}`);
  return joined?.slice(flag.length + 3) ?? (alone === -1 ? undefined : args[alone + 1]);
}

function matches(
  selector: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  const empty = selector === undefined || Object.keys(selector).length === 0;
  return !empty && Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function byName(a: KubernetesObject, b: KubernetesObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/**
 * When each pod was first seen ready, by its name.
 *
 * Requests that move to another replica are on neither for one scrape. Replicas are scraped at different times: on both, the
 * requests would be counted twice, which never happens to real ones.
 */
export class Arrivals {
  private readonly since = new Map<string, number>();

  /** Notes who is ready now. */
  note({ pods }: Snapshot, now = Date.now()): void {
    const ready = new Set(pods.filter(isReady).map(keyOf));
    for (const key of ready) if (!this.since.has(key)) this.since.set(key, now);
    for (const key of [...this.since.keys()].filter((key) => !ready.has(key))) this.since.delete(key);
  }

  /** Whether a pod became ready too recently to have its part, while others of `replicas` are older. */
  isNew(pod: Pod, replicas: readonly Pod[], now = Date.now()): boolean {
    const age = (other: Pod) => now - (this.since.get(keyOf(other)) ?? now);
    return age(pod) < SETTLING_MS && replicas.some((other) => age(other) >= SETTLING_MS);
  }
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** The text of a pod's `/metrics`; `undefined` while its server would not listen. */
export function podMetrics(
  { pods, services }: Snapshot,
  loads: ReadonlyMap<string, Load>,
  namespace: string,
  name: string,
  arrivals = new Arrivals(),
): string | undefined {
  const pod = pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  if (pod === undefined || !isReady(pod)) return undefined;
  const total: Load = { inFlight: 0, kvCache: 0 };
  for (const service of services.filter(({ metadata }) => metadata.namespace === namespace)) {
    const load = loads.get(keyOf(service));
    if (load === undefined || !matches(service.spec.selector, pod.metadata.labels)) continue;
    const replicas = pods
      .filter((other) => other.metadata.namespace === namespace && isReady(other))
      .filter((other) => matches(service.spec.selector, other.metadata.labels))
      .sort(byName);
    if (arrivals.isNew(pod, replicas)) continue;
    const part = partOf(load, replicas.indexOf(pod), replicas.length);
    total.inFlight += part.inFlight;
    total.kvCache += part.kvCache;
  }
  const limits = {
    sequences: Number(argument(pod, "max-num-seqs") ?? Infinity),
    inFlight: Number(argument(pod, "max-num-queued-reqs") ?? Infinity),
  };
  return metricsText(argument(pod, "served-model-name") ?? name, replicaLoad(total, limits));
}

async function bodyOf(call: IncomingMessage): Promise<Load> {
  const chunks: Buffer[] = [];
  for await (const chunk of call) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Load;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** @param token required of every request */
export function simulatorServer(cluster: Cluster, token: string): Server {
  const expected = digest(`Bearer ${token}`);
  const loads = new Map<string, Load>();
  const arrivals = new Arrivals();
  let taken = 0;
  let snapshot: Promise<Snapshot> | undefined;
  const current = (): Promise<Snapshot> => {
    if (snapshot === undefined || Date.now() - taken > SNAPSHOT_MS) {
      taken = Date.now();
      snapshot = Promise.all([cluster.list<Pod>("v1", "Pod"), cluster.list<Service>("v1", "Service")]).then(
        ([pods, services]) => {
          arrivals.note({ pods, services });
          return { pods, services };
        },
      );
    }
    return snapshot;
  };
  const handle = async (call: IncomingMessage): Promise<[status: number, text: string]> => {
    if (!timingSafeEqual(digest(call.headers.authorization ?? ""), expected)) return [401, ""];
    const [, what, namespace, name] = (call.url ?? "").split("/");
    if (what === "load" && call.method === "PUT") {
      loads.set(`${namespace}/${name}`, await bodyOf(call));
      return [204, ""];
    }
    if (what === "load") return [200, JSON.stringify(Object.fromEntries(loads))];
    if (what !== "pods") return [404, ""];
    const text = podMetrics(await current(), loads, namespace ?? "", name ?? "", arrivals);
    return text === undefined ? [503, ""] : [200, text];
  };
  return createServer((call, response) => {
    handle(call).then(
      ([status, text]) => response.writeHead(status, { "Content-Type": "text/plain; version=0.0.4" }).end(text),
      (thrown: unknown) => {
        snapshot = undefined;
        response.writeHead(503).end(String(thrown));
      },
    );
  });
}
