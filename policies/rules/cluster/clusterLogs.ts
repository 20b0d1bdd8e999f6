import { clusterOf } from "../../nodes/clusters.js";
import { strings } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

const LOGS = ["api", "audit", "authenticator"];

export const clusterLogs = resourceRule(
  {
    name: "cluster-logs",
    description: "A cluster keeps the logs of its API: api, audit and authenticator.",
    why: "After an incident only these logs show who changed or read what, and EKS keeps none from before they were enabled.",
    remediationSteps: "Set enabledClusterLogTypes to api, audit and authenticator at least.",
    severity: "low",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const cluster = clusterOf(resource);
    if (cluster === undefined) return;
    const enabled = strings(cluster.props["enabledClusterLogTypes"]);
    const missing = LOGS.filter((log) => !enabled.includes(log));
    if (missing.length > 0) report(`enabledClusterLogTypes lacks ${missing.join(", ")}: add what is missing`);
  },
);
