/** Kubelets that run the real command lines of pods as processes of this machine, with their volumes as folders. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type Cluster, type KubernetesObject } from "../../tools/local/client.js";

interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { fieldRef?: { fieldPath: string } };
}

interface Volume {
  name: string;
  configMap?: { name: string };
  emptyDir?: object;
  persistentVolumeClaim?: { claimName: string };
}

export interface RunnablePod extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { uid: string; namespace: string };
  spec: {
    nodeName?: string;
    serviceAccountName: string;
    automountServiceAccountToken?: boolean;
    volumes: Volume[];
    containers: {
      name: string;
      image: string;
      command: string[];
      args?: string[];
      env: EnvVar[];
      volumeMounts: { name: string; mountPath: string }[];
    }[];
  };
  status?: { phase?: string; conditions?: { type: string; status: string; reason?: string }[] };
}

/** A pod's process. */
interface Running {
  pod: RunnablePod;
  process: ChildProcess;
  /** Its end, with the exit code that a container would have. */
  ended: Promise<number>;
  isStopping: boolean;
}

export interface KubeletSettings {
  namespace: string;
  /** Labels of the pods that are run. */
  labels: Readonly<Record<string, string>>;
  /** Where the pods' folders are. */
  folder: string;
  /** Variables of a pod's process, such as a PATH with a stand-in for vllm. */
  env: (pod: RunnablePod) => Readonly<Record<string, string>>;
  /** From SIGTERM to SIGKILL, in place of the pods' own time. */
  graceSeconds: number;
}

const SYNC_MS = 200;
const LEASE_SECONDS = 40;
export class Kubelet {
  private readonly running = new Map<string, Running>();
  /** Pods that have been started once: none starts twice. */
  private readonly started = new Set<string>();
  private readonly nodes = new Set<string>();
  private readonly configMaps = new Map<string, Promise<Record<string, string>>>();
  private loop: Promise<void> | undefined;
  private isOver = false;
  /** As they were a moment ago. */
  seen: readonly RunnablePod[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly settings: KubeletSettings,
  ) {}

  /** Makes a node that is ready. */
  async addNode(node: KubernetesObject & { status: object }): Promise<void> {
    const { name } = node.metadata;
    await this.cluster.create(node);
    const now = new Date().toISOString();
    const ready = {
      type: "Ready",
      status: "True",
      reason: "Stand-in",
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    };
    await this.cluster.patch(node, { status: { ...node.status, conditions: [ready] } }, "status");
    await this.beat(name);
    this.nodes.add(name);
  }

  /** The machine is gone at once: its processes see no signal that they could answer. */
  async loseNode(name: string): Promise<void> {
    this.nodes.delete(name);
    for (const { pod, process } of this.running.values()) if (pod.spec.nodeName === name) kill(process, "SIGKILL");
    await this.cluster.remove({ apiVersion: "v1", kind: "Node", metadata: { name } });
  }

