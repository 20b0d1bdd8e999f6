/** Which block storage is behind a claim or a volume, as far as the program says it. */
import {
  BLOCK_STORAGE,
  type BlockStorage,
  blockStorageNamed,
  blockStorageOf,
} from "../../components/facts/kubernetes/blockStorage.js";
import { nameOf } from "../pods/workloads.js";
import { isKind, type Resource } from "../read/kinds.js";
import { at, type Fields, isTrue, text } from "../read/values.js";
import type { Claim } from "./claims.js";

const IS_DEFAULT = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

/** Block storage of whose abilities nothing is known. */
const SOME: BlockStorage = { provisioners: [] };
/** What EKS, GKE and AKS have for claims without a class; Google's disks can be read by many. */
const OF_CLOUDS: BlockStorage = { provisioners: [], readByMany: true };

export class StorageClasses {
  private readonly classes: readonly Resource[];

  /** @param further names of classes on block storage */
  constructor(
    resources: readonly Resource[],
    private readonly further: readonly string[],
  ) {
    this.classes = resources.filter((resource) => isKind(resource, "storage.k8s.io", "StorageClass"));
  }

  /** The storage of a claim that gets a new volume, with the class as messages name it. */
  blockBehind(claim: Claim): { className?: string; storage: BlockStorage } | undefined {
    const className = text(claim.spec["storageClassName"]) ?? claim.annotatedClass;
    if (className !== undefined) {
      // Without a name, a volume that exists already is meant.
      const storage = className === "" ? undefined : this.blockOf(className);
      return storage && { className, storage };
    }
    if (text(claim.spec["volumeName"]) !== undefined) return undefined;
    const standard = this.classes.find((resource) =>
      IS_DEFAULT.some((key) => isTrue(at(resource.props, "metadata", "annotations", key))),
    );
    const storage = standard === undefined ? OF_CLOUDS : this.blockOf(nameOf(standard));
    return storage && { storage };
  }

  /** What a class is called says less than what provisions it. */
  private blockOf(className: string): BlockStorage | undefined {
    const definition = this.classes.find((resource) => nameOf(resource) === className);
    const provisioner = text(definition?.props["provisioner"]);
    if (provisioner !== undefined) return blockStorageOf(provisioner);
    return blockStorageNamed(className) ?? (this.further.includes(className) ? SOME : undefined);
  }
}

/** The block storage that a PersistentVolume is on. */
export function blockOfVolume(spec: Fields): BlockStorage | undefined {
  const driver = text(at(spec, "csi", "driver"));
  if (driver !== undefined) return blockStorageOf(driver);
  return BLOCK_STORAGE.find(({ volumeField }) => volumeField !== undefined && Object.hasOwn(spec, volumeField));
}
