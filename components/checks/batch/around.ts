/** What batches and the config's other sections may not say together. */
import { joinPath } from "../../config/parse.js";
import { error, type Problem, quote, warning } from "../../config/problems.js";
import type { Access } from "../../contract/access.js";
import type { BatchQuota } from "../../contract/batch.js";
import { isReachable } from "../../derive/access.js";
import { addressOf } from "../../derive/batch/places.js";
import { type BatchPlan, hasEngine } from "../../derive/batch/plan.js";

/** What a batch runs in. */
export interface BatchSurroundings {
  access: Access;
  /** Of the models. */
  namespace: string;
  /** Whether the stack builds the cluster, and so can bind a role to the pods; `undefined` where nobody can tell. */
  isBuilt: boolean | undefined;
}

/** @param path of the section, such as `vllm:batch` */
export function checkAround(batches: readonly BatchPlan[], around: BatchSurroundings, path: string): Problem[] {
  return batches.flatMap((batch) => {
    const at = joinPath(path, [batch.name]);
    return [
      ...checkPlaces(batch, around, at),
      ...checkIdentity(batch, around, at),
      ...checkClient(batch, around, `${at}.route`),
    ];
  });
}

/** A place that the network closes would be found out by the first pod of the first run. */
function checkPlaces({ input, output }: BatchPlan, { access, namespace }: BatchSurroundings, path: string): Problem[] {
  return Object.entries({ input, output }).flatMap(([key, place]) => {
    const address = place && addressOf(place);
    // A rule for a namespace of the cluster is made with the batch.
    if (address === undefined || access.egress === undefined || isReachable(access, address, namespace)) return [];
    const message =
      `is at ${quote(`${address.host}:${address.port}`)}, which vllm:access.egress closes: ` +
      "add a rule with that address or namespace, port and reason";
    return [error(`${path}.${key}`, message)];
  });
}

/** Credentials in a file or a Secret would be a key that never ends. */
function checkIdentity(
  { input, output, podIdentity }: BatchPlan,
  { isBuilt }: BatchSurroundings,
  path: string,
): Problem[] {
  const usesS3 = [input, output].some((place) => place?.s3 !== undefined);
  if (!usesS3 || podIdentity !== undefined || isBuilt !== false) return [];
  const message =
    "is missing: on an existing cluster nothing gives the pods a role for S3. Give roleArn or annotations, or bind a role " +
    "to the accounts by EKS Pod Identity yourself";
  return [warning(`${path}.podIdentity`, message)];
}

/** A model admits pods of the namespaces that its config names, and a batch's are in the models' own. */
function checkClient({ work }: BatchPlan, { access, namespace }: BatchSurroundings, path: string): Problem[] {
  const { clientNamespaces } = access;
  if (hasEngine(work) || clientNamespaces === undefined || clientNamespaces.includes(namespace)) return [];
  const message = `the batch's pods are in ${quote(namespace)}, which vllm:access.clientNamespaces does not name: add it`;
  return [error(path, message)];
}

/** @param path of the quota */
export function checkQuota(quota: BatchQuota | undefined, batches: readonly BatchPlan[], path: string): Problem[] {
  if (quota === undefined) return [];
  if (batches.length === 0) return [warning(path, "there is no batch, so nothing counts: leave it out")];
  return batches.flatMap(({ name, queue, work }) => {
    const needed = hasEngine(work) ? work.release.gpu.count : 0;
    if (queue !== undefined) {
      const message = `would count the pods of ${quote(name)}, too, whose queue has a quota of its own: give one of both`;
      return [error(path, message)];
    }
    if (needed <= quota.gpus) return [];
    const message = `${quota.gpus} is less than what one pod of ${quote(name)} has, which then never starts: use at least ${needed}`;
    return [error(`${path}.gpus`, message)];
  });
}
