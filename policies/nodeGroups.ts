/** Managed node groups of EKS: AWS's own resource, and pulumi-eks' component around it. */
import { AWS_MACHINES } from "../components/facts/machines/aws.js";
import type { Resource } from "./kinds.js";
import { type Fields, at, isSet, isStated, isTrue, list, strings, text } from "./read.js";

export const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const COMPONENT = "eks:index:ManagedNodeGroup";

/**
 * NVIDIA's families, also those that the instance table does not have yet: EC2 names graphics types g and gr, training
 * types p. g4ad has AMD's GPUs. Wide on purpose: a family nobody listed is still a GPU family.
 */
const GPU_TYPE = /^(?!g4ad\.)(g|gr|p)\d+[a-z]*(-[a-z0-9]+)?\./;
/** Graviton (g5g) and Grace (p6e-gb200) with GPUs. */
const ARM_GPU_TYPE = /^(g5g|[^.]+-gb\d+)\./;
/** Images with NVIDIA's driver, Amazon Linux 2's included. */
const GPU_AMI = /_NVIDIA(_FIPS)?$|^AL2_x86_64_GPU$/;
/** With `gpu: true`, pulumi-eks chooses an NVIDIA image for these. */
const OPERATING_SYSTEMS: readonly unknown[] = ["AL2023", "Bottlerocket"];

export interface NodeTaint {
  key: string | undefined;
  value: string | undefined;
  /** In EKS' words: `NO_SCHEDULE`, `NO_EXECUTE` or `PREFER_NO_SCHEDULE`. */
  effect: string | undefined;
}

export class NodeGroup {
  private readonly props: Fields;

  constructor(private readonly resource: Resource) {
    this.props = resource.props;
  }

  get amiType(): string | undefined {
    return text(this.props["amiType"]);
  }

  get capacityType(): string | undefined {
    return text(this.props["capacityType"]);
  }

  get gpuTypes(): string[] {
    return strings(this.props["instanceTypes"]).filter((type) => AWS_MACHINES.has(type) || GPU_TYPE.test(type));
  }

  /** If the launch template names the instance type, only the image tells. */
  get hasGpus(): boolean {
    return isStated(this.props, "instanceTypes") ? this.gpuTypes.length > 0 : GPU_AMI.test(this.amiType ?? "");
  }

  /** The image type to propose. */
  get nvidiaAmiType(): string {
    return this.gpuTypes.some((type) => ARM_GPU_TYPE.test(type)) ? "AL2023_ARM_64_NVIDIA" : "AL2023_x86_64_NVIDIA";
  }

  get hasLaunchTemplate(): boolean {
    return isStated(this.props, "launchTemplate");
  }

  /** True when pulumi-eks chooses the image: for its component, or in the launch template that it makes. */
  get imageIsChosenByComponent(): boolean {
    if (this.resource.type === NODE_GROUP) {
      return this.hasLaunchTemplate && this.resource.urn.includes(`${COMPONENT}$${NODE_GROUP}::`);
    }
    if (isStated(this.props, "amiId")) return true;
    return isTrue(this.props["gpu"]) && OPERATING_SYSTEMS.includes(this.props["operatingSystem"]);
  }

  get taints(): NodeTaint[] {
    return list(this.props["taints"]).map((taint) => ({
      key: text(at(taint, "key")),
      value: text(at(taint, "value")),
      effect: text(at(taint, "effect")),
    }));
  }
}

/** A component without inputs: its provider did not pass them on, so the group in it is judged. */
export function nodeGroupOf(resource: Resource): NodeGroup | undefined {
  if (resource.type === NODE_GROUP) return new NodeGroup(resource);
  return resource.type === COMPONENT && isSet(resource.props) ? new NodeGroup(resource) : undefined;
}
