import { quote } from "../../../components/config/problems.js";
import { nodeClassOf } from "../../nodes/karpenter.js";
import { type Resource, isKind } from "../../read/kinds.js";
import { at, isStated, isTrue, list, text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { selfManagedGroupOf } from "../../nodes/selfManagedGroups.js";
import { state } from "../../read/show.js";

/** EBS's driver, the one of EKS Auto Mode, and the one that Kubernetes once had built in. */
const EBS_PROVISIONERS = new Set(["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"]);

export const volumeEncrypted = resourceRule(
  {
    name: "volume-encrypted",
    description: "Volumes and file systems are encrypted.",
    why: "A snapshot shared or copied by mistake gives away weights, prompts and caches; encryption cannot be added to a volume later.",
    remediationSteps: "Set encrypted to true; it is text in a launch template and in a StorageClass.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    for (const { path, value, wanted, remark = "" } of settingsOf(resource)) {
      if (!isTrue(value)) report(`${path} ${state(value)}${remark}: set it to ${quote(wanted)}`);
    }
  },
);

interface Setting {
  path: string;
  value: unknown;
  wanted: true | "true";
  remark?: string;
}

function settingsOf(resource: Resource): Setting[] {
  const { type, props } = resource;
  if (type === "aws:ebs/volume:Volume" || type === "aws:efs/fileSystem:FileSystem") {
    return [{ path: "encrypted", value: props["encrypted"], wanted: true }];
  }
  if (type === "aws:ec2/launchTemplate:LaunchTemplate") return mappedDisks(props["blockDeviceMappings"], "", "true");
  if (type === "aws:ec2/launchConfiguration:LaunchConfiguration") {
    const root = isStated(props, "rootBlockDevice") ? [disk(props["rootBlockDevice"], "rootBlockDevice", true)] : [];
    const more = list(props["ebsBlockDevices"]).flatMap((device, index) =>
      isTrue(at(device, "noDevice")) || isStated(device, "snapshotId")
        ? []
        : [disk(device, `ebsBlockDevices[${index}]`, true)],
    );
    return [...root, ...more];
  }
  const nodeClass = nodeClassOf(resource);
  // Without mappings Karpenter makes an encrypted disk.
  if (nodeClass !== undefined) return mappedDisks(nodeClass["blockDeviceMappings"], "spec.", true);
  const group = selfManagedGroupOf(resource);
  if (group !== undefined) {
    const value = group.props["nodeRootVolumeEncrypted"];
    const remark = isStated(group.props, "encryptRootBlockDevice")
      ? " and pulumi-eks ignores encryptRootBlockDevice"
      : "";
    return [{ path: `${group.where}${group.path}nodeRootVolumeEncrypted`, value, wanted: true, remark }];
  }
  if (isKind(resource, "storage.k8s.io", "StorageClass") && EBS_PROVISIONERS.has(text(props["provisioner"]) ?? "")) {
    return [{ path: "parameters.encrypted", value: at(props, "parameters", "encrypted"), wanted: "true" }];
  }
  return [];
}

/** Of a launch template and of Karpenter's class, which spells the snapshot its own way. */
function mappedDisks(mappings: unknown, path: string, wanted: true | "true"): Setting[] {
  return list(mappings).flatMap((mapping, index) => {
    const ebs = at(mapping, "ebs");
    // There is no encryption with a snapshot: the snapshot decides.
    if (!isStated(mapping, "ebs") || isStated(ebs, "snapshotId") || isStated(ebs, "snapshotID")) return [];
    return [disk(ebs, `${path}blockDeviceMappings[${index}].ebs`, wanted)];
  });
}

function disk(ebs: unknown, path: string, wanted: true | "true"): Setting {
  return { path: `${path}.encrypted`, value: at(ebs, "encrypted"), wanted };
}
