/** Takes a stack out of a cluster. */
import { LABELS } from "../../components/contract/labels.js";
import { prune } from "./apply.js";
import type { Cluster } from "./client.js";
import { until } from "./processes.js";

/** Longer than a namespace full of objects takes to go. */
export const DELETE_SECONDS = 60;

/** @throws LocalFailure when something has not gone in a minute */
export async function removeStack(cluster: Cluster, stack: string): Promise<void> {
  const labels = { [LABELS.partOf]: stack };
  await prune(cluster, stack, []);
  // Before its namespace: that, once it is told to go, looks for pods again only after half of their grace period.
  await until("the end of the stack's pods", async () => (await cluster.list("v1", "Pod", { labels })).length === 0, {
    seconds: DELETE_SECONDS,
  });
  const wide = await Promise.all([
    cluster.list("v1", "Namespace", { labels }),
    cluster.list("scheduling.k8s.io/v1", "PriorityClass", { labels }),
  ]);
  for (const object of wide.flat()) await cluster.remove(object);
  await until(
    "the end of the stack's namespace",
    async () => (await cluster.list("v1", "Namespace", { labels })).length === 0,
    { seconds: DELETE_SECONDS },
  );
}
