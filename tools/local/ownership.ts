/**
 * What belongs to a run of `npm run local`: everything that it created carries the run's random id.
 *
 * Nothing else is ever changed or deleted, whatever its name or labels: the cluster may be somebody else's.
 */
import { randomBytes } from "node:crypto";
import { LABELS, LOCAL_RUN } from "../../components/vocabulary/labels.js";
import { ApiError, type Cluster, describe, isConflict, type KubernetesObject } from "./client.js";

const ID_BYTES = 8;
/** Attempts: controllers write into objects all the time, and each time the object must be read again. */
const ATTEMPTS = 20;

/** A new id, 16 hex digits. */
export function newRun(): string {
  return randomBytes(ID_BYTES).toString("hex");
}

/** The labels by which everything of a run is found. */
export function marks(run: string): Record<string, string> {
  return { [LOCAL_RUN]: run };
}

/** The object with the id of the run. */
export function withMark(object: KubernetesObject, run: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...marks(run) } } };
}

export function isMarked({ metadata }: KubernetesObject, run: string): boolean {
  return metadata.labels?.[LOCAL_RUN] === run;
}

/** Whose an object is, by its own labels and annotations. */
export function whose({ metadata: { labels = {}, managedFields = [] } }: KubernetesObject): string {
  const run = labels[LOCAL_RUN];
  if (run !== undefined) return `of another run of npm run local (${LOCAL_RUN}=${run})`;
  const [stack, manager] = [labels[LABELS.partOf], labels[LABELS.managedBy]];
  if (stack !== undefined) return `of stack ${stack}${manager === undefined ? "" : `, managed by ${manager}`}`;
  if (manager !== undefined) return `managed by ${manager}`;
  const [first] = managedFields;
  return first?.manager === undefined ? "of somebody else" : `made by ${JSON.stringify(first.manager)}`;
}

function taken(object: KubernetesObject, found: KubernetesObject): ApiError {
  return new ApiError(409, describe(object), `is there and ${whose(found)}, so it is left as it is`);
}

/**
 * Creates an object, or updates the run's own one.
 *
 * @param old the object as it was read, if it existed
 * @param once leave an existing object as it is
 * @throws ApiError of status 409 when a foreign object has that name, even if it was created only meanwhile
 */
export async function putOwn(
  cluster: Cluster,
  object: KubernetesObject,
  run: string,
  old: KubernetesObject | undefined,
  once: boolean,
): Promise<KubernetesObject> {
  let found = old;
  for (let attempt = 1; ; attempt += 1) {
    if (found !== undefined && !isMarked(found, run)) throw taken(object, found);
    try {
      if (found === undefined) return await (once ? cluster.create(object) : cluster.make(object));
      return once ? found : await cluster.applyOver(found, object);
    } catch (thrown) {
      if (!isConflict(thrown) || attempt === ATTEMPTS) throw thrown;
      const now = await cluster.get(object);
      // A conflict about nothing: not a name that is taken.
      if (now === undefined && found === undefined) throw thrown;
      found = now;
    }
  }
}

/**
 * Deletes an object of the run, as long as it is the same one and the run's.
 *
 * @returns whether it is being deleted or is gone
 */
export async function removeOwn(cluster: Cluster, object: KubernetesObject, run: string): Promise<boolean> {
  let found: KubernetesObject | undefined = object;
  for (let attempt = 1; ; attempt += 1) {
    if (found === undefined || found.metadata.uid !== object.metadata.uid) return true;
    if (!isMarked(found, run)) return false;
    if (found.metadata.deletionTimestamp !== undefined) return true;
    const { uid, resourceVersion } = found.metadata;
    try {
      await cluster.remove(found, undefined, { uid: uid!, resourceVersion: resourceVersion! });
      return true;
    } catch (thrown) {
      if (!isConflict(thrown) || attempt === ATTEMPTS) throw thrown;
      found = await cluster.get(object);
    }
  }
}

/** The run's objects among these with what they own, such as a Deployment's ReplicaSets and their pods. */
export function familyOf(objects: readonly KubernetesObject[], run: string): Set<KubernetesObject> {
  const family = new Set(objects.filter((object) => isMarked(object, run)));
  const uids = new Set([...family].flatMap(({ metadata }) => metadata.uid ?? []));
  for (let before = -1; before !== family.size;) {
    before = family.size;
    for (const object of objects) {
      const owned = object.metadata.ownerReferences?.some(({ uid }) => uid !== undefined && uids.has(uid)) ?? false;
      if (!owned || family.has(object)) continue;
      family.add(object);
      if (object.metadata.uid !== undefined) uids.add(object.metadata.uid);
    }
  }
  return family;
}
