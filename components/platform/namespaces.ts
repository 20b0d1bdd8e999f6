/** Namespaces that add-ons make for themselves. Prometheus' is the config's to say, and the autoscaler's is kube-system. */
export const ADDON_NAMESPACES = {
  keda: "keda",
  devicePlugin: "nvidia-device-plugin",
  dcgmExporter: "dcgm-exporter",
} as const;

/** Namespace of Kubernetes' own parts, and of the cluster autoscaler. */
export const SYSTEM_NAMESPACE = "kube-system";

/** Prometheus' namespace where nothing else is said. */
export const MONITORING_NAMESPACE = "monitoring";
