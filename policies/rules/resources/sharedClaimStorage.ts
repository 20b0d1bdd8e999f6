import { quote } from "../../../components/config/problems.js";
import { isKind } from "../../read/kinds.js";
import { at, strings, text } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { nameOf } from "../../pods/workloads.js";

const SHARED = new Set(["ReadWriteMany", "ReadOnlyMany"]);
/** Classes of block storage that AWS, Google, Azure, DigitalOcean and others ship, by their usual names. */
const BLOCK_CLASS =
  /^(gp2|gp3|io1|io2|st1|sc1|ebs|standard-rwo|premium-rwo|managed-csi|managed-premium|do-block|linode-block|hcloud-volumes)(-|$)|^(pd|ebs|hyperdisk)-/;
const BLOCK_PROVISIONER =
  /^(ebs\.csi\.(aws|eks\.amazonaws)\.com|kubernetes\.io\/(aws-ebs|gce-pd|azure-disk|cinder)|pd\.csi\.storage\.gke\.io|disk\.csi\.azure\.com|dobs\.csi\.digitalocean\.com|csi\.hetzner\.cloud|linodebs\.csi\.linode\.com)$/;

export const sharedClaimStorage = stackRule(
  {
    name: "shared-claim-storage",
    description: "A claim for many readers uses storage that allows them.",
    why: "Block storage attaches to one node: the second replica waits for its volume for ever.",
    remediationSteps:
      "Use a class of file or object storage (EFS, FSx for Lustre, Filestore, Azure Files), or ReadWriteOnce.",
    severity: "medium",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        blockClasses: {
          type: "array",
          items: { type: "string" },
          default: [],
          description: "Names of further storage classes on block storage.",
        },
      },
    },
  },
  ({ resources }, report, settings) => {
    const further = strings(settings["blockClasses"]);
    const classes = resources.filter((resource) => isKind(resource, "storage.k8s.io", "StorageClass"));
    for (const claim of resources.filter((resource) => isKind(resource, "core", "PersistentVolumeClaim"))) {
      const className = text(at(claim.props, "spec", "storageClassName"));
      const mode = strings(at(claim.props, "spec", "accessModes")).find((item) => SHARED.has(item));
      if (className === undefined || mode === undefined) continue;
      const definition = classes.find((resource) => nameOf(resource) === className);
      const provisioner = text(definition?.props["provisioner"]);
      // What a class is called says less than what provisions it.
      const isBlock =
        provisioner === undefined
          ? BLOCK_CLASS.test(className) || further.includes(className)
          : BLOCK_PROVISIONER.test(provisioner);
      if (!isBlock) continue;
      report(
        claim.urn,
        `PersistentVolumeClaim ${quote(nameOf(claim))} asks for ${mode} of class ${quote(className)}, which is block ` +
          `storage for one node: use shared storage such as EFS or FSx for Lustre`,
      );
    }
  },
);
