import assert from "node:assert/strict";

import { runPrune } from "../../../tools/cache/pruneRun.js";
import type { RunCluster } from "../../../tools/cluster/runJob.js";
import type { KubernetesObject } from "../../../tools/local/client.js";

const JOB: KubernetesObject = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "prod-cache-list", namespace: "models" },
};
const LISTING = { revisions: [], others: [], bytes: 0, freedBytes: 0 };

/** A cluster in which a Job ends as told, and its pod leaves a log. */
function ending(type: "Complete" | "Failed" | undefined, log: string): { cluster: RunCluster; calls: string[] } {
  const calls: string[] = [];
  const cluster = {
    create: (object: KubernetesObject) => {
      calls.push(`create ${object.metadata.name.replace(/[0-9a-f]{8}$/, "…")}`);
      return Promise.resolve(object);
    },
    get: (object: object) =>
      Promise.resolve({
        ...object,
        status: { conditions: type === undefined ? [] : [{ type, status: "True", message: "BackoffLimitExceeded" }] },
      }),
    list: () =>
      Promise.resolve([
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "list-1", namespace: "models", creationTimestamp: "2026-11-26T10:00:00Z" },
          status: { conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }] },
        },
      ]),
    text: (path: string) => {
      calls.push(path);
      return Promise.resolve(log);
    },
    remove: (object: KubernetesObject) => {
      calls.push(`remove ${object.metadata.name.replace(/[0-9a-f]{8}$/, "…")}`);
      return Promise.resolve();
    },
  };
  return { cluster: cluster as unknown as RunCluster, calls };
}

describe("a run of prune.py in the cluster", () => {
  it("is a Job that goes again, and what its log says last", async () => {
    const { cluster, calls } = ending("Complete", `2026 looks\n${JSON.stringify(LISTING)}\n`);
    assert.deepEqual(await runPrune(cluster, JOB, { pollMs: 1 }), LISTING);
    assert.deepEqual(calls, [
      "create prod-cache-list-…",
      "/api/v1/namespaces/models/pods/list-1/log",
      "remove prod-cache-list-…",
    ]);
  });

  it("that fails says why, and its Job goes all the same", async () => {
    const { cluster, calls } = ending("Failed", "2026 refused, a retry is useless: keep: a list is wanted\n");
    await assert.rejects(
      runPrune(cluster, JOB, { pollMs: 1 }),
      /Job models\/prod-cache-list-\w+ failed \(BackoffLimitExceeded\): 2026 refused, a retry is useless: keep/,
    );
    assert.equal(calls.at(-1), "remove prod-cache-list-…");
  });

  it("that does not end in time says what its pod waits for", async () => {
    const { cluster } = ending(undefined, "");
    await assert.rejects(
      runPrune(cluster, JOB, { pollMs: 1, seconds: 0.01 }),
      /has not ended in 0.01 s: 0\/3 nodes are available/,
    );
  });

  it("that prints something else is no list", async () => {
    const { cluster } = ending("Complete", "hello\n");
    await assert.rejects(runPrune(cluster, JOB, { pollMs: 1 }), /said "hello" in place of a list/);
  });
});
