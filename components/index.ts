/** The package: what other programs import. */
export { checkCluster } from "./cluster/check.js";
export { GpuCluster, type GpuClusterArgs } from "./cluster/gpuCluster.js";
export { Network, type NetworkArgs } from "./cluster/network.js";
export { type BuiltClusterConfig, builtClusterSchema } from "./cluster/schema.js";
export { ContractError, type Problem } from "./contract/problems.js";
export { contractHash, contractText, type RuntimeContract } from "./contract/contract.js";
export { type Fit, fit, type FitInput, type GpuChoice, smallestMachine } from "./contract/fit.js";
export { ANNOTATIONS, LABELS, METRIC_LABELS, METRICS } from "./contract/labels.js";
export type { NodeGroup, Placement, TrafficClass } from "./contract/nodes.js";
export { type LoadedModels, loadModels } from "./contract/load.js";
export type { ServedModel } from "./contract/resolve.js";
export type { ModelConfig, ReleaseConfig } from "./contract/schema.js";
export { Platform, type PlatformArgs } from "./platform/platform.js";
export { type LiveRelease, ModelServing, type ModelServingArgs } from "./serving/modelServing.js";
export { TrafficPriorities, type TrafficPrioritiesArgs } from "./serving/trafficPriorities.js";
export { type Monitoring, VllmRuntime, type VllmRuntimeArgs } from "./serving/vllmRuntime.js";
export { WarmSpare, type WarmSpareArgs } from "./serving/warmSpare.js";
