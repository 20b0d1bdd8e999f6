/** Namespaces of add-ons. The config names that of Prometheus; the autoscaler runs in kube-system. */
export const ADDON_NAMESPACES = {
  keda: "keda",
  devicePlugin: "nvidia-device-plugin",
  dcgmExporter: "dcgm-exporter",
} as const;

/** Namespace of Kubernetes' own parts, and of the cluster autoscaler. */
export const SYSTEM_NAMESPACE = "kube-system";

/** Prometheus' namespace by default. */
export const MONITORING_NAMESPACE = "monitoring";
