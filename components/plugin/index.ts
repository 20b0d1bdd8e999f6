/**
 * The components for other Pulumi languages. Their inputs are flat, and what the stack config describes comes as it stands
 * there: a contract is reviewed text in every language.
 */
export { ClusterAddons, type ClusterAddonsArgs } from "./clusterAddons.js";
export { EksGpuCluster, type EksGpuClusterArgs } from "./eksGpuCluster.js";
export { VllmModels, type VllmModelsArgs } from "./vllmModels.js";
