/** Managed node groups of EKS: the resources of AWS' two providers, and pulumi-eks' component around one. */
import { isArmGpuType, isGpuType } from "./gpuMachines.js";
import type { Resource } from "../read/kinds.js";
import { known, knownTexts } from "../read/unknown.js";
import { type Nodes, type NodeTaint, type SpotCause, taintsIn } from "./nodes.js";
import { type Fields, isSet, isStated, isTrue, list, text } from "../read/values.js";

const CLASSIC_GROUP = "aws:eks/nodeGroup:NodeGroup";
/** The same properties, as far as rules read them: AWS::EKS::Nodegroup, read 2026-11-26 in pulumi/pulumi-aws-native. */
const NODE_GROUPS = [CLASSIC_GROUP, "aws-native:eks:Nodegroup"];
export const MANAGED_COMPONENT = "eks:index:ManagedNodeGroup";

/** Images with NVIDIA's driver, Amazon Linux 2's included. */
const GPU_AMI = /_NVIDIA(_FIPS)?$|^AL2_x86_64_GPU$/;
/** With `gpu: true`, pulumi-eks chooses an NVIDIA image for these. */
const OPERATING_SYSTEMS: readonly unknown[] = ["AL2023", "Bottlerocket"];
/**
 * With one of these, pulumi-eks writes the nodes' user data and so has to name their image, by default AL2023's
 * (pulumi-eks 4.3.0: `customUserDataArgs` in nodejs/eks/nodes/userdata.ts, `getRecommendedAMI` in nodegroup.ts).
 */
const USER_DATA = ["bootstrapExtraArgs", "kubeletExtraArgs", "bottlerocketSettings", "nodeadmExtraOptions", "userData"];

export class NodeGroup implements Nodes {
  readonly where = "";
  readonly noSchedule = "NO_SCHEDULE";
  readonly noExecute = "NO_EXECUTE";
  private readonly props: Fields;

  constructor(private readonly resource: Resource) {
    this.props = resource.props;
  }

  get amiType(): string | undefined {
    return text(this.props["amiType"]);
  }

  get spot(): SpotCause | undefined {
    return this.props["capacityType"] === "SPOT" ? { is: 'capacityType is "SPOT"' } : undefined;
  }

  /** Those that are not known yet are placeholders (see read/unknown.ts). */
  private get types(): string[] {
    return knownTexts(list(this.props["instanceTypes"]));
  }

  get gpuTypes(): string[] {
    return this.types.filter(isGpuType);
  }

  /** If the launch template names the instance type, only the image tells. */
  get hasGpus(): boolean {
    if (!isStated(this.props, "instanceTypes")) return GPU_AMI.test(this.amiType ?? "");
    if (this.gpuTypes.length > 0) return true;
    known(this.types);
    return false;
  }

  /** The image type to propose. */
  get nvidiaAmiType(): string {
    return this.gpuTypes.some(isArmGpuType) ? "AL2023_ARM_64_NVIDIA" : "AL2023_x86_64_NVIDIA";
  }

  get hasLaunchTemplate(): boolean {
    return isStated(this.props, "launchTemplate");
  }

  /** True when pulumi-eks chooses the image: for its component, or in the launch template that it makes. */
  get imageIsChosenByComponent(): boolean {
    if (isNodeGroup(this.resource)) {
      return this.hasLaunchTemplate && this.resource.urn.includes(`${MANAGED_COMPONENT}$${CLASSIC_GROUP}::`);
    }
    if (isStated(this.props, "amiId")) return true;
    if (!isTrue(this.props["gpu"])) return false;
    if (isStated(this.props, "operatingSystem")) return OPERATING_SYSTEMS.includes(this.props["operatingSystem"]);
    return USER_DATA.some((key) => isStated(this.props, key));
  }

  get taints(): NodeTaint[] {
    return taintsIn(this.props["taints"]);
  }

  written({ key, value }: { key: string; value: string }): string {
    return `{key: "${key}", value: "${value}", effect: "${this.noSchedule}"}`;
  }
}

/** AWS' own group, not a component around it. */
export function isNodeGroup({ type }: Resource): boolean {
  return NODE_GROUPS.includes(type);
}

/**
 * A component without inputs: its provider did not pass them on, so the group in it is judged. pulumi-eks' provider passes
 * none on up to 4.3.0 at least: its own Pulumi SDK is 3.173.0, and SDKs do so from 3.202.0 on. Previews without a provider
 * know nothing but the inputs. So both are judged, and neither can tell whether the other is.
 */
export function nodeGroupOf(resource: Resource): NodeGroup | undefined {
  if (isNodeGroup(resource)) return new NodeGroup(resource);
  return resource.type === MANAGED_COMPONENT && isSet(resource.props) ? new NodeGroup(resource) : undefined;
}
