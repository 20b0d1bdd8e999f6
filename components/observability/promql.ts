/** Pieces of PromQL. */
import type { TenantConfig } from "../contract/gateway/tenants.js";
import { METRIC_LABELS } from "../vocabulary/metrics/labels.js";

/** Labels and the values that they have to have. */
export type Matchers = Readonly<Record<string, string>>;

/** `{a="1",b="2"}`; values as PromQL writes strings. */
export function selector(matchers: Matchers): string {
  return `{${Object.entries(matchers)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",")}}`;
}

/** Labels as `by`, `on` and `group_left` take them. */
export function list(labels: readonly string[]): string {
  return labels.join(", ");
}

/** A rule that records a series. */
export interface RecordingRule {
  record: string;
  expr: string;
  labels?: Readonly<Record<string, string>>;
}

/** A group of rules, evaluated one after another; times in Prometheus' form, such as `30s`. */
export interface RuleGroup<Rule = RecordingRule> {
  name: string;
  /** @default that of Prometheus */
  interval?: string;
  rules: Rule[];
}

/** What the rules of a stack are about. */
export interface Scope {
  /** Of the models. */
  namespace: string;
  /** The stack: the label `vllm_stack`. */
  stack: string;
  /** The stack's gateway, whose proxies have a namespace of their own. @default none */
  gateway?: WatchedGateway;
}

/** A gateway as far as rules need it. */
export interface WatchedGateway {
  /** Of its proxies, and of the service that counts quotas. */
  namespace: string;
  tenants: Readonly<Record<string, Pick<TenantConfig, "limits">>>;
}

/** Series of the stack: recorded ones, and those that carry the labels of the scrape. */
export function ofStack(name: string, { namespace, stack }: Scope, matchers: Matchers = {}): string {
  return `${name}${selector({ namespace, [METRIC_LABELS.stack]: stack, ...matchers })}`;
}
