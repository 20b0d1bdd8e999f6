/** The package: what other programs import. Whatever a signature here names is exported, too. */
export type { RoleSettings } from "./aws/roles.js";
export { runBatches, type BatchSettings } from "./batch/runBatches.js";
export { VllmBatch, type VllmBatchArgs } from "./batch/vllmBatch.js";
export { type BuiltClusterConfig, builtClusterSchema, type BuiltNodeGroup } from "./cluster/schema.js";
export { ModelCache, type ModelCacheArgs, plansOf } from "./cache/modelCache.js";
export type { CacheStorage } from "./cache/volume.js";
export type { LustreFileSystem } from "./aws/lustreVolume.js";
export { checkCluster, loadCluster } from "./cluster/check.js";
export { EksGpuCluster, type EksGpuClusterArgs } from "./cluster/eksGpuCluster.js";
export { KarpenterNodes, type KarpenterNodesArgs } from "./cluster/karpenter/karpenterNodes.js";
export { DO_NOT_DISRUPT, type NodeClassContext } from "./cluster/karpenter/nodePool.js";
export type { Credentials } from "./cluster/kubeconfig.js";
export { type ClusterNetwork, Network, type NetworkArgs } from "./cluster/network/network.js";
export {
  ManagedNodes,
  type ManagedNodesArgs,
  type NodeTaint,
  type PresentSize,
  type TemplatePlan,
} from "./cluster/nodes/nodeGroup.js";
export { checkPresentCluster } from "./cluster/presentChecks.js";
export {
  type PresentCluster,
  type PresentGroup,
  type PresentNetwork,
  type PresentSubnet,
  type PresentZones,
  readPresentCluster,
} from "./cluster/present.js";
export { type LoadedModels, loadModels, type LoadOptions } from "./checks/load.js";
export type { BatchConfig, BatchInput, BatchOutput, BatchQuota } from "./contract/batch.js";
export type { BatchPlan, OwnEngine, Routed } from "./derive/batch/plan.js";
export type { ServedModel } from "./derive/servedModel.js";
export { isWrong, type Parts, type PartsOf, Wrong, WRONG } from "./config/parts.js";
export { ContractError, type Problem } from "./config/problems.js";
export {
  contractHash,
  contractText,
  type Flags,
  type FlagValue,
  type ReasonedValue,
  type RuntimeContract,
} from "./contract/contract.js";
export type { NodeGroup, NodeGroupConfig, NodeGroups, Toleration } from "./contract/nodeGroup.js";
export type { Autoscaling, ModelConfig, ReleaseConfig } from "./contract/schema.js";
export { fitInput } from "./derive/memory/fitInput.js";
export { describedGroups } from "./derive/nodes/nodeGroup.js";
export type { Placement } from "./derive/nodes/placement.js";
export type { ModelKeys, RuntimePlan } from "./derive/plan.js";
export type { ReleaseLoad } from "./derive/route.js";
export type { Access, DnsPeer, EgressRule } from "./contract/access.js";
export type { Monitors, PrometheusAuthentication, SeriesLabels } from "./contract/prometheus.js";
export type { Trigger } from "./contract/triggers.js";
export type { SecretRef } from "./config/secretRef.js";
export type { CacheConfig } from "./contract/cache.js";
export type { Source } from "./contract/source.js";
export type { Artifact } from "./derive/weights/artifacts.js";
export type { Monitoring, ServingEnvironment, WeightsCache } from "./engine/environment.js";
export type { PodConfig } from "./contract/pod.js";
export type { Accelerator, GpuTypes } from "./derive/nodes/gpuTypes.js";
export type { SecretKey } from "./engine/secretKey.js";
export { type Gpu, GPUS, type GpuType } from "./facts/gpus.js";
export type { Cloud, Machine } from "./facts/machines/machine.js";
export type { Architecture, Encoder, LayerGroup, PartWeights } from "./facts/models/architecture.js";
export type { Task } from "./facts/models/task.js";
export type { WeightPart } from "./facts/models/weightParts.js";
export type { Precision } from "./facts/precisions.js";
export { type Fit, fit, type FitInput } from "./fit/fit.js";
export { type GpuChoice, smallestMachine } from "./fit/smallestMachine.js";
export type { GatewayConfig } from "./contract/gateway/schema.js";
export type { GatewayClients } from "./derive/gateway/access.js";
export type { TenantKeys } from "./derive/gateway/keys.js";
export { InferenceGateway, type InferenceGatewayArgs } from "./gateway/inferenceGateway.js";
export type { MadeKeys } from "./gateway/tenantKeys.js";
export type { EnvoyGatewaySettings } from "./platform/addons/envoyGateway.js";
export type { KarpenterAddon, KarpenterArgs } from "./platform/addons/karpenter.js";
export type { AwsLocation } from "./platform/location.js";
export { Platform, type PlatformArgs } from "./platform/platform.js";
export { type AddonsConfig, addonsSchema } from "./platform/schema.js";
export { serveModels, servingEnvironment, type ServingSettings } from "./serving/environment.js";
export { type LiveRelease, ModelServing, type ModelServingArgs } from "./serving/modelServing.js";
export { TrafficPriorities, type TrafficPrioritiesArgs } from "./serving/trafficPriorities.js";
export { VllmRuntime, type VllmRuntimeArgs } from "./serving/vllmRuntime.js";
export { WarmSpare, type WarmSpareArgs } from "./serving/warmSpare.js";
export { ANNOTATIONS, LABELS } from "./vocabulary/labels.js";
export { Observability, type ObservabilityArgs } from "./observability/observability.js";
export type { TenantConfig } from "./contract/gateway/tenants.js";
export type { WatchedGateway } from "./observability/promql.js";
export type { PricesConfig } from "./contract/observability/prices.js";
export type { LoadConfig } from "./contract/load.js";
export type { ObservabilityConfig } from "./contract/observability/schema.js";
export type { Telemetry } from "./derive/observability/telemetry.js";
export type { LogsConfig } from "./contract/observability/logs.js";
export type { RoutesConfig } from "./contract/observability/routes.js";
export type { SloConfig } from "./contract/observability/slo.js";
export type { TracingConfig } from "./contract/observability/tracing.js";
export type { Tracing } from "./derive/observability/tracing.js";
export { METRIC_LABELS } from "./vocabulary/metrics/labels.js";
export { METRICS } from "./vocabulary/metrics/vllm.js";
export type { PriorityName, TrafficClass } from "./vocabulary/traffic.js";
