import type { Resource } from "../kinds.js";
import { NODE_GROUP } from "../nodeGroups.js";
import { at, isStated, number } from "../read.js";
import { resourceRule } from "../rule.js";
import { state } from "../show.js";

const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const INSTANCE = "aws:ec2/instance:Instance";
/** Pods are one hop further away than the node. */
const DEFAULT_HOPS = 1;
/**
 * Of instances whose image asks for IMDSv2 and whose template says nothing
 * (https://boto3.amazonaws.com/v1/documentation/api/1.28.35/reference/services/ec2/image/imds_support.html).
 */
const UNSTATED_HOPS = 2;

export const imdsv2 = resourceRule(
  {
    name: "imdsv2",
    description: "Instance metadata asks for a session token and stays out of pods' reach.",
    why: "Metadata hands out the node role's credentials: a pod, or a request that a pod is tricked into, then acts as the node.",
    remediationSteps:
      'Set metadataOptions.httpTokens to "required" and httpPutResponseHopLimit to 1; nodes need a launch template for it.',
    severity: "high",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        maxHopLimit: {
          type: "integer",
          minimum: 1,
          default: DEFAULT_HOPS,
          description: "The most hops that a token may travel.",
        },
      },
    },
  },
  (resource, report, settings) => {
    const most = number(settings["maxHopLimit"]) ?? DEFAULT_HOPS;
    if (resource.type === NODE_GROUP) {
      if (isStated(resource.props, "launchTemplate")) return;
      report(
        'launchTemplate is not set, so EKS decides who reaches instance metadata: use one with httpTokens "required" ' +
          `and httpPutResponseHopLimit ${most}`,
      );
    } else if (statesMetadata(resource)) {
      const options = resource.props["metadataOptions"];
      if (at(options, "httpEndpoint") === "disabled") return;
      const tokens = at(options, "httpTokens");
      if (tokens !== "required") report(`metadataOptions.httpTokens ${state(tokens)}: set it to "required"`);
      const hops = at(options, "httpPutResponseHopLimit");
      if ((number(hops) ?? UNSTATED_HOPS) > most) {
        report(`metadataOptions.httpPutResponseHopLimit ${state(hops)}: set it to ${most}`);
      }
    }
  },
);

/** An instance may leave it to its launch template, which is judged separately. */
function statesMetadata({ type, props }: Resource): boolean {
  if (type === LAUNCH_TEMPLATE) return true;
  return type === INSTANCE && (isStated(props, "metadataOptions") || !isStated(props, "launchTemplate"));
}
