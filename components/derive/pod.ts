/** What a model's pods have beside their contract: the stack's `pod` section, with the model's over it. */
import type { PodConfig } from "../contract/pod.js";
import { TUNING } from "./tuning.js";

/** Records are joined key by key, lists of secrets one after the other; of everything else the model's is taken. */
export function mergedPod(stack: PodConfig = {}, model: PodConfig = {}): PodConfig {
  const joined = Object.fromEntries(
    (["annotations", "labels", "env", "volumes", "initContainers", "sidecars"] as const).flatMap((key) =>
      stack[key] === undefined && model[key] === undefined ? [] : [[key, { ...stack[key], ...model[key] }]],
    ),
  ) as Partial<PodConfig>;
  const imagePullSecrets = [...new Set([...(stack.imagePullSecrets ?? []), ...(model.imagePullSecrets ?? [])])];
  return { ...stack, ...model, ...joined, ...(imagePullSecrets.length > 0 && { imagePullSecrets }) };
}

/** What sidecars ask of a node, beside the engine. */
export function sidecarResources({ sidecars = {} }: PodConfig): { cpus: number; memoryGiB: number } {
  const all = Object.values(sidecars);
  const sum = (key: "cpus" | "memoryGiB") => all.reduce((total, container) => total + container[key], 0);
  return { cpus: sum("cpus"), memoryGiB: sum("memoryGiB") };
}

/** What a pod asks for of its node's disk besides its work's own: temporary files, and the section's volumes. */
export function diskBesideGiB({ volumes = {} }: PodConfig): number {
  return Object.values(volumes).reduce((sum, { emptyDir }) => sum + (emptyDir?.sizeGiB ?? 0), TUNING.disk.temporaryGiB);
}
