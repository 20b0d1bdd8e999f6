import { clusterOf } from "../../nodes/clusters.js";
import { resourceRule } from "../../rule.js";

const LOGS = ["api", "audit", "authenticator"];

export const clusterLogs = resourceRule(
  {
    name: "cluster-logs",
    description: "A cluster keeps the logs of its API: api, audit and authenticator.",
    why: "After an incident only these logs show who changed or read what, and EKS keeps none from before they were enabled.",
    remediationSteps:
      "Set enabledClusterLogTypes to api, audit and authenticator at least; in AWS Native logging.clusterLogging.enabledTypes.",
    equalForms:
      "Clusters of the AWS and AWS Native providers and of pulumi-eks are judged alike, in any order and with any more logs. Where the logs go and how long they are kept is not seen.",
    severity: "low",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const cluster = clusterOf(resource);
    if (cluster === undefined) return;
    const { path, enabled } = cluster.logs;
    const missing = LOGS.filter((log) => !enabled.includes(log));
    if (missing.length > 0) report(`${path} lacks ${missing.join(", ")}: add what is missing`);
  },
);
