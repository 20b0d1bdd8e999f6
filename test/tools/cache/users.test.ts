import assert from "node:assert/strict";

import { usersOf } from "../../../tools/cache/users.js";
import { ApiError, type KubernetesObject } from "../../../tools/local/client.js";
import { CLAIM, cachedPlan, FOLDER } from "../../cache/fixtures.js";

const OTHER = `weights/acme--legal/${"a".repeat(40)}`;

function object(name: string, weights?: string): KubernetesObject {
  const annotations = weights === undefined ? {} : { "pulumi-vllm.dev/weights": weights };
  // As the API server lists them: without their kind.
  return { metadata: { name, namespace: "models", annotations } } as unknown as KubernetesObject;
}

describe("users of a cache's revisions", () => {
  it("are releases of the stack, and whatever of the cluster names a folder", async () => {
    const lists: Record<string, KubernetesObject[]> = {
      Deployment: [object("chat-r1", FOLDER), object("plain")],
      Job: [object("fill-legal", OTHER)],
      PodTemplate: [object("docs", `${FOLDER},${OTHER}`)],
    };
    const cluster = { list: (_: string, kind: string) => Promise.resolve((lists[kind] ?? []) as never) };
    assert.deepEqual(Object.fromEntries(await usersOf(cluster, "prod", [cachedPlan(CLAIM)])), {
      [FOLDER]: ["chat-r1 of stack prod", "Deployment models/chat-r1", "PodTemplate models/docs"],
      [OTHER]: ["Job models/fill-legal", "PodTemplate models/docs"],
    });
  });

  it("that cannot be read are not taken for none", async () => {
    const cluster = {
      list: (_: string, kind: string) =>
        kind === "Job" ? Promise.reject(new ApiError(403, "Job", "jobs.batch is forbidden")) : Promise.resolve([]),
    };
    await assert.rejects(
      usersOf(cluster, "prod", []),
      /nobody can tell who uses the cache, since Jobs .* jobs.batch is forbidden/,
    );
  });
});
