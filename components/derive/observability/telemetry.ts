/** What servers are told of logs and traces beside their contract: it is the stack's decision, and starts no review of a release. */
import type { LogsConfig } from "../../contract/observability/logs.js";
import type { RuntimePlan } from "../plan.js";
import { logArguments, logVariables } from "./logs.js";
import { type Tracing, tracingArguments, tracingVariables } from "./tracing.js";

export interface Telemetry {
  /** @default vLLM's own logs */
  logs?: LogsConfig | undefined;
  /** @default no spans */
  tracing?: Tracing | undefined;
}

/** Flags of `vllm serve`, after those of the contract. */
export function telemetryArguments({ logs, tracing }: Telemetry): string[] {
  return [
    ...(logs === undefined ? [] : logArguments(logs)),
    ...(tracing === undefined ? [] : tracingArguments(tracing)),
  ];
}

/** Plain variables by name. */
export function telemetryVariables(
  plan: RuntimePlan,
  { logs, tracing }: Telemetry,
  partOf: string,
): Record<string, string> {
  return {
    ...(logs !== undefined && logVariables(logs)),
    ...(tracing !== undefined && tracingVariables(plan, tracing, partOf)),
  };
}
