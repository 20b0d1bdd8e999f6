import { quote } from "../../../components/config/problems.js";
import { type NodeGroup, nodeGroupOf } from "../../nodes/nodeGroups.js";
import { isTrue, text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { type SelfManagedGroup, selfManagedGroupOf } from "../../nodes/selfManagedGroups.js";

/** pulumi-eks also takes the paths of Amazon Linux' images, such as `amazon-linux-2023/x86_64/nvidia`. */
const NVIDIA = /_NVIDIA(_FIPS)?$|\/nvidia$/;
const OUTDATED = ["AL2_x86_64_GPU", "amazon-linux-2-gpu"];
/** https://docs.aws.amazon.com/eks/latest/userguide/al2023.html: none since 2025-11-26. */
const NO_MORE = "is outdated, EKS publishes no images of Amazon Linux 2 any more";

export const gpuNodeAmi = resourceRule(
  {
    name: "gpu-node-ami",
    description: "A GPU node group states an image with NVIDIA's driver.",
    why: "EKS's default image has no driver: the nodes join without GPUs, are paid for, and every GPU pod stays pending.",
    remediationSteps:
      "Set amiType to AL2023_x86_64_NVIDIA, BOTTLEROCKET_x86_64_NVIDIA or their ARM_64 forms; in a self-managed group of pulumi-eks set gpu to true.",
    equalForms:
      "Judged alike: managed groups of the AWS and AWS Native providers and of pulumi-eks, and its self-managed groups with their default group. " +
      "`CUSTOM` is good with a launch template, an `amiId` of one's own always; what is in them is not seen. Karpenter's families and EKS Auto Mode choose an image with the driver themselves.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const managed = nodeGroupOf(resource);
    if (managed?.hasGpus) judgeManaged(managed, report);
    const own = selfManagedGroupOf(resource);
    if (own?.hasGpus) judgeSelfManaged(own, report);
  },
);

function judgeManaged(group: NodeGroup, report: (message: string) => void): void {
  const { amiType, nvidiaAmiType } = group;
  const fix = `use ${nvidiaAmiType}`;
  if (amiType === undefined) {
    if (group.imageIsChosenByComponent) return;
    report(`amiType is not set, and EKS's default image has no NVIDIA driver: ${fix}`);
  } else if (amiType === "CUSTOM") {
    if (group.hasLaunchTemplate) return;
    report(`amiType "CUSTOM" without a launchTemplate, which has to name the image: add one, or ${fix}`);
  } else {
    judgeAmiType("amiType", amiType, fix, report);
  }
}

/** pulumi-eks knows no image of Amazon Linux 2023 for ARM with GPUs. */
function judgeSelfManaged(group: SelfManagedGroup, report: (message: string) => void): void {
  if (group.namesImage) return;
  const { props, path, fullPath, where, isArm } = group;
  const os = isArm ? "Bottlerocket" : "AL2023";
  const amiType = text(props["amiType"]);
  if (amiType !== undefined) {
    const fix = `use ${isArm ? "BOTTLEROCKET_ARM_64_NVIDIA" : "AL2023_x86_64_NVIDIA"}`;
    judgeAmiType(`${where}${path}amiType`, amiType, fix, report);
  } else if (!isTrue(props["gpu"])) {
    const andSystem = isArm ? ` and ${fullPath}operatingSystem to "${os}"` : "";
    report(
      `${where}neither gpu nor amiType is set, and pulumi-eks' default image has no NVIDIA driver: ` +
        `set ${isArm ? fullPath : path}gpu to true${andSystem}`,
    );
  } else if (props["operatingSystem"] === "AL2") {
    report(`${where}${path}operatingSystem "AL2" ${NO_MORE}: use ${os}`);
  }
}

function judgeAmiType(path: string, amiType: string, fix: string, report: (message: string) => void): void {
  if (OUTDATED.includes(amiType)) {
    report(`${path} ${quote(amiType)} ${NO_MORE}: ${fix}`);
  } else if (!NVIDIA.test(amiType)) {
    report(`${path} ${quote(amiType)} has no NVIDIA driver: ${fix}`);
  }
}
