/**
 * Labels that controllers add to the pods they make, beside those of the template.
 *
 * Sources, read 2026-11-26: kubernetes.io/docs/reference/labels-annotations-taints; LeaderWorkerSet 060ab4d, leaderworkerset_types.go;
 * KubeRay feeaf72, `labelPod` in common/pod.go; KServe, pkg/constants/constants.go; AIBrix e3e10f9, constants/stormservice.go;
 * JobSet 08dfbdf, api/jobset/v1alpha2/jobset_types.go.
 */
import type { Kind, Resource } from "../read/kinds.js";
import { ANY_VALUE } from "../read/selectors.js";
import { at, textEntries } from "../read/values.js";

type Added = Readonly<Record<string, string>>;

const KUBERAY = "ray.io/";

/** Of every Ray cluster: which node a pod is depends on the group, and `serve` on what answers. */
function ray(cluster: string): Added {
  return {
    [`${KUBERAY}is-ray-node`]: "yes",
    [`${KUBERAY}cluster`]: cluster,
    [`${KUBERAY}node-type`]: ANY_VALUE,
    [`${KUBERAY}group`]: ANY_VALUE,
    [`${KUBERAY}identifier`]: ANY_VALUE,
    [`${KUBERAY}serve`]: ANY_VALUE,
    "app.kubernetes.io/name": "kuberay",
    "app.kubernetes.io/created-by": "kuberay-operator",
  };
}

/** By kind; a value that the cluster chooses is {@link ANY_VALUE}. */
const ADDED: Readonly<Record<string, (name: string) => Added>> = {
  Deployment: () => ({ "pod-template-hash": ANY_VALUE }),
  ReplicaSet: () => ({ "pod-template-hash": ANY_VALUE }),
  Rollout: () => ({ "rollouts-pod-template-hash": ANY_VALUE }),
  StatefulSet: () => ({
    "statefulset.kubernetes.io/pod-name": ANY_VALUE,
    "apps.kubernetes.io/pod-index": ANY_VALUE,
    "controller-revision-hash": ANY_VALUE,
  }),
  DaemonSet: () => ({ "controller-revision-hash": ANY_VALUE }),
  Job: (name) => ({ "job-name": name, "batch.kubernetes.io/job-name": name }),
  JobSet: (name) => ({
    "jobset.sigs.k8s.io/jobset-name": name,
    "jobset.sigs.k8s.io/replicatedjob-name": ANY_VALUE,
    "jobset.sigs.k8s.io/job-index": ANY_VALUE,
  }),
  LeaderWorkerSet: (name) => ({
    "leaderworkerset.sigs.k8s.io/name": name,
    "leaderworkerset.sigs.k8s.io/worker-index": ANY_VALUE,
    "leaderworkerset.sigs.k8s.io/group-index": ANY_VALUE,
    "leaderworkerset.sigs.k8s.io/group-key": ANY_VALUE,
  }),
  RayCluster: ray,
  // They make a cluster whose name has an ending that they choose.
  RayService: (name) => ({ ...ray(ANY_VALUE), [`${KUBERAY}originated-from-cr-name`]: name }),
  RayJob: (name) => ({ ...ray(ANY_VALUE), [`${KUBERAY}originated-from-cr-name`]: name }),
  RayClusterFleet: () => ray(ANY_VALUE),
  StormService: (name) => ({ "storm-service-name": name, "roleset-name": ANY_VALUE, "role-name": ANY_VALUE }),
  InferenceService: (name) => ({
    "serving.kserve.io/inferenceservice": name,
    component: ANY_VALUE,
    app: `isvc.${name}-predictor`,
  }),
  LLMInferenceService: (name) => ({
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/part-of": "llminferenceservice",
    "app.kubernetes.io/component": ANY_VALUE,
  }),
};

/** Kinds whose own labels their pods get, too. */
const PASSED_ON: readonly string[] = ["InferenceService", "LLMInferenceService"];

/** @param name of the object */
export function addedLabels({ kind, props }: Pick<Resource, "props"> & Pick<Kind, "kind">, name: string): Labels {
  const own = PASSED_ON.includes(kind) ? textEntries(at(props, "metadata", "labels")) : [];
  const added = Object.hasOwn(ADDED, kind) ? Object.entries(ADDED[kind]?.(name) ?? {}) : [];
  return [...own, ...added];
}

type Labels = ReadonlyArray<readonly [key: string, value: string]>;
