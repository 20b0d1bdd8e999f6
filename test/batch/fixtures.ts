/** A batch as `resolveBatches` makes it, with one model beside it. */
import { resolveBatches, type ResolvedBatches } from "../../components/checks/batch/resolve.js";
import { resolveModels } from "../../components/checks/resolve.js";
import { formatProblem } from "../../components/config/problems.js";
import type { BatchPlan } from "../../components/derive/batch/plan.js";
import { gpuTypesOf } from "../../components/derive/nodes/gpuTypes.js";
import { type Config, merged, modelConfig, releaseConfig } from "../serving/fixtures.js";

export const GROUPS = {
  inference: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "on-demand", min: 0, max: 2 },
  batch: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "spot", min: 0, max: 4 },
} as const;

/** The newest image: it goes on after an interruption. */
const STREAMS = `vllm/vllm-openai:v0.33.0@sha256:${"c".repeat(64)}`;

export function batchConfig(changes: Config = {}): Config {
  const base = {
    release: releaseConfig({ image: STREAMS }),
    input: { s3: { bucket: "requests", key: "in.jsonl" } },
    output: { s3: { bucket: "requests", prefix: "out" } },
    endpoint: "/v1/chat/completions",
  };
  return merged(base, changes);
}

/** Without a release: what `from` and `route` take its place in. */
export function withoutRelease(changes: Config): Config {
  return batchConfig({ release: undefined, ...changes });
}

export function resolved(batches: Config, model: Config = {}): ResolvedBatches {
  const gpuTypes = gpuTypesOf();
  const models = resolveModels({ chat: modelConfig(model) }, "vllm:models", gpuTypes);
  const groups = structuredClone(GROUPS) as never;
  return resolveBatches(batches, "vllm:batch", { models, groups, pod: undefined, gpuTypes, cache: undefined });
}

/** What is said of the batch `docs`. */
export function problemsOf(config: Config, model: Config = {}): string[] {
  return resolved({ docs: config }, model).problems.map(
    (problem) => `${problem.severity === "warning" ? "warning: " : ""}${formatProblem(problem)}`,
  );
}

export function planOf(config: Config, model: Config = {}): BatchPlan {
  const { batches, problems } = resolved({ docs: config }, model);
  if (batches[0] === undefined) throw new Error(problems.map(formatProblem).join("\n"));
  return batches[0];
}
