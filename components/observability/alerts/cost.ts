/** Money that buys nothing, and more of it than was meant. Evaluated rarely: their windows are a day. */
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { COST, PAST, RELEASE } from "../../vocabulary/metrics/recorded.js";
import { ofStack, type Scope } from "../promql.js";
import type { Alert } from "./alert.js";
import { BY_RELEASE, KEY, MODEL, RELEASE_NAME } from "./series.js";

const DAY_SECONDS = 86_400;
const OF_STACK = `namespace, ${METRIC_LABELS.stack}`;
const NAME = "{{ or $labels.vllm_model $labels.vllm_stack }}";

/** Budgets of models, or that of the stack, whose `vllm_model` is empty. */
function budget(of: "models" | "stack", scope: Scope): string {
  const operator = of === "models" ? "!=" : "=";
  return ofStack(COST.budget, scope).replace(/\}$/, `,${METRIC_LABELS.model}${operator}""}`);
}

export const COSTS: readonly Alert[] = [
  {
    name: "VllmGpuIdle",
    summary: `${RELEASE_NAME}: its GPUs have had next to nothing to do for a day`,
    description:
      "The GPUs of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}, {{ $labels.vllm_gpu }}) " +
      "computed for {{ $value | humanizePercentage }} of the last 24 hours.",
    condition:
      "the mean utilization of a release's GPUs over 24 hours is below the threshold, and replicas have been wanted all that time",
    expr: (scope, threshold) =>
      `avg ${BY_RELEASE} (avg_over_time(${ofStack(RELEASE.gpuUtilization, scope)}[1d])) < ${threshold}\n` +
      `and on (${KEY}) (time() - ${ofStack(PAST.wantedSince, scope)}) > ${DAY_SECONDS}`,
    dashboard: "cost",
  },
  {
    name: "VllmBudgetSpent",
    summary: `${NAME}: more than the day's budget is spent`,
    description: `{{ $value | printf "%.2f" }} dollars were spent on ${NAME} (namespace {{ $labels.namespace }}) in the last 24 hours.`,
    condition:
      "dollars of the last 24 hours, of a model or of the stack, are above the threshold times the budget of a day",
    expr: (scope, threshold) =>
      `${ofStack(COST.day, scope)} > on (${MODEL}) group_left () (${threshold} * max by (${MODEL}) (${budget("models", scope)}))\n` +
      `or ${ofStack(COST.stackDay, scope)} > on (${OF_STACK}) group_left () ` +
      `(${threshold} * max by (${OF_STACK}) (${budget("stack", scope)}))`,
    dashboard: "cost",
  },
  {
    name: "VllmCostMissing",
    summary: "{{ $labels.vllm_model }}: there is a budget, and nobody knows what is spent",
    description:
      "{{ $labels.vllm_model }} (namespace {{ $labels.namespace }}) has a budget of {{ $value }} dollars a day, and there is no figure " +
      "of what it costs: its machine has no price, or the labels of its nodes are not seen.",
    condition: "a model with a budget has had a ready replica, and no cost is recorded of it",
    expr: (scope) =>
      `max by (${MODEL}) (${budget("models", scope)})\nand on (${MODEL}) ${ofStack(PAST.served, scope)}\n` +
      `unless on (${MODEL}) ${ofStack(COST.day, scope)}`,
    dashboard: "cost",
  },
];
