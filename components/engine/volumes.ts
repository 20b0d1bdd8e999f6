/** Where a vLLM process may write: the root file system of its container is read-only. */
import type { types } from "@pulumi/kubernetes";
import type { RuntimePlan } from "../derive/plan.js";
import { templateName } from "../derive/objects.js";
import { TUNING } from "../derive/tuning.js";
import { CACHE_PATH, TEMPLATE_FOLDER } from "../vocabulary/paths.js";

export function volumes(plan: RuntimePlan): types.input.core.v1.Volume[] {
  const { resources, chatTemplate } = plan;
  return [
    { name: "cache", emptyDir: { sizeLimit: `${resources.diskGiB}Gi` } },
    // Workers pass tensors through it; the runtime's default of 64 MiB fails under tensor parallelism.
    { name: "shm", emptyDir: { medium: "Memory", sizeLimit: `${resources.sharedMemoryGiB}Gi` } },
    { name: "tmp", emptyDir: { sizeLimit: `${TUNING.disk.temporaryGiB}Gi` } },
    ...(chatTemplate === undefined
      ? []
      : [{ name: "template", configMap: { name: templateName({ ...plan, chatTemplate }) } }]),
  ];
}

export function mounts({ chatTemplate }: Pick<RuntimePlan, "chatTemplate">): types.input.core.v1.VolumeMount[] {
  return [
    { name: "cache", mountPath: CACHE_PATH },
    { name: "shm", mountPath: "/dev/shm" },
    { name: "tmp", mountPath: "/tmp" },
    ...(chatTemplate === undefined ? [] : [{ name: "template", mountPath: TEMPLATE_FOLDER, readOnly: true }]),
  ];
}
