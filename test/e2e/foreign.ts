/** A cluster that plays somebody else's, and a picture of everything that is in it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, Cluster, type KubernetesObject } from "../../tools/local/client.js";
import { startControlPlane } from "../../tools/local/controlPlane.js";
import type { Folders } from "../../tools/local/folders.js";
import { clear } from "../../tools/local/start.js";
import { eventually } from "./scenario.js";
import { binaries, FOLDERS } from "./world.js";

export interface Foreign {
  cluster: Cluster;
  folders: Folders;
  kubeconfig: string;
  /** Nodes that somebody keeps alive. */
  alive: Set<string>;
  end: () => Promise<void>;
}

/** A control plane of its own, in which nothing of ours runs: no KWOK, no KEDA. @param name of its folder */
export async function startForeign(name: string): Promise<Foreign> {
  // Within the tests' own folder: it is cleared up with that, however they end.
  const folders = { bin: FOLDERS.bin, run: join(FOLDERS.run, `${name}-${process.pid}`) };
  const { kubeconfig } = await startControlPlane(binaries(), folders);
  const cluster = new Cluster(kubeconfig);
  const alive = new Set<string>();
  const beats = setInterval(() => {
    // A node's lease alone, as a kubelet does while nothing else is new: the node stays as it is.
    for (const node of alive) void cluster.apply(leaseOf(node)).catch(() => undefined);
  }, HEARTBEAT_MS);
  const end = async () => {
    clearInterval(beats);
    cluster.close();
    await clear(folders);
  };
  return { cluster, folders, kubeconfig, alive, end };
}

const HEARTBEAT_MS = 5000;
/** What the API server says where one of {@link THEIRS}' refusals is in force. */
const REFUSAL = "none of these here";

function leaseOf(node: string): KubernetesObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: node, namespace: "kube-node-lease" },
    spec: { holderIdentity: node, leaseDurationSeconds: 40, renewTime: new Date().toISOString().replace("Z", "000Z") },
  };
}

/** Every object of a cluster, by API version, kind, namespace and name. */
export type Picture = Map<string, string>;

/**
 * Kinds that Kubernetes itself writes all the time, whatever anybody does:
 * - Event: what controllers report, and take away again after an hour;
 * - Lease: the heartbeats of API server and controllers, every ten seconds;
 * - ComponentStatus: no object, but what the API server finds of itself when it is asked.
 */
const OF_KUBERNETES = ["Event", "Lease", "ComponentStatus"];

interface Resource {
  name: string;
  kind: string;
  verbs: string[];
}

