/** Folders of caches: which ones a pod has for itself. */
import type { Container } from "../pods/containers.js";
import type { Workload } from "../pods/workloads.js";
import { at, fields, list, text } from "../read/values.js";

const FOLDER = /^(\/|~\/|\$HOME\/|\$\{HOME\}\/)(?!.*\.\.)/;
/** Volumes that begin empty, and claims, which are of the pod's namespace. */
const OWN_VOLUMES = ["emptyDir", "ephemeral", "persistentVolumeClaim"];

/**
 * True for a folder of the container's own files or of a volume of the pod's own: no other program has put anything there.
 * Nodes' folders, buckets and shares of files have other writers.
 */
export function isOwnFolder(path: string, container: Container, workload: Workload): boolean {
  if (!FOLDER.test(path)) return false;
  const volume = volumeAt(path, container, workload);
  const kinds = Object.keys(fields(volume)).filter((key) => key !== "name");
  // A template of claims is no volume of the pod's, and a part of a pod does not state them all.
  return kinds.every((kind) => OWN_VOLUMES.includes(kind));
}

/** The volume that a path of the container is on; `undefined` for its own files. */
export function volumeAt(path: string, container: Container, workload: Workload): unknown {
  const places = list(container.fields["volumeMounts"]).flatMap((mount) => {
    const place = text(at(mount, "mountPath"))?.replace(/\/+$/, "");
    const isAbove = place !== undefined && `${path}/`.startsWith(`${place}/`);
    return isAbove ? [{ place, name: at(mount, "name") }] : [];
  });
  const [deepest] = places.sort((a, b) => b.place.length - a.place.length);
  return list(workload.podSpec["volumes"]).find(
    (volume) => deepest !== undefined && at(volume, "name") === deepest.name,
  );
}
