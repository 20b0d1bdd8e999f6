/** Secrets and ConfigMaps as folders, as a pod mounts them. */
import { join } from "node:path";
import type { Cluster, KubernetesObject } from "../client.js";
import { type Folders, makePrivateFolder, writePrivate } from "../folders.js";

/** @returns the folder, one file a key; `undefined` while there is no such object */
export async function mounted(
  cluster: Cluster,
  folders: Folders,
  kind: "Secret" | "ConfigMap",
  namespace: string,
  name: string,
): Promise<string | undefined> {
  const found = await cluster.get<KubernetesObject & { data?: Record<string, string> }>({
    apiVersion: "v1",
    kind,
    metadata: { name, namespace },
  });
  if (found?.data === undefined) return undefined;
  const folder = join(folders.run, "mounts", `${kind}-${namespace}-${name}`.toLowerCase());
  makePrivateFolder(folder);
  for (const [key, value] of Object.entries(found.data))
    writePrivate(join(folder, key), kind === "Secret" ? Buffer.from(value, "base64").toString() : value);
  return folder;
}
