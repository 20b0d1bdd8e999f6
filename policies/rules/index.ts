/**
 * Every rule, in the order of docs/policies.md: what runs, how it starts and stops, where, how much, who reaches it;
 * then what it runs on: nodes, clusters, volumes and AWS permissions.
 */
import { type Rule } from "../rule";
import { autoscalerFallback } from "./autoscalerFallback";
import { clusterEndpointClosed } from "./clusterEndpointClosed";
import { clusterLogs } from "./clusterLogs";
import { clusterSecretsEncrypted } from "./clusterSecretsEncrypted";
import { contractPresent } from "./contractPresent";
import { disruptionBudget } from "./disruptionBudget";
import { engineClosed } from "./engineClosed";
import { engineNotRedirected } from "./engineNotRedirected";
import { flagReason } from "./flagReason";
import { gpuMemoryUtilization } from "./gpuMemoryUtilization";
import { gpuNodeAmi } from "./gpuNodeAmi";
import { gpuNodeTaint } from "./gpuNodeTaint";
import { gpuPlacement } from "./gpuPlacement";
import { gpuRequest } from "./gpuRequest";
import { graceExceedsDrain } from "./graceExceedsDrain";
import { helmChartVersion } from "./helmChartVersion";
import { iamNoWildcards } from "./iamNoWildcards";
import { imagePinned } from "./imagePinned";
import { imdsv2 } from "./imdsv2";
import { interactiveOffSpot } from "./interactiveOffSpot";
import { limitsStated } from "./limitsStated";
import { livenessNeedsStartup } from "./livenessNeedsStartup";
import { memoryRequestEqualsLimit } from "./memoryRequestEqualsLimit";
import { modelRevision } from "./modelRevision";
import { networkPolicy } from "./networkPolicy";
import { noCpuAutoscaling } from "./noCpuAutoscaling";
import { noInjectedCode } from "./noInjectedCode";
import { nodeRepair } from "./nodeRepair";
import { noPlainSecrets } from "./noPlainSecrets";
import { noRemoteCode } from "./noRemoteCode";
import { noServiceAccountToken } from "./noServiceAccountToken";
import { noStaticKeys } from "./noStaticKeys";
import { probesPresent } from "./probesPresent";
import { removedMetrics } from "./removedMetrics";
import { restrictedContainer } from "./restrictedContainer";
import { rolloutKeepsCapacity } from "./rolloutKeepsCapacity";
import { scaleDownWindow } from "./scaleDownWindow";
import { serviceNotExposed } from "./serviceNotExposed";
import { sharedClaimStorage } from "./sharedClaimStorage";
import { sharedMemory } from "./sharedMemory";
import { spotNodeTaint } from "./spotNodeTaint";
import { volumeEncrypted } from "./volumeEncrypted";

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
  noInjectedCode,
  engineClosed,
  engineNotRedirected,
  noPlainSecrets,
  gpuNodeAmi,
  gpuNodeTaint,
  spotNodeTaint,
  nodeRepair,
  clusterEndpointClosed,
  clusterSecretsEncrypted,
  clusterLogs,
  volumeEncrypted,
  imdsv2,
  iamNoWildcards,
  noStaticKeys,
];
