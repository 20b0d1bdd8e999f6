import { quote } from "../../components/config/problems.js";
import { nodeGroupOf } from "../nodeGroups.js";
import { resourceRule } from "../rule.js";

const NVIDIA = /_NVIDIA(_FIPS)?$/;

export const gpuNodeAmi = resourceRule(
  {
    name: "gpu-node-ami",
    description: "A GPU node group states an image with NVIDIA's driver.",
    why: "EKS's default image has no driver: the nodes join without GPUs, are paid for, and every GPU pod stays pending.",
    remediationSteps: "Set amiType to AL2023_x86_64_NVIDIA, BOTTLEROCKET_x86_64_NVIDIA or their ARM_64 forms.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const group = nodeGroupOf(resource);
    if (!group?.hasGpus) return;
    const { amiType, nvidiaAmiType } = group;
    const fix = `use ${nvidiaAmiType}`;
    if (amiType === undefined) {
      if (group.imageIsChosenByComponent) return;
      report(`amiType is not set, and EKS's default image has no NVIDIA driver: ${fix}`);
    } else if (amiType === "CUSTOM") {
      if (group.hasLaunchTemplate) return;
      report(`amiType "CUSTOM" without a launchTemplate, which has to name the image: add one, or ${fix}`);
    } else if (amiType === "AL2_x86_64_GPU") {
      // https://docs.aws.amazon.com/eks/latest/userguide/al2023.html: none since 2025-11-26.
      report(`amiType "AL2_x86_64_GPU" is outdated, EKS publishes no images of Amazon Linux 2 any more: ${fix}`);
    } else if (!NVIDIA.test(amiType)) {
      report(`amiType ${quote(amiType)} has no NVIDIA driver: ${fix}`);
    }
  },
);
