/** Names of dashboards, which links, alerts and ConfigMaps share. Loads nothing of Grafana's SDK. */
import { createHash } from "node:crypto";

/** The dashboards, and their titles. */
export const BOARDS = {
  fleet: "Fleet",
  model: "Model",
  gpu: "GPU",
  batch: "Batch and cache",
  cost: "Cost",
  tenants: "Tenants",
} as const;
export type BoardName = keyof typeof BOARDS;

/** Grafana takes no longer one: https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/dashboard/ */
const MOST = 40;
const HASH = 8;

/**
 * A dashboard's uid, and the name of its ConfigMap. Each stack has its own, since Grafana refuses two dashboards of one uid, and stacks may share a Grafana.
 *
 * @param stack its name
 */
export function dashboardUid(board: BoardName, stack: string): string {
  const plain = stack.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  const uid = `vllm-${board}-${plain}`;
  // A name that had to be changed could be that of another stack.
  if (plain === stack && uid.length <= MOST && /[a-z0-9]$/.test(uid)) return uid;
  const hash = createHash("sha256").update(stack).digest("hex").slice(0, HASH);
  return `${uid.slice(0, MOST - HASH - 1)}-${hash}`;
}

/** A dashboard's title: in a Grafana with two stacks it says which. */
export function dashboardTitle(board: BoardName, stack: string): string {
  return `vLLM / ${BOARDS[board]} / ${stack}`;
}
