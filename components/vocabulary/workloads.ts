/** Kinds of Kubernetes objects: those that make pods, and those that a runtime consists of. */

/** A kind of object. */
export interface ObjectKind {
  apiVersion: string;
  kind: string;
}

/** Where each kind of Kubernetes' own that makes pods keeps their template. */
export const POD_TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ["template"],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/**
 * Kinds of others that state a whole pod among other fields, and where: KServe's custom predictors and its runtimes. A predictor with
 * a `model` is put together with a runtime, so that it states a part. Source: kserve/kserve pkg/apis/serving/v1beta1/predictor.go
 * (`PodSpec`, inline) and v1alpha1/servingruntime_types.go (`ServingRuntimePodSpec`, inline), read 2026-11-26.
 */
export const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  InferenceService: ["spec.predictor", "spec.transformer", "spec.explainer"],
  ServingRuntime: ["spec"],
  ClusterServingRuntime: ["spec"],
};

/** Of those, kinds that objects of another refer to: KServe makes a runtime's pods for each InferenceService, in its namespace. */
export const SHARED_KINDS: readonly string[] = ["ServingRuntime", "ClusterServingRuntime"];

/**
 * Groups whose objects hold patterns that pods have to match, not pods: policies of Kyverno.
 * Source: https://kyverno.io/docs/policy-types/cluster-policy/validate, read 2026-11-26.
 */
export const POLICY_GROUPS: readonly string[] = ["kyverno.io", "policies.kyverno.io"];

/** Kinds whose replicas serve and are replaced one by one: Kubernetes' own, Argo's, and those that run a model on several nodes. */
export const REPLICATED_KINDS: readonly string[] = [
  ...["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"],
  ...["Rollout", "CloneSet", "LeaderWorkerSet", "RayClusterFleet", "StormService"],
];

/**
 * Kinds that run to an end and serve nobody: Kubernetes' own, JobSet's and Ray's. Their servers, if any, answer the script beside them.
 */
export const BATCH_KINDS: readonly string[] = ["Job", "CronJob", "JobSet", "RayJob"];

/**
 * Kinds whose pods each hold a model alone: Kubernetes' own, Argo's, OpenKruise's, Knative's and KServe's. Of others, such as
 * LeaderWorkerSet, Ray's, AIBrix' and Grove's, several pods on several nodes may hold one together.
 */
export const ONE_NODE_KINDS: readonly string[] = [
  ...Object.keys(POD_TEMPLATES),
  ...["Rollout", "CloneSet", "Service", "Configuration", "Revision", ...Object.keys(POD_SPECS)],
];

/**
 * Annotation of a LeaderWorkerSet whose groups have a topology each, such as a rack or a node.
 * Source: api/leaderworkerset/v1/leaderworkerset_types.go of kubernetes-sigs/lws, read 2026-11-26.
 */
export const EXCLUSIVE_TOPOLOGY = "leaderworkerset.sigs.k8s.io/exclusive-topology";

export const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment" } as const satisfies ObjectKind;

/** Kinds of workload that a release can be run as; serving/workload has a file for each. */
export const RUNTIME_WORKLOADS: readonly ObjectKind[] = [DEPLOYMENT];

/** Name of the container that runs vLLM. */
export const ENGINE_CONTAINER = "vllm";

/** Names of the volumes that an engine has; the last one only with a chat template in its contract. */
export const ENGINE_VOLUMES: readonly string[] = ["cache", "shm", "tmp", "template"];
/** What the names of volumes begin with that bring weights. */
export const WEIGHTS_VOLUMES = "weights-";

/** A kind of object that belongs to a runtime. */
export interface RuntimeObject extends ObjectKind {
  /** Has to be there before the pods are. */
  beforeWorkload?: true;
}

/** Whether a release can be run as objects of a kind. */
export function isRuntimeWorkload(kind: string): boolean {
  return RUNTIME_WORKLOADS.some((workload) => workload.kind === kind);
}

/**
 * Kinds of all objects that a model's runtimes consist of, in the order in which a stack takes them away. A kind that is
 * missing here would stay behind in a local cluster; a test compares this list with what a runtime registers.
 */
export const RUNTIME_OBJECTS: readonly RuntimeObject[] = [
  { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" },
  { apiVersion: "monitoring.coreos.com/v1", kind: "PodMonitor" },
  { apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule" },
  ...RUNTIME_WORKLOADS,
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", beforeWorkload: true },
  { apiVersion: "v1", kind: "ServiceAccount", beforeWorkload: true },
  { apiVersion: "v1", kind: "ConfigMap", beforeWorkload: true },
  { apiVersion: "v1", kind: "Secret" },
];

/** Kinds of the objects that a cache of weights consists of beside those of runtimes, in namespaces. */
export const CACHE_OBJECTS: readonly ObjectKind[] = [
  { apiVersion: "batch/v1", kind: "Job" },
  { apiVersion: "apps/v1", kind: "DaemonSet" },
  { apiVersion: "v1", kind: "PersistentVolumeClaim" },
];

/** Kinds of the objects that batches consist of beside those; first what makes others again. */
export const BATCH_OBJECTS: readonly ObjectKind[] = [
  { apiVersion: "batch/v1", kind: "CronJob" },
  { apiVersion: "v1", kind: "PodTemplate" },
  { apiVersion: "v1", kind: "ResourceQuota" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
];
