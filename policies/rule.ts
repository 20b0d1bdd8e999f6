/** The shape of a rule, and the two ways to write one. */
import type {
  EnforcementLevel,
  PolicyConfigSchema,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";

import type { Resource } from "./read/kinds.js";
import type { Fields } from "./read/values.js";
import { type Scaler, scalersOf } from "./scaling/scalers.js";
import { type Workload, workloadOf } from "./pods/workloads.js";

/** What a rule says about itself; docs/policies.md is generated from it. */
export interface About {
  /** Kebab-case; also its key in a level file. */
  name: string;
  /** What has to hold, one line. The engine prints it above each message. */
  description: string;
  /** What goes wrong if it is broken. */
  why: string;
  /** What to change. */
  remediationSteps: string;
  severity: Severity;
  /** Level without a level file. */
  enforcementLevel: Exclude<EnforcementLevel, "remediate">;
  /** Settings, each with its default. */
  configSchema?: PolicyConfigSchema;
}

export type ResourceRule = ResourceValidationPolicy & About;
export type StackRule = StackValidationPolicy & About;
export type Rule = ResourceRule | StackRule;

/** A rule that sees one workload at a time. */
export function workloadRule(
  about: About,
  check: (workload: Workload, report: (message: string) => void, settings: Fields) => void,
): ResourceRule {
  return {
    ...about,
    validateResource: (args, report) => {
      const workload = workloadOf(args);
      if (workload !== undefined) check(workload, report, args.getConfig<Fields>());
    },
  };
}

/** A rule that sees one resource of any kind at a time. */
export function resourceRule(
  about: About,
  check: (resource: Resource, report: (message: string) => void, settings: Fields) => void,
): ResourceRule {
  return { ...about, validateResource: (args, report) => check(args, report, args.getConfig<Fields>()) };
}

/** What rules over several resources read. */
export interface Stack {
  resources: readonly Resource[];
  workloads: readonly Workload[];
  scalers: readonly Scaler[];
}

/** A rule that needs to see resources together. */
export function stackRule(
  about: About,
  check: (stack: Stack, report: (urn: string, message: string) => void, settings: Fields) => void,
): StackRule {
  return {
    ...about,
    validateStack: (args, report) => {
      const { resources } = args;
      const workloads = resources.flatMap((resource) => workloadOf(resource) ?? []);
      const stack = { resources, workloads, scalers: scalersOf(resources) };
      check(stack, (urn, message) => report(message, urn), args.getConfig<Fields>());
    },
  };
}
