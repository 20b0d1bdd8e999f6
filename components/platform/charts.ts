/**
 * Every version that the platform installs: charts, and images that a chart does not pin.
 *
 * How to check a new version: test/platform/fixtures/chart-keys.json.
 */

/** A chart at one version. */
export interface Chart {
  /** Name in its repository; the release takes it too. */
  name: string;
  version: string;
  /** Address of its repository: `https://…`, or `oci://…` without the chart's name. */
  repository: string;
  /** Day of the version's release. */
  date: string;
  /** Where version and day are written. */
  source: string;
}

/**
 * Each was rendered with the values here by Helm 4.1.4 on 2026-11-26. What the first five make was accepted by an API server of
 * Kubernetes 1.36 on 2026-11-21.
 */
export const CHARTS = {
  devicePlugin: {
    name: "nvidia-device-plugin",
    version: "0.20.0",
    repository: "https://nvidia.github.io/k8s-device-plugin",
    date: "2026-08-19",
    source: "https://nvidia.github.io/k8s-device-plugin/index.yaml",
  },
  dcgmExporter: {
    name: "dcgm-exporter",
    version: "4.8.2",
    repository: "https://nvidia.github.io/dcgm-exporter/helm-charts",
    date: "2026-05-06",
    source: "https://nvidia.github.io/dcgm-exporter/helm-charts/index.yaml",
  },
  keda: {
    name: "keda",
    version: "2.20.2",
    repository: "https://kedacore.github.io/charts",
    date: "2026-07-31",
    source: "https://kedacore.github.io/charts/index.yaml",
  },
  prometheusStack: {
    name: "kube-prometheus-stack",
    version: "88.5.3",
    repository: "oci://ghcr.io/prometheus-community/charts",
    date: "2026-08-21",
    source: "https://github.com/prometheus-community/helm-charts/releases/tag/kube-prometheus-stack-88.5.3",
  },
  clusterAutoscaler: {
    name: "cluster-autoscaler",
    version: "9.59.0",
    repository: "https://kubernetes.github.io/autoscaler",
    date: "2026-07-21",
    source: "https://kubernetes.github.io/autoscaler/index.yaml",
  },
  loadBalancerController: {
    name: "aws-load-balancer-controller",
    version: "3.5.0",
    repository: "https://aws.github.io/eks-charts",
    date: "2026-08-03",
    source: "https://github.com/aws/eks-charts/tree/v0.0.242/stable/aws-load-balancer-controller",
  },
  karpenterCrds: {
    name: "karpenter-crd",
    version: "1.15.1",
    repository: "oci://public.ecr.aws/karpenter",
    date: "2026-10-23",
    source: "https://proxy.golang.org/github.com/aws/karpenter-provider-aws/@v/v1.15.1.zip",
  },
  karpenter: {
    name: "karpenter",
    version: "1.15.1",
    repository: "oci://public.ecr.aws/karpenter",
    date: "2026-10-23",
    source: "https://proxy.golang.org/github.com/aws/karpenter-provider-aws/@v/v1.15.1.zip",
  },
  openTelemetryCollector: {
    name: "opentelemetry-collector",
    version: "0.170.0",
    repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
    date: "2026-08-14",
    source: "https://github.com/open-telemetry/opentelemetry-helm-charts/tree/main/charts/opentelemetry-collector",
  },
  gatewayCrds: {
    name: "gateway-crds-helm",
    version: "v1.9.1",
    repository: "oci://docker.io/envoyproxy",
    date: "2026-08-28",
    source: "https://proxy.golang.org/github.com/envoyproxy/gateway/@v/v1.9.1.info",
  },
  envoyGateway: {
    name: "gateway-helm",
    version: "v1.9.1",
    repository: "oci://docker.io/envoyproxy",
    date: "2026-08-28",
    source: "https://proxy.golang.org/github.com/envoyproxy/gateway/@v/v1.9.1.info",
  },
} as const satisfies Record<string, Chart>;

/**
 * Values by which a chart labels its objects, as paths; none where a chart has no such value, or one that selects pods, too, and so
 * could not be changed (`podLabels` of the cluster autoscaler).
 */
export const LABEL_VALUES: Readonly<Record<keyof typeof CHARTS, readonly (readonly string[])[]>> = {
  devicePlugin: [],
  dcgmExporter: [],
  keda: [["additionalLabels"]],
  prometheusStack: [["commonLabels"]],
  clusterAutoscaler: [["additionalLabels"]],
  loadBalancerController: [["additionalLabels"]],
  karpenterCrds: [],
  karpenter: [["additionalLabels"]],
  openTelemetryCollector: [["additionalLabels"], ["podLabels"]],
  gatewayCrds: [],
  envoyGateway: [["commonLabels"]],
};

/**
 * Newest image of the cluster autoscaler for each minor version of Kubernetes, oldest first: it simulates the scheduler of its own
 * minor version, and the chart's default is for one of them only.
 *
 * Source: tags `cluster-autoscaler-<version>` of https://github.com/kubernetes/autoscaler, as of 2026-08-22.
 */
export const CLUSTER_AUTOSCALER_TAGS: Readonly<Record<string, string>> = {
  "1.33": "v1.33.6",
  "1.34": "v1.34.5",
  "1.35": "v1.35.2",
  "1.36": "v1.36.1",
};

/**
 * The autoscaler's image for a version of Kubernetes, such as `1.35`: that of its own minor version, else of the next older one in
 * the table, else the oldest.
 *
 * @param kubernetesVersion @default the newest in the table
 */
export function clusterAutoscalerTag(kubernetesVersion?: string): string {
  const minors = Object.keys(CLUSTER_AUTOSCALER_TAGS).sort(byVersion);
  const upTo = minors.filter((minor) => kubernetesVersion === undefined || byVersion(minor, kubernetesVersion) <= 0);
  return CLUSTER_AUTOSCALER_TAGS[upTo.at(-1) ?? minors[0]!]!;
}

/**
 * Minor versions of Kubernetes that Karpenter calls itself compatible with.
 *
 * Source: pkg/providers/version/version.go of https://github.com/aws/karpenter-provider-aws at the version above.
 */
export const KARPENTER_KUBERNETES = { oldest: "1.26", newest: "1.37" } as const;

/** Compares major and minor versions. */
export function byVersion(left: string, right: string): number {
  const [[major, minor], [otherMajor, otherMinor]] = [versionOf(left), versionOf(right)];
  return major - otherMajor || minor - otherMinor;
}

function versionOf(text: string): [number, number] {
  const [major = NaN, minor = NaN] = text
    .replace(/^v/, "")
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  return [major, minor];
}

/** Image tags. */
export const IMAGE_TAGS = {
  /** For the job that upgrades CRDs; the chart would take `latest`. */
  busybox: "1.38.0",
  /** For the same job; the chart would use EKS' version, for which there may be no image. */
  kubectl: "v1.36.0",
} as const;
