/** What the pods of a batch mount beside what every engine has. */
import { claimsOf } from "../derive/batch/places.js";
import type { BatchPlan } from "../derive/batch/plan.js";
import { TUNING } from "../derive/tuning.js";
import type { OwnVolume } from "../engine/pod.js";
import { CLAIMS_PATH } from "../vocabulary/batch.js";
import { PROGRAMS_PATH, SCRATCH_PATH } from "../vocabulary/paths.js";

/** @param programs name of their ConfigMap */
export function batchVolumes(plan: Pick<BatchPlan, "input" | "output">, programs: string): OwnVolume[] {
  const { scratchGiB } = TUNING.batch;
  return [
    {
      volume: { name: "batch-programs", configMap: { name: programs } },
      mount: { mountPath: PROGRAMS_PATH, readOnly: true },
    },
    {
      volume: { name: "scratch", emptyDir: { sizeLimit: `${scratchGiB}Gi` } },
      mount: { mountPath: SCRATCH_PATH },
      diskGiB: scratchGiB,
    },
    ...claimsOf(plan).map(({ name, isWritten }, index) => ({
      volume: { name: `claim-${index}`, persistentVolumeClaim: { claimName: name, readOnly: !isWritten } },
      mount: { mountPath: `${CLAIMS_PATH}/${name}`, readOnly: !isWritten },
    })),
  ];
}
