import type { BlockStorage } from "../../../components/facts/kubernetes/blockStorage.js";
import { quote } from "../../../components/config/problems.js";
import { shownNameOf } from "../../pods/workloads.js";
import { isKind } from "../../read/kinds.js";
import { all, each } from "../../read/unknown.js";
import { type Fields, fields, strings } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { namedClaimsOf, ownClaimsOf } from "../../storage/claims.js";
import { blockOfVolume, StorageClasses } from "../../storage/classes.js";

export const sharedClaimStorage = stackRule(
  {
    name: "shared-claim-storage",
    description: "A claim for many readers uses storage that allows them.",
    why: "Block storage attaches to one node: the second replica waits for its volume for ever.",
    remediationSteps:
      "Use a class of file or object storage (EFS, FSx for Lustre, Filestore, Azure Files), or ReadWriteOnce.",
    equalForms:
      "PersistentVolumeClaims, `volumeClaimTemplates`, `ephemeral` volumes of pods and PersistentVolumes are judged. A StorageClass of the program says what provisions a class, else its usual name (`gp3`, `standard-rwo`, `managed-csi` and further ones); a claim without a class gets the program's default class, else the clouds', which is block storage. Reading by many is good on Google's disks, Hyperdisk ML among them, and on Ceph's RBD; `volumeMode: Block`, `storageClassName: \"\"` and a claim that names its volume are not judged, nor are classes of unknown names.",
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
  ({ resources, workloads }, report, settings) => {
    const classes = new StorageClasses(resources, strings(settings["blockClasses"]));
    const volumes = resources.filter((resource) => isKind(resource, "core", "PersistentVolume"));
    all(
      () =>
        each([...namedClaimsOf(resources), ...ownClaimsOf(resources, workloads)], (claim) => {
          if (sharedModes(claim.spec).length === 0) return;
          const { className, storage } = classes.blockBehind(claim) ?? {};
          const mode = storage && refusedMode(claim.spec, storage);
          if (mode === undefined) return;
          const what =
            className === undefined
              ? "and names no class; the default class is block storage for one node: name a class of"
              : `of class ${quote(className)}, which is block storage for one node: use`;
          report(claim.urn, `${claim.where} asks for ${mode} ${what} shared storage such as EFS or FSx for Lustre`);
        }),
      () =>
        each(volumes, (volume) => {
          const spec = fields(volume.props["spec"]);
          const storage = sharedModes(spec).length === 0 ? undefined : blockOfVolume(spec);
          const mode = storage && refusedMode(spec, storage);
          if (mode === undefined) return;
          report(
            volume.urn,
            `PersistentVolume ${quote(shownNameOf(volume))} offers ${mode} on block storage for one node: ` +
              "use shared storage such as EFS or FSx for Lustre",
          );
        }),
    );
  },
);

function sharedModes(spec: Fields): string[] {
  return strings(spec["accessModes"]).filter((mode) => mode === "ReadWriteMany" || mode === "ReadOnlyMany");
}

/** Raw devices are shared by programs that know how, such as cluster filesystems. */
function refusedMode(spec: Fields, { readByMany }: BlockStorage): string | undefined {
  if (spec["volumeMode"] === "Block") return undefined;
  return sharedModes(spec).find((mode) => mode === "ReadWriteMany" || readByMany !== true);
}
