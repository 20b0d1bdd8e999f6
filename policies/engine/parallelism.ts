/** Over how many GPUs of its pod a server is spread. */
import { ONE_NODE_KINDS } from "../../components/vocabulary/workloads.js";
import type { Workload } from "../pods/workloads.js";
import { at, fields, isStated, number } from "../read/values.js";
import { flagsOf, lastFlag } from "./flags.js";

/** Each multiplies the workers of an engine: vllm/config/parallel.py, 0.33.0. `tensor-parallel-degree` is DJL's name. */
const MULTIPLIERS = [
  ["tensor-parallel-size", "tensor-parallel-degree"],
  ["pipeline-parallel-size"],
  ["prefill-context-parallel-size"],
];

/** With these, another program or other nodes start the workers. */
const STARTED_ELSEWHERE = ["nnodes", "node-rank", "data-parallel-start-rank"];
const ELSEWHERE = /^(ray|external_launcher)$/;

/**
 * Workers that a server starts in its own pod, one for each GPU.
 *
 * @returns `undefined` where the arguments do not say it, or where other pods may have a part of them
 */
export function workersOf(workload: Workload, args: readonly string[]): number | undefined {
  if (spansPods(workload)) return undefined;
  const flags = flagsOf(args);
  if (flags.some(({ name }) => STARTED_ELSEWHERE.includes(name))) return undefined;
  const backends = ["distributed-executor-backend", "data-parallel-backend"].flatMap(
    (name) => lastFlag(flags, name)?.values[0] ?? [],
  );
  if (backends.some((backend) => ELSEWHERE.test(backend))) return undefined;
  const sizes = MULTIPLIERS.map((names) => {
    const flag = flags.findLast(({ name }) => names.includes(name));
    return flag === undefined ? 1 : number(flag.values[0]);
  });
  return [...sizes, localReplicas(args)].reduce<number | undefined>(
    (product, size) => (product === undefined || size === undefined ? undefined : product * size),
    1,
  );
}

/** Replicas of the engine that data parallelism starts in this pod (vllm/engine/arg_utils.py, 0.33.0). */
function localReplicas(args: readonly string[]): number | undefined {
  const flags = flagsOf(args);
  const isOneRank = ["data-parallel-rank", "data-parallel-external-lb"].some((name) => lastFlag(flags, name));
  if (isOneRank) return 1;
  const local = lastFlag(flags, "data-parallel-size-local") ?? lastFlag(flags, "data-parallel-size");
  return local === undefined ? 1 : number(local.values[0]);
}

/** Whether several pods may hold one model together. */
export function spansPods(workload: Workload): boolean {
  const { spec, kind } = workload;
  // KServe's multi-node predictors and runtimes.
  return (
    !ONE_NODE_KINDS.includes(kind) || [spec, fields(at(spec, "predictor"))].some((of) => isStated(of, "workerSpec"))
  );
}
