import { clusterOf } from "../../nodes/clusters.js";
import { isTrue } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { state } from "../../read/show.js";

export const clusterDeletionProtection = resourceRule(
  {
    name: "cluster-deletion-protection",
    description: "A cluster cannot be deleted before its protection is taken off.",
    why: "One replacement or destroy that nobody read deletes the cluster with everything that it serves.",
    remediationSteps:
      "Set deletionProtection to true. To delete the cluster later, set it to false in an update of its own.",
    equalForms:
      "Clusters of the AWS and AWS Native providers and of pulumi-eks are judged alike. Pulumi's own `protect` is not seen: it does not keep others from deleting the cluster.",
    severity: "high",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const cluster = clusterOf(resource);
    if (cluster === undefined) return;
    const isProtected = cluster.props["deletionProtection"];
    if (!isTrue(isProtected)) report(`deletionProtection ${state(isProtected)}: set it to true`);
  },
);
