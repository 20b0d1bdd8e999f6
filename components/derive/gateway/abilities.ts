/** What a model can do for clients: paths, needs that it lacks, whether its scheduler takes priorities. */
import type { Need } from "../../contract/gateway/routing.js";
import type { Task } from "../../facts/models/task.js";
import { CLIENT_PATHS } from "../../vocabulary/gateway.js";
import type { RuntimePlan } from "../plan.js";

const PATHS: Readonly<Record<Task, readonly string[]>> = {
  generate: CLIENT_PATHS.generate,
  embed: CLIENT_PATHS.embed,
  score: CLIENT_PATHS.score,
  // vLLM's path is /classify, outside of OpenAI's and Cohere's APIs: left out.
  classify: [],
};

/** Paths that clients may use. */
export function pathsOf(plans: readonly RuntimePlan[]): string[] {
  return [...PATHS[plans[0]!.model.task]];
}

function isSet(plan: RuntimePlan, flag: string): boolean {
  const value = plan.flags[flag]?.value;
  return value !== undefined && value !== false;
}

/** What any release that may answer lacks. */
export function lackedBy(plans: readonly RuntimePlan[]): Need[] {
  const has: Record<Need, (plan: RuntimePlan) => boolean> = {
    // Structured outputs are part of the engine: every model that generates has them.
    json: ({ model }) => model.task === "generate",
    tools: (plan) => isSet(plan, "enable-auto-tool-choice") && isSet(plan, "tool-call-parser"),
    vision: ({ model, flags }) =>
      model.architecture.encoder !== undefined && flags["language-model-only"]?.value !== true,
  };
  return (Object.keys(has) as Need[]).filter((need) => !plans.every((plan) => has[need](plan)));
}

/** Whether every release schedules by the priority of its requests. */
export function usesPriority(plans: readonly RuntimePlan[]): boolean {
  return plans.every(({ flags }) => flags["scheduling-policy"]?.value === "priority");
}

/** Names of adapters that every release which may answer has. */
export function adaptersOf(plans: readonly RuntimePlan[]): string[] {
  const [first, ...others] = plans.map(({ contract }) => Object.keys(contract.adapters ?? {}));
  return first!.filter((name) => others.every((names) => names.includes(name)));
}
