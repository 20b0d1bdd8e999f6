/** Stacks, pods and nodes whose costs are known. */
import type { ObservabilityConfig } from "../../../components/contract/observability/schema.js";
import { observabilitySchema } from "../../../components/contract/observability/schema.js";
import type { NodeGroups } from "../../../components/contract/nodeGroup.js";
import type { BatchPlan } from "../../../components/derive/batch/plan.js";
import { replicaCost } from "../../../components/derive/nodes/cost.js";
import { describedGroups } from "../../../components/derive/nodes/nodeGroup.js";
import type { ServedModel } from "../../../components/derive/servedModel.js";
import { contractGroup } from "../../../components/observability/rules/contracts.js";
import { costGroups } from "../../../components/observability/rules/cost.js";
import { fleetGroups } from "../../../components/observability/rules/fleet.js";
import type { InputSeries } from "../../promtool.js";
import { COMMIT, type Config, servedModel } from "../../serving/fixtures.js";

export const SCOPE = { namespace: "vllm", stack: "staging" };

/** Of one GPU an hour: $0.9776 (g6.2xlarge, 1 GPU) and $1.1504 (g6.12xlarge, 4 GPUs). */
export const GROUPS = describedGroups({
  inference: {
    purpose: "inference",
    gpu: "l4",
    instanceTypes: ["g6.2xlarge", "g6.12xlarge"],
    capacity: "on-demand",
    min: 0,
    max: 4,
  },
  batch: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "spot", min: 0, max: 4 },
} as const) as NodeGroups;

export interface CostStack {
  models?: readonly ServedModel[];
  batches?: readonly BatchPlan[];
  nodeGroups?: NodeGroups;
  config?: Config;
}

/** The rules of a stack, but for those of pods and tokens: tests give these series. */
export function rulesOf({ models = [servedModel()], batches = [], nodeGroups = GROUPS, config }: CostStack = {}) {
  const parsed: ObservabilityConfig = observabilitySchema.parse(config ?? {});
  const price = (plan: Parameters<typeof replicaCost>[0]) =>
    replicaCost(plan, nodeGroups, parsed.prices.hourlyUsd)?.minUsd;
  return {
    groups: [
      ...models.map((model) => contractGroup(model, SCOPE, price)),
      ...fleetGroups(SCOPE),
      ...costGroups({ models, batches, nodeGroups, config: parsed }, SCOPE),
    ],
  };
}

/**
 * The same in one group, but for the sums of a day, which are made once an hour: promtool evaluates groups in any order, and a rule
 * reads those before it.
 */
export function inOrder({ groups }: ReturnType<typeof rulesOf>) {
  const isDay = ({ name }: { name: string }): boolean => name === "vllm-cost-day";
  return {
    groups: [
      { name: "all", rules: groups.filter((group) => !isDay(group)).flatMap(({ rules }) => rules) },
      { name: "day", interval: "1h", rules: groups.filter(isDay).flatMap(({ rules }) => rules) },
    ],
  };
}

/** As a series is written. */
export function series(name: string, labels: Readonly<Record<string, string>>): string {
  const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${text.join(",")}}`;
}

export const LEVEL = {
  namespace: "vllm",
  vllm_class: "interactive",
  vllm_gpu: "l4",
  vllm_model: "chat",
  vllm_release: "r1",
  vllm_revision: COMMIT,
  vllm_stack: "staging",
} as const;

export interface Pod {
  name: string;
  /** @default none yet */
  node?: string;
  gpus?: number;
  phase?: string;
  component?: string;
  level?: Readonly<Record<string, string>>;
  resource?: string;
  /** Requests that run, in promtool's notation. @default no series */
  running?: string;
}

/** Minutes that a test's series last. */
export const MINUTES = 30;

export function podSeries(pod: Pod, values = `1x${MINUTES}`): InputSeries[] {
  const { name, node = "", gpus = 1, phase = "Running", component = "runtime", level = LEVEL } = pod;
  const { resource = "nvidia_com_gpu", running } = pod;
  const ofPod = { namespace: "vllm", pod: name };
  return [
    { series: series("vllm_pod_info", { ...level, component, pod: name, ...(node !== "" && { node }) }), values },
    {
      series: series("kube_pod_container_resource_requests", {
        ...ofPod,
        container: "vllm",
        resource,
        unit: "integer",
      }),
      values: `${gpus}x${MINUTES}`,
    },
    ...["Pending", "Running", "Succeeded"].map((one) => ({
      series: series("kube_pod_status_phase", { ...ofPod, phase: one }),
      values: `${one === phase ? 1 : 0}x${MINUTES}`,
    })),
    ...(running === undefined
      ? []
      : [{ series: series("vllm:num_requests_running", { ...level, pod: name, engine: "0" }), values: running }]),
  ];
}

/** @param labels as kube-state-metrics calls them */
export function nodeSeries(
  node: string,
  instanceType: string,
  labels: Readonly<Record<string, string>> = {},
): InputSeries {
  const all = { namespace: "monitoring", node, label_node_kubernetes_io_instance_type: instanceType, ...labels };
  return { series: series("kube_node_labels", all), values: `1x${MINUTES}` };
}

/** Tokens a second of a release. */
export function tokenSeries(input: number, output: number, level: Readonly<Record<string, string>> = LEVEL) {
  return [
    { series: series("release:vllm_prompt_tokens:rate5m", level), values: `${input}x${MINUTES}` },
    { series: series("release:vllm_generation_tokens:rate5m", level), values: `${output}x${MINUTES}` },
  ];
}
