/** Where a vLLM process may write: the root file system of its container is read-only. */
import type { types } from "@pulumi/kubernetes";
import type { RuntimePlan } from "../derive/plan.js";
import { TUNING } from "../derive/tuning.js";
import { CACHE_PATH } from "../vocabulary/paths.js";

type Sized = Pick<RuntimePlan, "resources">;

export function volumes({ resources }: Sized): types.input.core.v1.Volume[] {
  return [
    { name: "cache", emptyDir: { sizeLimit: `${resources.diskGiB}Gi` } },
    // Workers pass tensors through it; the runtime's default of 64 MiB fails under tensor parallelism.
    { name: "shm", emptyDir: { medium: "Memory", sizeLimit: `${resources.sharedMemoryGiB}Gi` } },
    { name: "tmp", emptyDir: { sizeLimit: `${TUNING.disk.temporaryGiB}Gi` } },
  ];
}

export function mounts(): types.input.core.v1.VolumeMount[] {
  return [
    { name: "cache", mountPath: CACHE_PATH },
    { name: "shm", mountPath: "/dev/shm" },
    { name: "tmp", mountPath: "/tmp" },
  ];
}

/** What the volumes on the node's disk take. */
export function ephemeralStorageGiB({ resources }: Sized): number {
  return resources.diskGiB + TUNING.disk.temporaryGiB;
}
