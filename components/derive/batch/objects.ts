/** Names and labels of a batch's objects. */
import { createHash } from "node:crypto";
import { APP_NAME, COMPONENTS, LABELS, MANAGED_BY } from "../../vocabulary/labels.js";
import { type BatchPlan, hasEngine } from "./plan.js";

/** Name of the release that a batch states itself. */
export const OWN_RELEASE = "batch";

type Named = Pick<BatchPlan, "name">;

/** Name of a batch's objects; the workers' ServiceAccount among them. */
export function batchName({ name }: Named): string {
  return `${name}-batch`;
}

/** Name of what only the conductor has: its ServiceAccount and its rights. */
export function conductorName(plan: Named): string {
  return `${batchName(plan)}-conductor`;
}

/** Name of the Job of a batch whose input is in the config: another spec is another Job, since Jobs cannot be changed. */
export function jobName(plan: Named, spec: string): string {
  return `${batchName(plan)}-${createHash("sha256").update(spec).digest("hex").slice(0, 10)}`;
}

/** What a pod of a batch is for. */
export type Part = "conductor" | "worker";

/** Labels that choose the pods of a batch. */
export function batchSelector({ name }: Named, part: Part): Record<string, string> {
  return {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: name,
    [LABELS.component]: COMPONENTS.batch,
    [LABELS.part]: part,
  };
}

/** All labels of a batch's objects. */
export function batchLabels(
  { name, class: trafficClass, work }: Pick<BatchPlan, "name" | "class" | "work">,
  partOf: string,
): Record<string, string> {
  return {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: name,
    [LABELS.component]: COMPONENTS.batch,
    [LABELS.partOf]: partOf,
    [LABELS.managedBy]: MANAGED_BY,
    [LABELS.class]: trafficClass,
    ...(hasEngine(work) && {
      [LABELS.release]: work.release.release,
      [LABELS.revision]: work.release.model.revision,
      [LABELS.gpu]: work.release.gpu.type,
    }),
  };
}
