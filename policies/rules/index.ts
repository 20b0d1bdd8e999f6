/** Every rule, in the order of docs/policies.md: what runs, how it starts and stops, where, how much, who reaches it. */
import { type Rule } from "../rule";
import { autoscalerFallback } from "./autoscalerFallback";
import { contractPresent } from "./contractPresent";
import { disruptionBudget } from "./disruptionBudget";
import { flagReason } from "./flagReason";
import { gpuMemoryUtilization } from "./gpuMemoryUtilization";
import { gpuPlacement } from "./gpuPlacement";
import { gpuRequest } from "./gpuRequest";
import { graceExceedsDrain } from "./graceExceedsDrain";
import { helmChartVersion } from "./helmChartVersion";
import { imagePinned } from "./imagePinned";
import { interactiveOffSpot } from "./interactiveOffSpot";
import { limitsStated } from "./limitsStated";
import { livenessNeedsStartup } from "./livenessNeedsStartup";
import { memoryRequestEqualsLimit } from "./memoryRequestEqualsLimit";
import { modelRevision } from "./modelRevision";
import { networkPolicy } from "./networkPolicy";
import { noCpuAutoscaling } from "./noCpuAutoscaling";
import { noPlainSecrets } from "./noPlainSecrets";
import { noRemoteCode } from "./noRemoteCode";
import { noServiceAccountToken } from "./noServiceAccountToken";
import { probesPresent } from "./probesPresent";
import { removedMetrics } from "./removedMetrics";
import { restrictedContainer } from "./restrictedContainer";
import { rolloutKeepsCapacity } from "./rolloutKeepsCapacity";
import { scaleDownWindow } from "./scaleDownWindow";
import { serviceNotExposed } from "./serviceNotExposed";
import { sharedClaimStorage } from "./sharedClaimStorage";
import { sharedMemory } from "./sharedMemory";

export const rules: Rule[] = [
  imagePinned,
  helmChartVersion,
  modelRevision,
  flagReason,
  contractPresent,
  limitsStated,
  probesPresent,
  livenessNeedsStartup,
  rolloutKeepsCapacity,
  graceExceedsDrain,
  disruptionBudget,
  gpuRequest,
  gpuPlacement,
  gpuMemoryUtilization,
  memoryRequestEqualsLimit,
  sharedMemory,
  sharedClaimStorage,
  interactiveOffSpot,
  noCpuAutoscaling,
  scaleDownWindow,
  autoscalerFallback,
  removedMetrics,
  serviceNotExposed,
  networkPolicy,
  restrictedContainer,
  noServiceAccountToken,
  noRemoteCode,
  noPlainSecrets,
];
