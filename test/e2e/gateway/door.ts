/** A stack's gateway, as its objects are rendered, on the real Envoy Gateway and Envoy, with stand-ins for its models' pods. */
import { join } from "node:path";
import type { GatewayObject } from "../../../components/gateway/objects.js";
import { newAuthority, sign } from "../../../tools/local/certificates.js";
import type { KubernetesObject } from "../../../tools/local/client.js";
import { whyNotIsolated } from "../../../tools/local/gateway/isolate.js";
import { whyNoRedis } from "../../../tools/local/gateway/programs.js";
import { Lab } from "../../../tools/local/gateway/lab.js";
import type { Proxy } from "../../../tools/local/gateway/proxy.js";
import { rendered } from "../../gateway/fixtures.js";
import { type Config, merged } from "../../serving/fixtures.js";
import { eventually } from "../scenario.js";
import { binaries, FOLDERS } from "../world.js";
import { Client } from "./client.js";
import { Replica } from "./replica.js";

const HOST = "llm.example.com";
/** Key of each tenant. */
export const keyOf = (tenant: string): string => `sk-${tenant}-0123456789abcdef`;
/** The models' own key. */
export const RUNTIME_KEY = "the-runtimes-own-key";

let lab: Promise<Lab> | undefined;
let doors = 0;

/** One for all files that this process runs; it ends with the tests' own cluster, whose folder it is in. */
function theLab(): Promise<Lab> {
  lab ??= Lab.start({
    binaries: binaries(),
    folders: { bin: FOLDERS.bin, run: join(FOLDERS.run, `gateway-${process.pid}`) },
    report: () => undefined,
  });
  return lab;
}

/** Skips a file's tests where a gateway cannot run, and says why: machines of CI are not alike in what they let a process do. */
export function needsGateway(context: Mocha.Context): void {
  const why = whyNotIsolated() ?? whyNoRedis();
  if (why === undefined) return;
  process.stdout.write(`    skipped: ${why}\n`);
  context.skip();
}

/** What a door is made of. */
export interface DoorSettings {
  /** Changes to the gateway's section, as fixtures take them. */
  gateway?: Config;
  /** Changes to the rest of the stack. */
  stack?: Config;
  tenants?: readonly string[];
  /** Replicas of each release: `{ "chat-r1": 2 }`. */
  replicas: Readonly<Record<string, number>>;
}

export class Door {
  private constructor(
    readonly lab: Lab,
    readonly namespace: string,
    readonly client: Client,
    readonly proxy: Proxy,
    /** By the name of their Service. */
    readonly replicas: ReadonlyMap<string, Replica[]>,
    private readonly settings: DoorSettings,
    readonly certificate: string,
    private readonly parts: { objects: KubernetesObject[]; around: KubernetesObject[] },
  ) {}

  /** What was rendered. */
  get objects(): readonly KubernetesObject[] {
    return this.parts.objects;
  }

  /** Secrets and Services that it names. */
  get around(): readonly KubernetesObject[] {
    return this.parts.around;
  }

  /** Renders and applies everything, starts the proxy, and waits until the first tenant is answered. */
  static async open(settings: DoorSettings): Promise<Door> {
    const lab = await theLab();
    doors += 1;
    const namespace = `models${doors}`;
    await lab.cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const authority = await newAuthority();
    const own = await sign(authority, HOST, [HOST]);
    const tenants = settings.tenants ?? ["acme"];
    const around: KubernetesObject[] = [];
    const applied = async (object: KubernetesObject): Promise<void> => {
      around.push(object);
      await lab.cluster.apply(object);
    };
    const secrets = {
      "llm-tls": { "tls.crt": own.certificate, "tls.key": own.key },
      "test.keys": Object.fromEntries(tenants.map((tenant) => [`${tenant}.main`, keyOf(tenant)])),
    };
    for (const [name, stringData] of Object.entries(secrets))
      await applied({
        ...{ apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData },
        type: name === "llm-tls" ? "kubernetes.io/tls" : "Opaque",
      });
    const replicas = new Map<string, Replica[]>();
    for (const [service, count] of Object.entries(settings.replicas)) {
      await applied({
        ...{ apiVersion: "v1", kind: "Service", metadata: { name: service, namespace } },
        spec: { ports: [{ name: "http", port: 8000, targetPort: 8000 }] },
      });
      const own: Replica[] = [];
      for (let index = 0; index < count; index += 1) {
        const replica = await Replica.start(`${service}-${index}`, lab.machine);
        own.push(replica);
        await lab.cluster.apply(sliceOf(service, namespace, replica, lab.machine));
      }
      replicas.set(service, own);
    }
    for (const model of new Set([...replicas.keys()].map((service) => service.replace(/-[^-]+$/, ""))))
      await applied({
        ...{ apiVersion: "v1", kind: "Secret", metadata: { name: `${model}-gateway`, namespace }, type: "Opaque" },
        stringData: { credential: `Bearer ${RUNTIME_KEY}` },
      });
    const objects = objectsOf(settings, namespace);
    for (const object of objects) await lab.cluster.apply(object);
    const proxy = await lab.proxy(objects.find(({ kind }) => kind === "Gateway")!);
    const client = new Client(proxy.address, HOST, authority.certificate);
    const parts = { objects, around };
    const door = new Door(lab, namespace, client, proxy, replicas, settings, authority.certificate, parts);
    await eventually(
      "an answer",
      async () => {
        const answered = await client.ask({ key: keyOf(tenants[0]!) }).catch(() => undefined);
        return answered?.status === 200 ? true : undefined;
      },
      {
        instead: async () =>
          await client.ask({ key: keyOf(tenants[0]!) }).catch((thrown: unknown) => ({ text: String(thrown) })),
      },
    );
    for (const one of door.all()) one.reached.length = 0;
    return door;
  }

