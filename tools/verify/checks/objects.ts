/** Whether everything is there that the stack wants, and nothing runs that it does not. */
import { counted } from "../../../components/config/problems.js";
import { LABELS } from "../../../components/vocabulary/labels.js";
import { ApiError, describe } from "../../local/client.js";
import { type Check, fail, pass, skip, type Verdict } from "../check.js";
import type { Target } from "../target.js";
import type { WantedObject } from "../wanted.js";

/** Wanted objects of a kind in a namespace. */
interface Group {
  apiVersion: string;
  kind: string;
  namespace?: string;
  objects: WantedObject[];
}

export function objectsCheck(target: Target, subject: string, objects: readonly WantedObject[]): Check {
  return {
    name: "objects",
    subject,
    next: target.kubectl(
      `get deployment,service,networkpolicy,pdb,configmap -l ${LABELS.partOf}=${target.wanted.partOf}`,
    ),
    run: () => present(target, objects),
  };
}

async function present(target: Target, objects: readonly WantedObject[]): Promise<Verdict> {
  const problems: string[] = [];
  const unread: string[] = [];
  let read = 0;
  await Promise.all(
    groupsOf(objects).map(async (group) => {
      try {
        problems.push(...(await missing(target, group)));
        read += group.objects.length;
      } catch (thrown) {
        if (!(thrown instanceof ApiError)) throw thrown;
        const many = counted(group.objects.length, group.kind);
        if (thrown.status === 403 || thrown.status === 401) unread.push(`${many} may not be read`);
        else if (thrown.status === 404) problems.push(`${many} missing: the cluster does not know ${group.apiVersion}`);
        else throw thrown;
      }
    }),
  );
  const notes = unread.sort();
  if (problems.length > 0) return fail([...problems.sort(), ...notes].join("; "));
  return read === 0 && objects.length > 0
    ? skip(notes.join("; "))
    : pass([counted(read, "object"), ...notes].join("; "));
}

function groupsOf(objects: readonly WantedObject[]): Group[] {
  const groups = new Map<string, Group>();
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object.manifest;
    const { namespace } = metadata;
    const key = JSON.stringify([apiVersion, kind, namespace]);
    const group = groups.get(key) ?? { apiVersion, kind, ...(namespace !== undefined && { namespace }), objects: [] };
    group.objects.push(object);
    groups.set(key, group);
  }
  return [...groups.values()];
}

async function missing(target: Target, { apiVersion, kind, namespace, objects }: Group): Promise<string[]> {
  // A list of Secrets would bring what is in all of them.
  if (kind === "Secret") {
    const found = await Promise.all(objects.map(({ manifest }) => target.get(manifest)));
    return objects.filter((_, index) => found[index] === undefined).map(({ manifest }) => noObject(manifest));
  }
  const list = await target.list(apiVersion, kind, namespace === undefined ? {} : { namespace });
  const names = new Set(list.map(({ metadata }) => metadata.name));
  return objects.filter(({ manifest }) => !names.has(manifest.metadata.name)).map(({ manifest }) => noObject(manifest));
}

function noObject(manifest: WantedObject["manifest"]): string {
  return `no ${describe(manifest)}`;
}

/** Deployments of the stack that its config does not name: their pods take GPUs. */
export function leftoversCheck(target: Target): Check {
  return {
    name: "leftovers",
    subject: target.wanted.stack,
    next: target.kubectl(`get deployment -l ${LABELS.partOf}=${target.wanted.partOf} -L ${LABELS.release}`),
    run: async () => {
      const names = new Set(target.wanted.releases.map(({ name }) => name));
      const others = (await target.deployments()).filter(({ metadata }) => !names.has(metadata.name));
      if (others.length === 0) return pass("none");
      const texts = others.map(({ metadata, spec }) => `${metadata.name} (${counted(spec.replicas ?? 1, "replica")})`);
      return fail(`the config does not name ${texts.join(", ")}`);
    },
  };
}
