/** The package: what other programs import. */
export { checkCluster } from "./cluster/check.js";
export { GpuCluster, type GpuClusterArgs } from "./cluster/eksGpuCluster.js";
export { Network, type NetworkArgs } from "./cluster/network.js";
export { type BuiltClusterConfig, builtClusterSchema } from "./cluster/schema.js";
export { ContractError, type Problem } from "./config/problems.js";
export { contractHash, contractText, type RuntimeContract } from "./contract/contract.js";
export { type Fit, fit, type FitInput, type GpuChoice, smallestMachine } from "./fit/fit.js";
export { ANNOTATIONS, LABELS, METRIC_LABELS, METRICS } from "./vocabulary/labels.js";
export type { NodeGroup, Placement, TrafficClass } from "./contract/nodeGroup.js";
export { type LoadedModels, loadModels } from "./checks/load.js";
export type { ServedModel } from "./checks/resolve.js";
export type { ModelConfig, ReleaseConfig } from "./contract/schema.js";
export { Platform, type PlatformArgs } from "./platform/platform.js";
export { type LiveRelease, ModelServing, type ModelServingArgs } from "./serving/modelServing.js";
export { TrafficPriorities, type TrafficPrioritiesArgs } from "./serving/trafficPriorities.js";
export { type Monitoring, VllmRuntime, type VllmRuntimeArgs } from "./serving/vllmRuntime.js";
export { WarmSpare, type WarmSpareArgs } from "./serving/warmSpare.js";
