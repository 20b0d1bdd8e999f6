import { quote } from "../../../components/config/problems.js";
import { clusterOf } from "../../nodes/clusters.js";
import { openRanges } from "../../read/networks.js";
import { known, knownTexts } from "../../read/unknown.js";
import { isTrue, list } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { state } from "../../read/show.js";

/** Of ranges that are open together. */
const MOST_SHOWN = 2;

export const clusterEndpointClosed = resourceRule(
  {
    name: "cluster-endpoint-closed",
    description: "A cluster's API is not open to the internet, and is reached within its VPC.",
    why: "If anyone can reach the API, one stolen token or one flaw is enough to enter the cluster; without the private endpoint, nodes also reach it over the internet.",
    remediationSteps:
      "Set endpointPrivateAccess to true, and endpointPublicAccess to false or publicAccessCidrs to your networks.",
    equalForms:
      "Clusters of the AWS and AWS Native providers and of pulumi-eks are judged alike. Ranges that hold a sixteenth of the internet or more, alone or together, are open to it: `0.0.0.0/0`, `::/0`, `0.0.0.0/1` with `128.0.0.0/1`. No range means everyone, and no public access stated means true, as EKS has it. Security groups are not seen.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const cluster = clusterOf(resource);
    if (cluster === undefined) return;
    const isPrivate = cluster.endpoint("endpointPrivateAccess");
    if (!isTrue(isPrivate.value)) report(`${isPrivate.path} ${state(isPrivate.value)}: set it to true`);
    const isPublic = cluster.endpoint("endpointPublicAccess");
    // EKS' default.
    if (!isTrue(isPublic.value ?? true)) return;
    const { path, value } = cluster.endpoint("publicAccessCidrs");
    const networks = knownTexts(list(value));
    const open = openRanges(networks);
    // No network at all is EKS's default: everyone.
    if (networks.length > 0 && open.length === 0) {
      known(networks);
      return;
    }
    const got =
      networks.length === 0
        ? "is not set"
        : `has ${open
            .slice(0, MOST_SHOWN)
            .map((network) => quote(network))
            .join(" and ")}`;
    report(
      `${isPublic.path} is true and ${path} ${got}: ` +
        "set endpointPublicAccess to false, or name the networks that need it",
    );
  },
);
