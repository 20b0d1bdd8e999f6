/** Who uses which revision of a cache: releases of the stack, and workloads of the cluster, whoever has put them there. */
import { ANNOTATIONS } from "../../components/vocabulary/labels.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import { foldersOf } from "../../components/derive/weights/objects.js";
import { runtimeName } from "../../components/derive/objects.js";
import { Failure } from "../failure.js";
import { ApiError, type Cluster, describe, type KubernetesObject } from "../local/client.js";

/** Kinds whose objects say what their pods load; a batch's PodTemplate speaks for runs that are still to come. */
const KINDS = [
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "DaemonSet" },
  { apiVersion: "batch/v1", kind: "Job" },
  { apiVersion: "v1", kind: "PodTemplate" },
] as const;

/** Users by folder of the cache. */
export type Users = ReadonlyMap<string, readonly string[]>;

/** @throws Failure where something cannot be read: what is not seen would be removed */
export async function usersOf(
  cluster: Pick<Cluster, "list">,
  stack: string,
  plans: readonly RuntimePlan[],
): Promise<Users> {
  const users = new Map<string, string[]>();
  const add = (folder: string, user: string): void => void users.set(folder, [...(users.get(folder) ?? []), user]);
  for (const plan of plans) for (const folder of foldersOf(plan)) add(folder, `${runtimeName(plan)} of stack ${stack}`);
  const lists = await Promise.all(KINDS.map(({ apiVersion, kind }) => readable(cluster, apiVersion, kind)));
  for (const object of lists.flat()) for (const folder of named(object)) add(folder, describe(object));
  return users;
}

async function readable(cluster: Pick<Cluster, "list">, apiVersion: string, kind: string): Promise<KubernetesObject[]> {
  try {
    const found = await cluster.list(apiVersion, kind);
    // Of lists the API server leaves the kind out.
    return found.map((object) => ({ ...object, apiVersion, kind }));
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    throw new Failure(
      `nobody can tell who uses the cache, since ${kind}s of all namespaces cannot be read: ${thrown.message}. ` +
        "Ask for a role that may list Deployments, DaemonSets, Jobs and PodTemplates",
    );
  }
}

function named({ metadata: { annotations } }: KubernetesObject): string[] {
  const text = annotations?.[ANNOTATIONS.weights];
  return text === undefined || text === "" ? [] : text.split(",");
}
