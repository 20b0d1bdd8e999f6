/** How the device plugin offers MIG slices: https://github.com/NVIDIA/k8s-device-plugin#as-a-configuration-file */
export const MIG_STRATEGIES = ["none", "single", "mixed"] as const;
export type MigStrategy = (typeof MIG_STRATEGIES)[number];
