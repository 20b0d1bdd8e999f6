/** The preview as data: `--json` prints it, the text is made from it, `--diff` compares it. */
import { clusterCost, type CostItem, unpricedTypes } from "../../components/cluster/cost.js";
import type { BuiltClusterConfig } from "../../components/cluster/schema.js";
import { fitInput } from "../../components/derive/memory/fitInput.js";
import { type Fit, fit as fitOf } from "../../components/fit/fit.js";
import { contractHash } from "../../components/contract/contract.js";
import { serveArguments } from "../../components/derive/arguments.js";
import { type CostRange, replicaCost } from "../../components/derive/nodes/cost.js";
import type { Problem } from "../../components/config/problems.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import type { StackConfig } from "../../stacks/config.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import type { CollectedResource } from "../collect.js";
import { type BatchReport, batchReport } from "./batches.js";
import { type ColdStartReport, coldStartReport, type WakeReport, wakeReport } from "./coldStart.js";
import { madeByEks, type MadeByComponent } from "./eksComponent.js";
import { tokensReport, type TokensReport } from "./tokens.js";
import type { StatedException } from "../exceptions.js";
import type { Violation } from "../policyRunner.js";

/** Identifies the format. */
export const NOTE =
  "Offline preview: the program ran and the policies judged it; no provider, cluster or cloud was asked, and no state was read.";

/** Rises when a field of the report is removed or changes its meaning. */
export const REPORT_VERSION = 1;

/** Where the memory of one GPU goes, in GiB. */
export interface GpuMemory {
  /** As CUDA reports it. */
  memoryGiB: number;
  weightsGiB: number;
  /** Activations, CUDA graphs and libraries, estimated. */
  overheadGiB: number;
  kvCacheGiB: number;
  /** What vLLM may not use. */
  freeGiB: number;
}

export interface ReleaseReport {
  model: string;
  release: string;
  /** Whether the model's Service leads to it. */
  routed: boolean;
  class: RuntimePlan["class"];
  /** Hugging Face id and commit of the weights. */
  weights: string;
  revision: string;
  image: string;
  gpu: { type: string; count: number };
  context: number;
  fit: {
    /** Over all GPUs of a replica. */
    weightsGiB: number;
    /** Of each GPU, as the KV cache is. */
    overheadGiB: number;
    kvCacheGiB: number;
    kvCacheTokens: number;
    fullLengthRequests: number;
    /** One GPU's memory, in GiB. */
    perGpu: GpuMemory;
  };
  replicas: { min: number; max: number };
  coldStart: ColdStartReport;
  /** Of a routed release whose model the gateway's requests wake; whole seconds. */
  fromZero?: WakeReport;
  /** On-demand, warm spares included in the routed release; absent where no machine of the release has a price. */
  hourlyUsd?: CostRange;
  /** Of a routed release whose model states its load, and whose machines have a price. */
  tokens?: TokensReport;
  contractHash: string;
  /** What follows `vllm serve`. */
  arguments: string[];
  /** Why each flag and variable is set. */
  reasons: Record<string, string>;
}

/** A model's own keys: no part of any release's contract. */
export type ModelReport = Omit<ServedModel, "releases">;

