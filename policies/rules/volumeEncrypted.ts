import { quote } from "../../components/config/problems.js";
import { type Resource, isKind } from "../kinds.js";
import { at, isStated, isTrue, list, text } from "../read.js";
import { resourceRule } from "../rule.js";
import { state } from "../show.js";

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
    for (const { path, value, wanted } of settingsOf(resource)) {
      if (!isTrue(value)) report(`${path} ${state(value)}: set it to ${quote(wanted)}`);
    }
  },
);

interface Setting {
  path: string;
  value: unknown;
  wanted: true | "true";
}

function settingsOf(resource: Resource): Setting[] {
  const { type, props } = resource;
  if (type === "aws:ebs/volume:Volume" || type === "aws:efs/fileSystem:FileSystem") {
    return [{ path: "encrypted", value: props["encrypted"], wanted: true }];
  }
  if (type === "aws:ec2/launchTemplate:LaunchTemplate") {
    return list(props["blockDeviceMappings"]).flatMap((mapping, index): Setting[] => {
      const ebs = at(mapping, "ebs");
      // A launch template takes no encryption with a snapshot: the snapshot decides.
      if (!isStated(mapping, "ebs") || isStated(ebs, "snapshotId")) return [];
      const path = `blockDeviceMappings[${index}].ebs.encrypted`;
      return [{ path, value: at(ebs, "encrypted"), wanted: "true" }];
    });
  }
  if (isKind(resource, "storage.k8s.io", "StorageClass") && EBS_PROVISIONERS.has(text(props["provisioner"]) ?? "")) {
    return [{ path: "parameters.encrypted", value: at(props, "parameters", "encrypted"), wanted: "true" }];
  }
  return [];
}
