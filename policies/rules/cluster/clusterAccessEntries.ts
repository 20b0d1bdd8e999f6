import { clusterOf } from "../../nodes/clusters.js";
import { nameOf } from "../../pods/workloads.js";
import { namespaceOf } from "../../read/namespaces.js";
import { isKind, type Resource } from "../../read/kinds.js";
import { resourceRule } from "../../rule.js";
import { state } from "../../read/show.js";

export const clusterAccessEntries = resourceRule(
  {
    name: "cluster-access-entries",
    description: "Who may use a cluster is in access entries, not in a ConfigMap.",
    why: "One bad edit of the ConfigMap aws-auth locks out nodes and people, AWS's API does not show what it grants, and whoever may write it can make themselves administrator.",
    remediationSteps:
      'Set authenticationMode to "API" (aws.eks.Cluster: in accessConfig). An existing cluster takes "API_AND_CONFIG_MAP" first, then access entries for all of aws-auth, then "API"; there is no way back.',
    equalForms:
      "Clusters of the AWS and AWS Native providers and of pulumi-eks are judged alike; a mode that is not set means `CONFIG_MAP`. The ConfigMap `aws-auth` of `kube-system` is refused, and its patch. What it and the entries grant is not seen.",
    severity: "medium",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    if (isAwsAuth(resource)) {
      report("the ConfigMap aws-auth says who may use the cluster: use access entries (aws.eks.AccessEntry)");
      return;
    }
    const cluster = clusterOf(resource);
    if (cluster === undefined) return;
    const { path, value: mode } = cluster.authenticationMode;
    if (mode === "API") return;
    if (mode === "API_AND_CONFIG_MAP") {
      report(`${path} ${state(mode)}: set "API" once access entries have all that the ConfigMap aws-auth grants`);
      return;
    }
    const got = mode === undefined || mode === null ? 'is not set, which means "CONFIG_MAP"' : state(mode);
    report(`${path} ${got}: set "API", or on an existing cluster "API_AND_CONFIG_MAP" first`);
  },
);

function isAwsAuth(resource: Resource): boolean {
  return (
    isKind(resource, "core", "ConfigMap") && nameOf(resource) === "aws-auth" && namespaceOf(resource) === "kube-system"
  );
}
