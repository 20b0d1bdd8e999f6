import { nodeClassOf } from "../../nodes/karpenter.js";
import { kindOf, type Resource } from "../../read/kinds.js";
import { machineOf } from "../../nodes/machines.js";
import { isNodeGroup, MANAGED_COMPONENT } from "../../nodes/nodeGroups.js";
import { at, isSet, isStated, number } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { selfManagedGroupOf } from "../../nodes/selfManagedGroups.js";
import { state } from "../../read/show.js";

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
    equalForms:
      "Judged alike: launch templates, launch configurations, instances and spot requests of the AWS and AWS Native providers, managed groups without a template, groups of pulumi-eks, and Karpenter's EC2NodeClass. " +
      "Without metadata (`httpEndpoint` disabled) all is good. EKS Auto Mode's NodeClass has no such settings. Not seen: the account's defaults, and what an image says.",
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
    const template = `httpTokens "required" and httpPutResponseHopLimit ${most}`;
    const judge = (options: unknown, path: string, defaults: Defaults) => {
      for (const problem of problemsOf(options, defaults, most)) report(`${path}metadataOptions.${problem}`);
    };
    const machine = machineOf(resource);
    const nodeClass = nodeClassOf(resource);
    const own = selfManagedGroupOf(resource);
    if (isNodeGroup(resource)) {
      if (isStated(resource.props, "launchTemplate")) return;
      report(`launchTemplate is not set, so EKS decides who reaches instance metadata: use one with ${template}`);
    } else if (resource.type === MANAGED_COMPONENT && isSet(resource.props)) {
      const problem = managedComponentProblem(resource, most);
      if (problem !== undefined) report(`${problem}: use a launchTemplate with ${template}`);
    } else if (machine !== undefined) {
      if (machine.hasTemplate && !isStated(machine.props, "metadataOptions")) return;
      judge(machine.props["metadataOptions"], machine.path, EC2_DEFAULTS);
    } else if (nodeClass !== undefined) {
      judge(nodeClass["metadataOptions"], "spec.", karpenterDefaults(resource));
    } else if (own !== undefined && isStated(own.props, "metadataOptions")) {
      judge(own.props["metadataOptions"], `${own.where}${own.path}`, EC2_DEFAULTS);
    } else if (own !== undefined) {
      // pulumi-eks 4.3.0 would pass metadataOptions on, but its schema has none.
      report(
        `${own.where}a self-managed group of pulumi-eks takes no metadataOptions, so its image decides who reaches instance ` +
          `metadata: ${own.isDefault ? "set skipDefaultNodeGroup to true, and " : ""}use ManagedNodeGroup and a launchTemplate with ${template}`,
      );
    }
  },
);

interface Defaults {
  tokens: string | undefined;
  hops: number;
}

const EC2_DEFAULTS: Defaults = { tokens: undefined, hops: UNSTATED_HOPS };

/** Of the CRDs: aws/karpenter-provider-aws, pkg/apis/v1/ec2nodeclass.go at v1.14.1 and pkg/apis/v1beta1/ec2nodeclass.go, read 2026-11-26. */
function karpenterDefaults({ type }: Resource): Defaults {
  const kind = kindOf(type);
  const isBeta = kind?.apiVersion.endsWith("/v1beta1") === true && !kind.isPatch;
  return { tokens: "required", hops: isBeta ? 2 : 1 };
}

function* problemsOf(options: unknown, defaults: Defaults, most: number): Generator<string> {
  if (at(options, "httpEndpoint") === "disabled") return;
  const tokens = at(options, "httpTokens");
  if ((tokens ?? defaults.tokens) !== "required") yield `httpTokens ${state(tokens)}: set it to "required"`;
  const hops = at(options, "httpPutResponseHopLimit");
  if ((number(hops) ?? defaults.hops) > most) yield `httpPutResponseHopLimit ${state(hops)}: set it to ${most}`;
}

/** The launch template that pulumi-eks makes for `enableIMDSv2` lets tokens travel two hops (4.3.0). */
const COMPONENT_HOPS = 2;

function managedComponentProblem({ props }: Resource, most: number): string | undefined {
  if (isStated(props, "launchTemplate")) return undefined;
  const enabled = props["enableIMDSv2"];
  if (enabled !== true) {
    return `launchTemplate is not set and enableIMDSv2 ${state(enabled)}, so pods may reach instance metadata`;
  }
  return most < COMPONENT_HOPS ? `enableIMDSv2 lets tokens travel ${COMPONENT_HOPS} hops` : undefined;
}
