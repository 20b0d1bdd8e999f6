/** Namespaces of add-ons. The config names that of Prometheus; those that act in AWS run in kube-system. */
export const ADDON_NAMESPACES = {
  keda: "keda",
  devicePlugin: "nvidia-device-plugin",
  dcgmExporter: "dcgm-exporter",
} as const;

/** Namespace of the collector of traces: trusted only where the stack installs it, so that it is none of {@link ADDON_NAMESPACES}. */
export const COLLECTOR_NAMESPACE = "opentelemetry";

/** Namespace of Kubernetes' own parts, and of the add-ons that act in AWS. */
export const SYSTEM_NAMESPACE = "kube-system";

/** Prometheus' namespace by default. */
export const MONITORING_NAMESPACE = "monitoring";
