/**
 * Labels of nodes that say nothing of their machine: nodes of every kind have them, with and without GPUs.
 *
 * Sources, read 2026-11-26: kubernetes/website, content/en/docs/reference/labels-annotations-taints/_index.md; of the clouds
 * kubernetes/autoscaler 55c37cd, cluster-autoscaler/cloudprovider (zones of disks), MicrosoftDocs/azure-aks-docs, articles/aks/use-labels.md,
 * GoogleCloudPlatform/kubernetes-engine-samples (Google's), aws/karpenter-provider-aws 1d92708, designs/odcr.md (topology.k8s.aws). Roles of
 * nodes are from the project's documentation, not read here.
 */
const GENERAL = new Set([
  ...[
    "kubernetes.io/os",
    "kubernetes.io/arch",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
    "kubernetes.io/role",
  ],
  ...["topology.kubernetes.io/zone", "topology.kubernetes.io/region"],
  ...["failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"],
  ...[
    "topology.ebs.csi.aws.com/zone",
    "topology.gke.io/zone",
    "topology.disk.csi.azure.com/zone",
    "topology.k8s.aws/zone-id",
  ],
  ...["kubernetes.azure.com/os-sku", "kubernetes.azure.com/mode", "cloud.google.com/gke-os-distribution"],
]);
/** Roles of a cluster's own; other words behind the slash are the user's. */
const ROLE = /^node-role\.kubernetes\.io\/(worker|node|agent|compute|control-plane|master)$/;

export function isGeneralLabel(key: string): boolean {
  return GENERAL.has(key) || ROLE.test(key);
}
