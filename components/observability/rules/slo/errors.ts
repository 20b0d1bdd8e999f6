/**
 * The share of bad requests over each window, and the budget that is left.
 *
 * A window's share is all its bad requests over all its requests, so that a quiet night weighs little. Long windows add up what shorter
 * ones have recorded: thirty days are 720 samples of an hour instead of 86,400. Where Prometheus was away, both sums lack the same.
 */
import { MODEL_REQUESTS, MODEL_REQUESTS_OF_5M, SLO, type SloWindow } from "../../../vocabulary/metrics/recorded.js";
import { ofStack, type RecordingRule, type RuleGroup, type Scope } from "../../promql.js";
import { allowed, objectives, OF_LEVEL, OF_MODEL } from "./scope.js";
import { requestRules } from "./requests.js";

/** How often rates are recorded: what a sample of them stands for. */
const STEP_SECONDS = 30;
const FIVE_MINUTES_SECONDS = 300;

/** No requests are no errors. */
function errors(requests: string, good: string, scope: Scope): string {
  return (
    `clamp_min(1 - ${good} / (${requests} > 0), 0) and on (${OF_LEVEL}) ${objectives(scope)}\n` +
    `or 0 * max by (${OF_LEVEL}) (${objectives(scope)})`
  );
}

function errorsOver(window: SloWindow, requests: string, good: string, scope: Scope): RecordingRule {
  const sum = (name: string): string => `sum_over_time(${ofStack(name, scope)}[${window}])`;
  return { record: SLO.errors(window), expr: errors(sum(requests), sum(good), scope) };
}

/** The same share of a model's requests. @param requests how many there were in the window */
function badOver(window: "1h" | "6h" | "3d", requests: string, scope: Scope): RecordingRule {
  const share = ofStack(SLO.errors(window), scope);
  return { record: SLO.bad(window), expr: `${share} * on (${OF_MODEL}) group_left () ${requests}` };
}

function shortGroup(scope: Scope): RuleGroup {
  const inAnHour = `(${STEP_SECONDS} * sum_over_time(${ofStack(MODEL_REQUESTS, scope)}[1h]))`;
  return {
    name: "vllm-slo",
    interval: `${STEP_SECONDS}s`,
    rules: [
      ...requestRules(scope),
      { record: SLO.errors("5m"), expr: errors(ofStack(SLO.requests, scope), ofStack(SLO.good, scope), scope) },
      errorsOver("30m", SLO.requests, SLO.good, scope),
      errorsOver("1h", SLO.requests, SLO.good, scope),
      badOver("1h", inAnHour, scope),
    ],
  };
}

/** A rate over five minutes is their number over 300, so every fifth minute's has each request once. */
function fiveMinuteGroup(scope: Scope): RuleGroup {
  const increase = (name: string): string => `${FIVE_MINUTES_SECONDS} * ${ofStack(name, scope)}`;
  return {
    name: "vllm-slo-5m",
    interval: "5m",
    rules: [
      { record: MODEL_REQUESTS_OF_5M, expr: increase(MODEL_REQUESTS) },
      { record: SLO.requestsOf("5m"), expr: increase(SLO.requests) },
      { record: SLO.goodOf("5m"), expr: increase(SLO.good) },
    ],
  };
}

function hourGroup(scope: Scope): RuleGroup {
  const added = (name: string): string => `sum_over_time(${ofStack(name, scope)}[1h])`;
  return {
    name: "vllm-slo-1h",
    interval: "1h",
    rules: [
      { record: SLO.requestsOf("1h"), expr: added(SLO.requestsOf("5m")) },
      { record: SLO.goodOf("1h"), expr: added(SLO.goodOf("5m")) },
    ],
  };
}

function longGroup(scope: Scope): RuleGroup {
  const requests = (window: string): string => `sum_over_time(${ofStack(MODEL_REQUESTS_OF_5M, scope)}[${window}])`;
  return {
    name: "vllm-slo-long",
    // Below the five minutes after which a series counts as gone.
    interval: "2m",
    rules: [
      errorsOver("6h", SLO.requestsOf("5m"), SLO.goodOf("5m"), scope),
      errorsOver("3d", SLO.requestsOf("5m"), SLO.goodOf("5m"), scope),
      errorsOver("30d", SLO.requestsOf("1h"), SLO.goodOf("1h"), scope),
      badOver("6h", requests("6h"), scope),
      badOver("3d", requests("3d"), scope),
      {
        record: SLO.budgetLeft,
        expr: `1 - ${ofStack(SLO.errors("30d"), scope)} / on (${OF_LEVEL}) ${allowed(scope)}`,
      },
    ],
  };
}

/** The groups that follow `vllm_slo_objective`, whatever models have one. */
export function errorGroups(scope: Scope): RuleGroup[] {
  return [shortGroup(scope), fiveMinuteGroup(scope), hourGroup(scope), longGroup(scope)];
}