export interface StackReport {
  version: typeof REPORT_VERSION;
  note: string;
  stack: string;
  models: ModelReport[];
  releases: ReleaseReport[];
  batches: BatchReport[];
  /** Of all models whose machines have a price. */
  hourlyUsd: CostRange;
  /** Of a cluster that the stack builds: its GPU nodes are what the models' cost is a share of. */
  cluster?: { items: CostItem[]; hourlyUsd: CostRange; unpriced: string[] };
  resources: CollectedResource[];
  /** What components of others make, by the version of theirs that is installed; no provider was asked. */
  components: MadeByComponent[];
  violations: Violation[];
  /** From rules, ended ones too. */
  exceptions: readonly StatedException[];
  /** Of the config; a stack with errors has no report. */
  warnings: Problem[];
  /** File of the policies' levels; absent where each rule has its own. */
  policyConfig?: string;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

function gpuMemory(fit: Fit, memoryGiB: number): GpuMemory {
  const weightsGiB = round(fit.weightsGiBPerGpu, 2);
  const overheadGiB = round(fit.overheadGiBPerGpu, 2);
  const kvCacheGiB = round(fit.kvCacheGiBPerGpu, 2);
  const freeGiB = round(Math.max(0, memoryGiB - weightsGiB - overheadGiB - kvCacheGiB), 2);
  return { memoryGiB, weightsGiB, overheadGiB, kvCacheGiB, freeGiB };
}

function releaseReport(model: ServedModel, plan: RuntimePlan, config: StackConfig): ReleaseReport {
  const routed = model.route.stable === plan.release;
  const fit = fitOf(fitInput(plan));
  const each = replicaCost(plan, nodeGroupsOf(config.cluster), config.observability.prices.hourlyUsd);
  const tokens = tokensReport(model, plan, config);
  const { min, max } = plan.autoscaling;
  const spares = routed ? model.warmSpares : 0;
  return {
    model: model.name,
    release: plan.release,
    routed,
    class: plan.class,
    weights: plan.model.id,
    revision: plan.model.revision,
    image: plan.image,
    gpu: { type: plan.gpu.type, count: plan.gpu.count },
    context: plan.context,
    fit: {
      weightsGiB: round(fit.weightsGiB, 2),
      overheadGiB: round(fit.overheadGiBPerGpu, 2),
      kvCacheGiB: round(fit.kvCacheGiBPerGpu, 2),
      kvCacheTokens: fit.kvCacheTokens,
      fullLengthRequests: round(fit.fullLengthRequests, 2),
      perGpu: gpuMemory(fit, plan.accelerator.cudaGiB),
    },
    replicas: { min, max },
    coldStart: coldStartReport(plan),
    ...wakeReport(model, plan),
    ...(each !== undefined && {
      hourlyUsd: { minUsd: round((min + spares) * each.minUsd, 4), maxUsd: round((max + spares) * each.maxUsd, 4) },
    }),
    ...(tokens !== undefined && { tokens }),
    contractHash: contractHash(plan.contract),
    arguments: serveArguments(plan),
    reasons: Object.fromEntries(
      [...Object.entries(plan.flags), ...Object.entries(plan.env)].map(([name, { reason }]) => [name, reason]),
    ),
  };
}

function total(costs: readonly CostRange[]): CostRange {
  const sum = (key: keyof CostRange): number =>
    round(
      costs.reduce((subtotal, cost) => subtotal + cost[key], 0),
      4,
    );
  return { minUsd: sum("minUsd"), maxUsd: sum("maxUsd") };
}

function clusterReport(cluster: BuiltClusterConfig): NonNullable<StackReport["cluster"]> {
  const items = clusterCost(cluster).map(({ minUsd, maxUsd, ...item }) => ({
    ...item,
    minUsd: round(minUsd, 4),
    maxUsd: round(maxUsd, 4),
  }));
  return { items, hourlyUsd: total(items), unpriced: unpricedTypes(cluster) };
}

/** Puts a stack's report together. */
export function stackReport(
  stack: string,
  config: StackConfig,
  resources: CollectedResource[],
  violations: Violation[],
  warnings: Problem[],
  policyConfig?: string,
  exceptions: readonly StatedException[] = [],
): StackReport {
  const releases = config.models.flatMap((model) =>
    [...model.releases.values()].map((plan) => releaseReport(model, plan, config)),
  );
  return {
    version: REPORT_VERSION,
    note: NOTE,
    stack,
    models: config.models.map(({ releases: _, ...keys }) => keys),
    releases,
    batches: config.batches.map((plan) => batchReport(plan, config)),
    hourlyUsd: total(releases.flatMap(({ hourlyUsd }) => hourlyUsd ?? [])),
    ...(config.cluster.built !== undefined && { cluster: clusterReport(config.cluster.built) }),
    resources,
    components: resources.flatMap((resource) => madeByEks(resource) ?? []),
    violations,
    exceptions,
    warnings,
    ...(policyConfig !== undefined && { policyConfig }),
  };
}

/** Whether a mandatory rule is broken. */
export function isRefused({ violations }: StackReport): boolean {
  return violations.some(({ level }) => level === "mandatory");
}
