/**
 * Every rule, in the order of docs/policies.md: what runs, how it starts and stops, where, how much, who reaches it;
 * then what it runs on: nodes, clusters, volumes and AWS permissions.
 */
import type { Rule } from "../rule.js";
import { autoscalerFallback } from "./autoscalerFallback.js";
import { clusterAccessEntries } from "./clusterAccessEntries.js";
import { clusterDeletionProtection } from "./clusterDeletionProtection.js";
import { clusterEndpointClosed } from "./clusterEndpointClosed.js";
import { clusterLogs } from "./clusterLogs.js";
import { clusterSecretsEncrypted } from "./clusterSecretsEncrypted.js";
import { contractPresent } from "./contractPresent.js";
import { disruptionBudget } from "./disruptionBudget.js";
import { engineClosed } from "./engineClosed.js";
import { engineNotRedirected } from "./engineNotRedirected.js";
import { flagReason } from "./flagReason.js";
import { gpuMemoryUtilization } from "./gpuMemoryUtilization.js";
import { gpuNodeAmi } from "./gpuNodeAmi.js";
import { gpuNodeTaint } from "./gpuNodeTaint.js";
import { gpuPlacement } from "./gpuPlacement.js";
import { gpuRequest } from "./gpuRequest.js";
import { graceExceedsDrain } from "./graceExceedsDrain.js";
import { helmChartVersion } from "./helmChartVersion.js";
import { iamNoWildcards } from "./iamNoWildcards.js";
import { imagePinned } from "./imagePinned.js";
import { imdsv2 } from "./imdsv2.js";
import { interactiveOffSpot } from "./interactiveOffSpot.js";
import { karpenterAmiPinned } from "./karpenterAmiPinned.js";
import { karpenterDisruption } from "./karpenterDisruption.js";
import { karpenterLimits } from "./karpenterLimits.js";
import { limitsStated } from "./limitsStated.js";
import { livenessNeedsStartup } from "./livenessNeedsStartup.js";
import { memoryRequestEqualsLimit } from "./memoryRequestEqualsLimit.js";
import { modelRevision } from "./modelRevision.js";
import { networkPolicy } from "./networkPolicy.js";
import { noCpuAutoscaling } from "./noCpuAutoscaling.js";
import { noInjectedCode } from "./noInjectedCode.js";
import { nodeAddressPrivate } from "./nodeAddressPrivate.js";
import { nodeRepair } from "./nodeRepair.js";
import { noPlainSecrets } from "./noPlainSecrets.js";
import { noRemoteCode } from "./noRemoteCode.js";
import { noServiceAccountToken } from "./noServiceAccountToken.js";
import { noStaticKeys } from "./noStaticKeys.js";
import { probesPresent } from "./probesPresent.js";
import { removedMetrics } from "./removedMetrics.js";
import { restrictedContainer } from "./restrictedContainer.js";
import { rolloutKeepsCapacity } from "./rolloutKeepsCapacity.js";
import { scaleDownWindow } from "./scaleDownWindow.js";
import { serviceNotExposed } from "./serviceNotExposed.js";
import { sharedClaimStorage } from "./sharedClaimStorage.js";
import { sharedMemory } from "./sharedMemory.js";
import { spotNodeTaint } from "./spotNodeTaint.js";
import { volumeEncrypted } from "./volumeEncrypted.js";

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
  nodeAddressPrivate,
  karpenterLimits,
  karpenterDisruption,
  karpenterAmiPinned,
  clusterEndpointClosed,
  clusterAccessEntries,
  clusterSecretsEncrypted,
  clusterLogs,
  clusterDeletionProtection,
  volumeEncrypted,
  imdsv2,
  iamNoWildcards,
  noStaticKeys,
];
