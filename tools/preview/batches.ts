/** A stack's batches: what they run, on what, and what that costs while it runs. */
import { type BatchPlan, hasEngine } from "../../components/derive/batch/plan.js";
import { replicaCost } from "../../components/derive/nodes/cost.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import type { StackConfig } from "../../stacks/config.js";
import { colours as pc } from "../colours.js";
import { costRange } from "./money.js";
import { fittingTable } from "./table.js";

export interface BatchReport {
  batch: string;
  class: BatchPlan["class"];
  endpoint: string;
  /** Hugging Face id and commit; of a batch that is sent to a model, the model's key. */
  runs: { weights: string; revision: string } | { route: string };
  /** Absent where a batch has no GPU of its own. */
  gpu?: { type: string; count: number };
  /** Pods at once, at most. */
  pods: number;
  /** Absent where runs are submitted. */
  schedule?: string;
  /** On-demand, of one pod alone and of all, while a run goes on. */
  hourlyUsd?: { minUsd: number; maxUsd: number };
}

export function batchReport(plan: BatchPlan, config: Pick<StackConfig, "cluster" | "observability">): BatchReport {
  const { name, endpoint, parallelism, schedule, work } = plan;
  const common = {
    batch: name,
    class: plan.class,
    endpoint,
    pods: parallelism,
    ...(schedule !== undefined && { schedule }),
  };
  if (!hasEngine(work)) return { ...common, runs: { route: work.route.model } };
  const { model, gpu } = work.release;
  const each = replicaCost(work.release, nodeGroupsOf(config.cluster), config.observability.prices.hourlyUsd);
  const digits = (usd: number): number => Number(usd.toFixed(4));
  return {
    ...common,
    runs: { weights: model.id, revision: model.revision },
    gpu: { type: gpu.type, count: gpu.count },
    ...(each !== undefined && {
      hourlyUsd: { minUsd: digits(each.minUsd), maxUsd: digits(each.maxUsd * parallelism) },
    }),
  };
}

/** @param width columns of the terminal, which the table keeps to */
export function batchLines(batches: readonly BatchReport[], width: number): string[] {
  const rows = batches.map(({ batch, class: trafficClass, endpoint, runs, gpu, pods, schedule, hourlyUsd }) => [
    batch,
    trafficClass,
    "route" in runs ? `through ${runs.route}` : `${runs.weights}@${runs.revision.slice(0, 8)}`,
    endpoint,
    gpu === undefined ? "" : `${gpu.count} × ${gpu.type}`,
    String(pods),
    schedule ?? "",
    gpu === undefined ? "" : costRange(hourlyUsd),
  ]);
  return [
    pc.bold("Batches") + pc.dim("  $ while a run goes on, of one pod to all, on demand: spot costs less"),
    fittingTable(["BATCH", "CLASS", "RUNS", "ENDPOINT", "GPU", "PODS", "SCHEDULE", "$/HOUR"], rows, {
      right: [5, 7],
      title: 2,
      width,
    }),
  ];
}