/** Kinds that can be listed, in every version of each group: a CRD's, too. */
async function listable({ cluster }: Foreign): Promise<[path: string, apiVersion: string, kind: string][]> {
  const groups = (await cluster.call("GET", "/apis"))!["groups"] as { versions: { groupVersion: string }[] }[];
  const roots = [
    "/api/v1",
    ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => `/apis/${groupVersion}`)),
  ];
  const found = await Promise.all(
    roots.map(async (root) => {
      const resources = ((await cluster.call("GET", root))?.["resources"] ?? []) as Resource[];
      return resources
        .filter(
          ({ name, kind, verbs }) => !name.includes("/") && verbs.includes("list") && !OF_KUBERNETES.includes(kind),
        )
        .map(({ name, kind }): [string, string, string] => [`${root}/${name}`, root.replace(/^\/apis?\//, ""), kind]);
    }),
  );
  return found.flat();
}

interface Pod extends KubernetesObject {
  spec: { nodeName?: string };
  status?: { conditions?: { type: string; status: string }[] };
}

/**
 * An object as it has to stay, with all that the API server keeps of it.
 *
 * Of a pod for which no node is found, the scheduler counts the nodes in a condition's message, and does so anew for each
 * node that comes or goes; that condition, and with it the pod's version, is Kubernetes' own.
 */
function asKept(object: KubernetesObject): string {
  const { spec, status, metadata } = object as Pod;
  if (object.kind !== "Pod" || spec.nodeName !== undefined) return JSON.stringify(object);
  const { resourceVersion: _, managedFields = [], ...rest } = metadata;
  const conditions = status?.conditions?.filter(({ type }) => type !== "PodScheduled");
  const writers = managedFields.filter(({ subresource }) => subresource !== "status");
  return JSON.stringify({
    ...object,
    metadata: { ...rest, managedFields: writers },
    status: { ...status, conditions },
  });
}

/** Where a picture has an object. */
export function keyOf({ apiVersion, kind, metadata: { namespace = "", name } }: KubernetesObject): string {
  return [apiVersion, kind, namespace, name].join(" ");
}

/** Everything that is in the cluster, byte for byte. */
export async function pictureOf(foreign: Foreign): Promise<Picture> {
  const picture: Picture = new Map();
  await Promise.all(
    (await listable(foreign)).map(async ([path, apiVersion, kind]) => {
      const items = ((await foreign.cluster.call("GET", path))?.["items"] ?? []) as KubernetesObject[];
      for (const item of items) {
        const object = { ...item, apiVersion, kind };
        picture.set(keyOf(object), asKept(object));
      }
    }),
  );
  return picture;
}

/** The picture once controllers are done with what is there. */
export async function settledPicture(foreign: Foreign): Promise<Picture> {
  let before = await pictureOf(foreign);
  for (let attempt = 0; attempt < 30; attempt += 1) {
    await sleep(1500);
    const now = await pictureOf(foreign);
    if (JSON.stringify([...now].sort()) === JSON.stringify([...before].sort())) return now;
    before = now;
  }
  throw new Error("the cluster does not come to rest");
}

/** Whether everything that was there is there as it was; more may be there. */
export function assertUntouched(before: Picture, now: Picture, when: string): void {
  for (const [key, text] of before) {
    const found = now.get(key);
    assert.ok(found !== undefined, `${when}: ${key} is gone`);
    assert.deepEqual(JSON.parse(found), JSON.parse(text), `${when}: ${key}`);
    assert.equal(found, text, `${when}: ${key}`);
  }
}

/** Names of what is there now and was not. */
export function newIn(before: Picture, now: Picture): string[] {
  return [...now.keys()].filter((key) => !before.has(key)).sort();
}

/** Makes what somebody else has there; returns once Kubernetes has taken note of it. */
export async function putTheirs({ cluster, alive }: Foreign, object: KubernetesObject): Promise<void> {
  if (object.kind === "Namespace" && (await cluster.get(object)) !== undefined) return;
  await eventually(`leave to make ${object.kind} ${object.metadata.name}`, () =>
    cluster.create(object).then(
      () => true,
      (thrown: unknown) => {
        // The API server still goes by a refusal that has just been removed, until its cache has heard of that.
        if (thrown instanceof ApiError && thrown.message.includes(REFUSAL)) return undefined;
        throw thrown;
      },
    ),
  );
  if (object.kind === "CustomResourceDefinition") {
    const { group, names, versions } = object["spec"] as {
      group: string;
      names: { plural: string };
      versions: { name: string }[];
    };
    await eventually("the new kind", async () =>
      cluster.call("GET", `/apis/${group}/${versions[0]!.name}/${names.plural}`),
    );
  }
  if (object.kind !== "Node") return;
  await cluster.patch(object, { status: object["status"] }, "status");
  await cluster.apply(leaseOf(object.metadata.name));
  alive.add(object.metadata.name);
  await eventually("a node without the taint of new ones", async () => {
    const { spec } = (await cluster.get<KubernetesObject & { spec: { taints?: { key: string }[] } }>(object))!;
    return spec.taints?.every(({ key }) => key === "node.kubernetes.io/unschedulable") ? true : undefined;
  });
}

/** Deletes objects, the last one first, and returns when they are gone. */
export async function removeTheirs({ cluster, alive }: Foreign, objects: readonly KubernetesObject[]): Promise<void> {
  for (const { metadata } of objects.filter(({ kind }) => kind === "Node")) {
    alive.delete(metadata.name);
    await cluster.remove(leaseOf(metadata.name));
  }
  for (const object of objects.toReversed()) await cluster.remove(object, 0);
  for (const object of objects) {
    await eventually(`the end of ${object.kind} ${object.metadata.name}`, async () =>
      (await cluster.get(object).catch(() => undefined)) === undefined ? true : undefined,
    );
  }
}

/** What somebody else has there. Each is of another's making than the stack, some with names that it would take. */
export const THEIRS = {
  namespace: (name: string, labels: Record<string, string> = {}): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels },
  }),
  config: (namespace: string, name: string, labels: Record<string, string> = {}): KubernetesObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels },
    data: { key: "value" },
  }),
  secret: (namespace: string, name: string, labels: Record<string, string> = {}): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels },
    stringData: { "api-key": "theirs" },
  }),
  service: (namespace: string, name: string, labels: Record<string, string> = {}): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  }),
  /** Its pods have no node, tolerate nothing, and wait. */
  deployment: (namespace: string, name: string, labels: Record<string, string> = {}): KubernetesObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", image: "registry.k8s.io/pause:3.10" }] },
      },
    },
  }),
  priorityClass: (name: string): KubernetesObject => ({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value: 7,
  }),
  /** A node on which no pod is to be placed. */
  node: (name: string, annotations: Record<string, string> = {}, gpus = 0): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, annotations, labels: { "kubernetes.io/os": "linux", accelerator: "l4" } },
    spec: { unschedulable: true },
    status: {
      capacity: { cpu: "4", memory: "8Gi", pods: "10", ...(gpus > 0 && { "nvidia.com/gpu": String(gpus) }) },
      conditions: ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"].map((type) => ({
        type,
        status: type === "Ready" ? "True" : "False",
        lastHeartbeatTime: "2026-11-01T00:00:00Z",
        lastTransitionTime: "2026-11-01T00:00:00Z",
      })),
    },
  }),
  definition: (group: string, plural: string, kind: string): KubernetesObject => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  }),
  /** Has the API server refuse the making of a kind, where the stack's labels are on it. */
  refusal: (apiGroup: string, resource: string): KubernetesObject[] => [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: `no-${resource}` },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [{ apiGroups: [apiGroup], apiVersions: ["*"], operations: ["CREATE"], resources: [resource] }],
        },
        validations: [
          {
            expression: "!has(object.metadata.labels) || !('pulumi-vllm.dev/local-run' in object.metadata.labels)",
            message: REFUSAL,
          },
        ],
      },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: `no-${resource}` },
      spec: { policyName: `no-${resource}`, validationActions: ["Deny"] },
    },
  ],
} as const;
