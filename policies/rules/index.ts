/**
 * Every rule, in the order of docs/policies.md: what runs, how it starts and stops, where, how much, who reaches it;
 * then what it runs on: nodes, clusters, volumes and AWS permissions.
 */
import { withExceptions } from "../exceptions/withExceptions.js";
import { withRemedies } from "../remedies/withRemedies.js";
import type { Rule } from "../rule.js";
import { allowedRegistries } from "./release/allowedRegistries.js";
import { autoscalerFallback } from "./scaling/autoscalerFallback.js";
import { clusterAccessEntries } from "./cluster/clusterAccessEntries.js";
import { clusterDeletionProtection } from "./cluster/clusterDeletionProtection.js";
import { clusterEndpointClosed } from "./cluster/clusterEndpointClosed.js";
import { clusterLogs } from "./cluster/clusterLogs.js";
import { clusterSecretsEncrypted } from "./cluster/clusterSecretsEncrypted.js";
import { contractPresent } from "./release/contractPresent.js";
import { disruptionBudget } from "./lifecycle/disruptionBudget.js";
import { engineClosed } from "./engine/engineClosed.js";
import { engineNotRedirected } from "./engine/engineNotRedirected.js";
import { exceptionsCurrent } from "./release/exceptionsCurrent.js";
import { flagReason } from "./release/flagReason.js";
import { gpuMemoryUtilization } from "./resources/gpuMemoryUtilization.js";
import { gpuNodeAmi } from "./nodes/gpuNodeAmi.js";
import { gpuNodeTaint } from "./nodes/gpuNodeTaint.js";
import { gpuPlacement } from "./resources/gpuPlacement.js";
import { gpuRequest } from "./resources/gpuRequest.js";
import { graceExceedsDrain } from "./lifecycle/graceExceedsDrain.js";
import { helmChartVersion } from "./release/helmChartVersion.js";
import { iamNoWildcards } from "./aws/iamNoWildcards.js";
import { helmValuesSafe } from "./release/helmValuesSafe.js";
import { imagePinned } from "./release/imagePinned.js";
import { imdsv2 } from "./aws/imdsv2.js";
import { interactiveOffSpot } from "./resources/interactiveOffSpot.js";
import { karpenterAmiPinned } from "./nodes/karpenterAmiPinned.js";
import { karpenterDisruption } from "./nodes/karpenterDisruption.js";
import { karpenterLimits } from "./nodes/karpenterLimits.js";
import { limitsStated } from "./release/limitsStated.js";
import { livenessNeedsStartup } from "./lifecycle/livenessNeedsStartup.js";
import { memoryRequestEqualsLimit } from "./resources/memoryRequestEqualsLimit.js";
import { modelRevision } from "./release/modelRevision.js";
import { networkPolicy } from "./access/networkPolicy.js";
import { noCpuAutoscaling } from "./scaling/noCpuAutoscaling.js";
import { noInjectedCode } from "./engine/noInjectedCode.js";
import { nodeAddressPrivate } from "./nodes/nodeAddressPrivate.js";
import { nodeRepair } from "./nodes/nodeRepair.js";
import { noPlainSecrets } from "./pod/noPlainSecrets.js";
import { noRemoteCode } from "./engine/noRemoteCode.js";
import { noServiceAccountToken } from "./pod/noServiceAccountToken.js";
import { noStaticKeys } from "./aws/noStaticKeys.js";
import { oneAutoscaler } from "./scaling/oneAutoscaler.js";
import { podsReadable } from "./release/podsReadable.js";
import { probesPresent } from "./lifecycle/probesPresent.js";
import { rbacNoWildcards } from "./access/rbacNoWildcards.js";
import { removedMetrics } from "./scaling/removedMetrics.js";
import { replicasSpread } from "./lifecycle/replicasSpread.js";
import { restrictedContainer } from "./pod/restrictedContainer.js";
import { rolloutKeepsCapacity } from "./lifecycle/rolloutKeepsCapacity.js";
import { scaleDownWindow } from "./scaling/scaleDownWindow.js";
import { serviceLinksOff } from "./pod/serviceLinksOff.js";
import { serviceNotExposed } from "./access/serviceNotExposed.js";
import { sharedClaimStorage } from "./resources/sharedClaimStorage.js";
import { sharedMemory } from "./resources/sharedMemory.js";
import { singleWriterClaim } from "./resources/singleWriterClaim.js";
import { spotNodeTaint } from "./nodes/spotNodeTaint.js";
import { volumeEncrypted } from "./aws/volumeEncrypted.js";
import { wakesFromZero } from "./scaling/wakesFromZero.js";
import { weightsCached } from "./release/weightsCached.js";

const withoutExceptions: Rule[] = [
  imagePinned,
  allowedRegistries,
  helmChartVersion,
  helmValuesSafe,
  modelRevision,
  weightsCached,
  flagReason,
  contractPresent,
  limitsStated,
  podsReadable,
  probesPresent,
  livenessNeedsStartup,
  rolloutKeepsCapacity,
  graceExceedsDrain,
  disruptionBudget,
  replicasSpread,
  gpuRequest,
  gpuPlacement,
  gpuMemoryUtilization,
  memoryRequestEqualsLimit,
  sharedMemory,
  sharedClaimStorage,
  singleWriterClaim,
  interactiveOffSpot,
  noCpuAutoscaling,
  oneAutoscaler,
  scaleDownWindow,
  autoscalerFallback,
  wakesFromZero,
  removedMetrics,
  serviceNotExposed,
  networkPolicy,
  rbacNoWildcards,
  restrictedContainer,
  noServiceAccountToken,
  serviceLinksOff,
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

export const rules: Rule[] = [
  ...withoutExceptions.map((rule) => withExceptions(withRemedies(rule))),
  exceptionsCurrent(withoutExceptions.map(({ name }) => name)),
];
