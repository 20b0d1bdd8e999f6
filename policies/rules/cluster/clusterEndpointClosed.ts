import { quote } from "../../../components/config/problems.js";
import { clusterOf } from "../../nodes/clusters.js";
import { fields, isTrue, strings } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { state } from "../../read/show.js";

/** A prefix of no bits, however the address before it is written. */
const EVERYONE = /\/0+$/;

export const clusterEndpointClosed = resourceRule(
  {
    name: "cluster-endpoint-closed",
    description: "A cluster's API is not open to the internet, and is reached within its VPC.",
    why: "If anyone can reach the API, one stolen token or one flaw is enough to enter the cluster; without the private endpoint, nodes also reach it over the internet.",
    remediationSteps:
      "Set endpointPrivateAccess to true, and endpointPublicAccess to false or publicAccessCidrs to your networks.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const cluster = clusterOf(resource);
    if (cluster === undefined) return;
    const { props, isComponent } = cluster;
    const [path, endpoint] = isComponent ? ["", props] : ["vpcConfig.", fields(props["vpcConfig"])];
    const isPrivate = endpoint["endpointPrivateAccess"];
    if (!isTrue(isPrivate)) report(`${path}endpointPrivateAccess ${state(isPrivate)}: set it to true`);
    const isPublic = endpoint["endpointPublicAccess"] ?? true;
    if (!isTrue(isPublic)) return;
    const networks = strings(endpoint["publicAccessCidrs"]);
    const open = networks.find((network) => EVERYONE.test(network));
    // No network at all is EKS's default: everyone.
    if (networks.length > 0 && open === undefined) return;
    const got = open === undefined ? "is not set" : `has ${quote(open)}`;
    report(
      `${path}endpointPublicAccess is true and ${path}publicAccessCidrs ${got}: ` +
        "set endpointPublicAccess to false, or name the networks that need it",
    );
  },
);