  all(): Replica[] {
    return [...this.replicas.values()].flat();
  }

  /** Replicas of a Service. */
  of(service: string): Replica[] {
    return this.replicas.get(service)!;
  }

  /** A client with connections of its own. */
  another(sockets: number): Client {
    return new Client(this.proxy.address, HOST, this.certificate, { sockets });
  }

  /** Applies the gateway of a changed stack: what `pulumi up` would do. */
  async change({ gateway = {}, stack = {} }: Pick<DoorSettings, "gateway" | "stack">): Promise<void> {
    const changed = {
      ...this.settings,
      gateway: merged(this.settings.gateway ?? {}, gateway),
      stack: merged(this.settings.stack ?? {}, stack),
    };
    for (const object of objectsOf(changed, this.namespace)) await this.lab.cluster.apply(object);
  }

  /** Makes a replica ready or not, as its pod's readiness does. */
  async ready(service: string, replica: Replica, isReady: boolean): Promise<void> {
    await this.lab.cluster.apply(sliceOf(service, this.namespace, replica, this.lab.machine, isReady));
  }

  /** Starts a replica more, and tells the cluster of it. */
  async add(service: string): Promise<Replica> {
    const replicas = this.replicas.get(service)!;
    this.added += 1;
    const replica = await Replica.start(`${service}-more-${this.added}`, this.lab.machine);
    Object.assign(replica, { tokens: replicas[0]?.tokens ?? 3, gapMs: replicas[0]?.gapMs ?? 0 });
    await this.ready(service, replica, true);
    replicas.push(replica);
    return replica;
  }

  /** Ends a replica, and takes what the cluster knows of it away. */
  async remove(service: string, replica: Replica): Promise<void> {
    await replica.lose();
    await this.lab.cluster.remove(sliceOf(service, this.namespace, replica, this.lab.machine));
    const replicas = this.replicas.get(service)!;
    if (replicas.includes(replica)) replicas.splice(replicas.indexOf(replica), 1);
  }

  private added = 0;

  /** Ends clients and stand-ins. */
  async close(): Promise<void> {
    this.client.close();
    await Promise.all(this.all().map((replica) => replica.lose().catch(() => undefined)));
  }
}

function sliceOf(
  service: string,
  namespace: string,
  replica: Replica,
  address: string,
  ready = true,
): KubernetesObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: replica.name, namespace, labels: { "kubernetes.io/service-name": service } },
    addressType: "IPv4",
    ports: [{ name: "http", port: replica.port, protocol: "TCP" }],
    endpoints: [{ addresses: [address], conditions: { ready, serving: ready, terminating: !ready } }],
  };
}

function objectsOf({ gateway = {}, stack = {} }: DoorSettings, namespace: string): KubernetesObject[] {
  const placed = merged(stack, { namespace: { name: namespace, create: false } });
  return rendered(gateway, placed).map(({ apiVersion, kind, name, scope, spec }: GatewayObject) => ({
    ...{ apiVersion, kind, spec },
    metadata: {
      name,
      ...(scope === "models" && { namespace }),
      ...(scope === "gateway" && { namespace: "envoy-gateway-system" }),
    },
  }));
}
