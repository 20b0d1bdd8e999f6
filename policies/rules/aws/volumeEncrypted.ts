import { quote } from "../../../components/config/problems.js";
import { isPart, nodeClassOf } from "../../nodes/karpenter.js";
import { type Resource, isKind } from "../../read/kinds.js";
import { type Machine, machineOf } from "../../nodes/machines.js";
import { each } from "../../read/unknown.js";
import { at, fields, isStated, isTrue, list, text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { selfManagedGroupOf } from "../../nodes/selfManagedGroups.js";
import { state } from "../../read/show.js";

/** EBS's driver, the one of EKS Auto Mode, and the one that Kubernetes once had built in. */
const EBS_PROVISIONERS = new Set(["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"]);

const VOLUMES = [
  "aws:ebs/volume:Volume",
  "aws:efs/fileSystem:FileSystem",
  "aws-native:ec2:Volume",
  "aws-native:efs:FileSystem",
];

export const volumeEncrypted = resourceRule(
  {
    name: "volume-encrypted",
    description: "Volumes and file systems are encrypted.",
    why: "A snapshot shared or copied by mistake gives away weights, prompts and caches; encryption cannot be added to a volume later.",
    remediationSteps: "Set encrypted to true; it is text in a launch template and in a StorageClass.",
    equalForms:
      "Judged alike: volumes and EFS file systems, the disks that instances, spot requests, launch templates and launch configurations state, of the AWS and AWS Native providers; Karpenter's EC2NodeClass, groups of pulumi-eks, and StorageClasses of EBS. " +
      "True is `true` or `\"true\"`. A disk of a snapshot or of the image's own is left to that; FSx always encrypts. Not seen: the account's default encryption.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    each(settingsOf(resource), ({ path, value, wanted, remark = "" }) => {
      if (!isTrue(value)) report(`${path} ${state(value)}${remark}: set it to ${quote(wanted)}`);
    });
  },
);

interface Setting {
  path: string;
  /** Reading one that is not known yet throws. */
  readonly value: unknown;
  wanted: true | "true";
  remark?: string;
}

function settingsOf(resource: Resource): Setting[] {
  const { type, props } = resource;
  if (VOLUMES.includes(type)) return ofSnapshot(props) ? [] : [disk(props, "")];
  const machine = machineOf(resource);
  if (machine !== undefined) return machineDisks(machine, type);
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
    // Nobody can change parameters, so a patch without them is of something else.
    if (isPart(resource) && !isStated(props, "parameters")) return [];
    return [{ path: "parameters.encrypted", value: parameter(props["parameters"], "encrypted"), wanted: "true" }];
  }
  return [];
}

/** The driver takes names of parameters in any case: `CreateVolume` in pkg/driver/controller.go of aws-ebs-csi-driver 429e202, read 2026-11-26. */
function parameter(parameters: unknown, name: string): unknown {
  const key = Object.keys(fields(parameters)).find((key) => key.toLowerCase() === name);
  return key === undefined ? undefined : at(parameters, key);
}

/** Those that it states; the image decides on others. AWS' classic provider has a machine's disks as lists of their own. */
function machineDisks({ props, path }: Machine, type: string): Setting[] {
  const root = isStated(props, "rootBlockDevice") ? [disk(at(props, "rootBlockDevice"), "rootBlockDevice.")] : [];
  const more = list(props["ebsBlockDevices"]).flatMap((device, index) =>
    isTrue(at(device, "noDevice")) || ofSnapshot(device) ? [] : [disk(device, `ebsBlockDevices[${index}].`)],
  );
  const wanted = type === "aws:ec2/launchTemplate:LaunchTemplate" ? "true" : true;
  return [...root, ...more, ...mappedDisks(props["blockDeviceMappings"], path, wanted)];
}

function mappedDisks(mappings: unknown, path: string, wanted: true | "true"): Setting[] {
  return list(mappings).flatMap((mapping, index) => {
    const ebs = at(mapping, "ebs");
    if (!isStated(mapping, "ebs") || ofSnapshot(ebs)) return [];
    return [disk(ebs, `${path}blockDeviceMappings[${index}].ebs.`, wanted)];
  });
}

/** The snapshot decides. Karpenter spells it in its own way. */
function ofSnapshot(ebs: unknown): boolean {
  return isStated(ebs, "snapshotId") || isStated(ebs, "snapshotID");
}

function disk(ebs: unknown, path: string, wanted: true | "true" = true): Setting {
  return {
    path: `${path}encrypted`,
    get value() {
      return at(ebs, "encrypted");
    },
    wanted,
  };
}
