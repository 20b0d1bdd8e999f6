/** The releases that a cluster has, by the annotations of their Deployments and ReplicaSets. No stack config is read. */
import { createHash } from "node:crypto";
import { ANNOTATIONS, APP_NAME, COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { ENGINE_CONTAINER } from "../../components/vocabulary/workloads.js";
import type { Cluster, KubernetesObject } from "../local/client.js";

/** Which releases. */
export interface Asked {
  model: string;
  /** @default of any stack */
  stack?: string;
  /** @default of all namespaces that may be read */
  namespace?: string;
}

/** A contract as an annotation has it. */
export interface Stated {
  /** The annotation with the hash. */
  hash?: string;
  /** The annotation with the contract; absent where it is none, or no JSON object. */
  contract?: Record<string, unknown>;
  /** What is wrong with the annotations. */
  problem?: string;
}

/** A pod template that a release has or had. */
export interface Template extends Stated {
  /** Number that the Deployment's controller has given it, for `kubectl rollout`. */
  number: number;
  replicaSet: string;
  createdAt: string;
  image: string;
  /** The model's commit. */
  revision: string;
  /** Pods that it is to have, and that are ready. */
  replicas: number;
  ready: number;
}

export interface DeployedRelease extends Stated {
  namespace: string;
  stack: string;
  release: string;
  deployment: string;
  /** The model's Service leads here. */
  isRouted: boolean;
  /** Pods that it is to have, and that are ready. */
  replicas: number;
  ready: number;
  /** Number of the newest template. */
  number: number;
  /** The newest first. */
  templates: Template[];
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
  spec?: { containers?: { name: string; image?: string }[] };
}

/** A Deployment or a ReplicaSet. */
export interface Workload extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { creationTimestamp?: string; generation?: number };
  spec: { replicas?: number; template: PodTemplate };
  status?: { readyReplicas?: number };
}

interface Service extends KubernetesObject {
  spec: { selector?: Record<string, string> };
}

/** Annotation of Deployments and their ReplicaSets: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const NUMBER = "deployment.kubernetes.io/revision";

/** Number of a Deployment's newest template, or of the one that a ReplicaSet is of; 0 before its controller has seen it. */
export function numberOf({ metadata }: KubernetesObject): number {
  return Number(metadata.annotations?.[NUMBER] ?? 0);
}

/** The contract that the annotations of an object state. */
export function statedIn({ metadata: { annotations = {} } }: KubernetesObject): Stated {
  const { [ANNOTATIONS.contract]: text, [ANNOTATIONS.contractHash]: hash } = annotations;
  const stated = hash === undefined ? {} : { hash };
  if (text === undefined) return { ...stated, problem: `has no annotation ${ANNOTATIONS.contract}` };
  const contract = objectOf(text);
  if (contract === undefined) return { ...stated, problem: `its annotation ${ANNOTATIONS.contract} is no JSON object` };
  const real = createHash("sha256").update(text).digest("hex").slice(0, 16);
  if (real === hash) return { ...stated, contract };
  return { ...stated, contract, problem: `the annotated hash is ${hash ?? "missing"}, the contract's own is ${real}` };
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** ReplicaSets of a Deployment, the newest template first. */
export function templatesOf(deployment: Workload, replicaSets: readonly Workload[]): Template[] {
  const { name, namespace, uid } = deployment.metadata;
  return replicaSets
    .filter(({ metadata }) => metadata.namespace === namespace)
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(
        (owner) => owner.kind === "Deployment" && owner.name === name && (uid === undefined || owner.uid === uid),
      ),
    )
    .map((replicaSet) => ({
      ...statedIn(replicaSet),
      number: numberOf(replicaSet),
      replicaSet: replicaSet.metadata.name,
      createdAt: replicaSet.metadata.creationTimestamp ?? "",
      image: imageOf(replicaSet),
      revision: replicaSet.spec.template.metadata?.labels?.[LABELS.revision] ?? "",
      replicas: replicaSet.spec.replicas ?? 0,
      ready: replicaSet.status?.readyReplicas ?? 0,
    }))
    .sort((one, other) => other.number - one.number);
}

function imageOf({ spec }: Workload): string {
  return spec.template.spec?.containers?.find(({ name }) => name === ENGINE_CONTAINER)?.image ?? "";
}

/** In the order of their names. */
export async function deployedReleases(
  cluster: Pick<Cluster, "list">,
  { model, stack, namespace }: Asked,
): Promise<DeployedRelease[]> {
  const labels = {
    [LABELS.name]: APP_NAME,
    [LABELS.component]: COMPONENTS.runtime,
    [LABELS.instance]: model,
    ...(stack !== undefined && { [LABELS.partOf]: stack }),
  };
  const where = { labels, ...(namespace !== undefined && { namespace }) };
  const [deployments, replicaSets, services] = await Promise.all([
    cluster.list<Workload>("apps/v1", "Deployment", where),
    cluster.list<Workload>("apps/v1", "ReplicaSet", where),
    cluster.list<Service>("v1", "Service", where),
  ]);
  return deployments
    .map((deployment) => {
      const { metadata, spec, status } = deployment;
      const release = metadata.labels?.[LABELS.release] ?? "";
      const own = metadata.labels?.[LABELS.partOf] ?? "";
      const route = services.find(
        (service) =>
          service.metadata.name === model &&
          service.metadata.namespace === metadata.namespace &&
          service.metadata.labels?.[LABELS.partOf] === own,
      );
      return {
        ...statedIn(deployment),
        namespace: metadata.namespace ?? "",
        stack: own,
        release,
        deployment: metadata.name,
        isRouted: route?.spec.selector?.[LABELS.release] === release,
        replicas: spec.replicas ?? 1,
        ready: status?.readyReplicas ?? 0,
        number: numberOf(deployment),
        templates: templatesOf(deployment, replicaSets),
      };
    })
    .sort((one, other) => (one.release < other.release ? -1 : 1));
}