  /** The container of a pod dies by itself. */
  crash({ metadata: { uid } }: RunnablePod): boolean {
    const found = this.running.get(uid);
    if (found !== undefined) kill(found.process, "SIGKILL");
    return found !== undefined;
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.loop;
    for (const { process } of this.running.values()) kill(process, "SIGKILL");
    // First the Jobs, which would make other pods, and the nodes, onto which those would be put.
    const { namespace } = this.settings;
    for (const { metadata } of await this.cluster.list("batch/v1", "Job", { namespace })) {
      await this.cluster.remove({ apiVersion: "batch/v1", kind: "Job", metadata: { name: metadata.name, namespace } });
    }
    for (const name of this.nodes) await this.cluster.remove({ apiVersion: "v1", kind: "Node", metadata: { name } });
    // Nobody else ends pods that are on its nodes: the garbage collector would take a minute.
    const own = (await this.pods()).filter(({ spec }) => this.nodes.has(spec.nodeName ?? ""));
    await Promise.all(
      own.map(({ metadata: { name, namespace } }) => {
        const reference = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace } };
        return ignoring([404, 409], () => this.cluster.remove(reference, 0));
      }),
    );
  }

  /** Whether a pod's process runs now. */
  runs({ metadata: { uid } }: RunnablePod): boolean {
    return this.running.get(uid)?.isStopping === false;
  }

  /** Its pods, as the API server has them. */
  pods(): Promise<RunnablePod[]> {
    const { namespace, labels } = this.settings;
    return this.cluster.list<RunnablePod>("v1", "Pod", { namespace, labels });
  }

  private async run(): Promise<void> {
    let beaten = Date.now();
    while (!this.isOver) {
      this.seen = await this.pods();
      await Promise.all(this.seen.map((pod) => this.sync(pod)));
      if (Date.now() - beaten > (LEASE_SECONDS * 1000) / 4) {
        beaten = Date.now();
        await Promise.all([...this.nodes].map((name) => this.beat(name)));
      }
      await sleep(SYNC_MS);
    }
  }

  private async sync(pod: RunnablePod): Promise<void> {
    const { uid, deletionTimestamp } = pod.metadata;
    const { nodeName } = pod.spec;
    if (nodeName === undefined || !this.nodes.has(nodeName)) return;
    const found = this.running.get(uid);
    if (deletionTimestamp !== undefined) {
      const isOver = ["Succeeded", "Failed"].includes(pod.status?.phase ?? "");
      if (found === undefined && !isOver) await this.end(pod, 137);
      if (found?.isStopping === false) void this.terminate(found);
      return;
    }
    if (pod.status?.phase !== "Pending" || this.started.has(uid)) return;
    this.started.add(uid);
    await this.begin(pod);
  }

  private async begin(pod: RunnablePod): Promise<void> {
    const { name, image } = pod.spec.containers[0]!;
    const startedAt = new Date().toISOString();
    const state = { name, image, imageID: "", ready: true, restartCount: 0, state: { running: { startedAt } } };
    const isThere = await this.report(pod, { phase: "Running", startTime: startedAt, containerStatuses: [state] });
    if (!isThere) return;
    const process = await this.spawn(pod);
    const ended = new Promise<number>((resolve) => {
      process.on("exit", (code, signal) => resolve(code ?? (signal === "SIGKILL" ? 137 : 143)));
    });
    this.running.set(pod.metadata.uid, { pod, process, ended, isStopping: false });
    void ended.then((code) => this.end(pod, code));
  }

  private async terminate(running: Running): Promise<void> {
    running.isStopping = true;
    kill(running.process, "SIGTERM");
    await Promise.race([running.ended, sleep(this.settings.graceSeconds * 1000, undefined, { ref: false })]);
    kill(running.process, "SIGKILL");
  }

  /** Says how it has ended; a pod that somebody has deleted goes then. */
  private async end(pod: RunnablePod, exitCode: number): Promise<void> {
    const { uid, namespace, name: podName } = pod.metadata;
    this.running.delete(uid);
    // Nobody reports from a machine that is gone.
    if (!this.nodes.has(pod.spec.nodeName!)) return;
    const { name, image } = pod.spec.containers[0]!;
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      finishedAt: new Date().toISOString(),
    };
    const state = { name, image, imageID: "", ready: false, restartCount: 0, state: { terminated } };
    await this.report(pod, { phase: exitCode === 0 ? "Succeeded" : "Failed", containerStatuses: [state] });
    const reference = { apiVersion: "v1", kind: "Pod", metadata: { name: podName, namespace } };
    const now = await this.cluster.get<RunnablePod>(reference);
    if (now?.metadata.uid === uid && now.metadata.deletionTimestamp !== undefined)
      await ignoring([404, 409], () => this.cluster.remove(reference, 0, { uid }));
  }

  /** Whether the pod was still there to write to. */
  private report({ metadata: { name, namespace, uid } }: RunnablePod, status: object): Promise<boolean> {
    const reference = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace } };
    return ignoring([404, 409], () => this.cluster.patch(reference, { metadata: { uid }, status }, "status"));
  }

  private async spawn(pod: RunnablePod): Promise<ChildProcess> {
    const container = pod.spec.containers[0]!;
    const own = join(this.settings.folder, "pods", pod.metadata.name);
    const folders = new Map<string, string>();
    for (const { name, mountPath } of container.volumeMounts)
      folders.set(
        mountPath,
        await this.folderOf(
          pod.spec.volumes.find((volume) => volume.name === name)!,
          own,
        ),
      );
    const account = pod.spec.automountServiceAccountToken === true ? await this.account(pod, own) : undefined;
    const local = (text: string) => withFolders(text, folders);
    const variables = container.env.map(({ name, value = "", valueFrom }) => {
      const path = valueFrom?.fieldRef?.fieldPath;
      return [name, path === undefined ? specOf(value, local) : fieldOf(pod, path)] as const;
    });
    const [command = "", ...args] = [...container.command, ...(container.args ?? [])].map(local);
    const { PATH = "" } = process.env;
    const server = new URL(this.cluster.server);
    const child = spawn(command, args, {
      cwd: own,
      // A group of its own, so that a kill takes its children, too: a container's end does.
      detached: true,
      env: {
        PATH,
        TMPDIR: folders.get("/tmp") ?? own,
        KUBERNETES_SERVICE_HOST: server.hostname,
        KUBERNETES_SERVICE_PORT: server.port,
        HOSTNAME: pod.metadata.name,
        ...(account !== undefined && { SERVICE_ACCOUNT_FOLDER: account }),
        ...this.settings.env(pod),
        ...Object.fromEntries(variables),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log = createWriteStream(join(own, "log"));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    return child;
  }

  private async folderOf(volume: Volume, own: string): Promise<string> {
    const { name, configMap, persistentVolumeClaim } = volume;
    const folder =
      persistentVolumeClaim === undefined
        ? join(own, name)
        : join(this.settings.folder, "claims", persistentVolumeClaim.claimName);
    mkdirSync(folder, { recursive: true });
    if (configMap !== undefined)
      for (const [file, text] of Object.entries(await this.configMap(configMap.name)))
        writeFileSync(join(folder, file), text);
    return folder;
  }

  private configMap(name: string): Promise<Record<string, string>> {
    const { namespace } = this.settings;
    const known =
      this.configMaps.get(name) ??
      this.cluster
        .get<KubernetesObject & { data: Record<string, string> }>({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name, namespace },
        })
        .then((found) => found?.data ?? {});
    this.configMaps.set(name, known);
    return known;
  }

  /** The folder with the account's token, as a kubelet asks for it. */
  private async account({ metadata: { namespace }, spec }: RunnablePod, own: string): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName}/token`;
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
    const answer = (await this.cluster.call("POST", path, { body })) as unknown as { status: { token: string } };
    const folder = join(own, "account");
    mkdirSync(folder, { recursive: true });
    const authority = this.cluster.config.getCurrentCluster()!.caData!;
    writeFileSync(join(folder, "token"), answer.status.token, { mode: 0o600 });
    writeFileSync(join(folder, "ca.crt"), Buffer.from(authority, "base64"));
    writeFileSync(join(folder, "namespace"), namespace);
    return folder;
  }

  /** Renews a node's lease, as kubelets do. */
  private async beat(name: string): Promise<void> {
    await this.cluster.apply({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace: "kube-node-lease" },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTime() },
    });
  }
}

function microTime(): string {
  return new Date().toISOString().replace("Z", "000Z");
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    // SIGTERM goes to the container's first process alone, SIGKILL to all of them.
    if (pid !== undefined) process.kill(signal === "SIGKILL" ? -pid : pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function ignoring(statuses: readonly number[], call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (thrown) {
    if (thrown instanceof ApiError && statuses.includes(thrown.status)) return false;
    throw thrown;
  }
}

/** A text with the folders in the place of the paths that the container sees; each place is replaced once. */
function withFolders(text: string, folders: ReadonlyMap<string, string>): string {
  const paths = [...folders.keys()].sort((a, b) => b.length - a.length);
  return text.replace(new RegExp(`(${paths.join("|")})(?=[/"\\s]|$)`, "g"), (path) => folders.get(path)!);
}

/** A program's document, whose own paths are the container's; the manifest in it is for other pods. */
function specOf(value: string, local: (text: string) => string): string {
  if (!value.startsWith("{")) return local(value);
  const { workers, ...spec } = JSON.parse(value) as Record<string, unknown>;
  const own = JSON.parse(local(JSON.stringify(spec))) as object;
  return JSON.stringify({ ...own, ...(workers !== undefined && { workers }) });
}

/** What the downward API gives. */
function fieldOf({ metadata }: RunnablePod, path: string): string {
  const [, kind, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (kind !== undefined) return (metadata[kind as "labels"] ?? {})[key!] ?? "";
  return path === "metadata.namespace" ? metadata.namespace : metadata.name;
}
