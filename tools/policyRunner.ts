/** Runs the policy pack's rules without Pulumi's CLI, as the engine would: same settings, same levels. */
import type {
  EnforcementLevel,
  PolicyResource,
  PolicyResourceOptions,
  ReportViolation,
  ResourceValidationArgs,
  Severity,
} from "@pulumi/policy";

import { type ResourceRule, type Rule, type StackRule } from "../policies/rule.js";
import { rules as allRules } from "../policies/rules/index.js";
import { Failure } from "./failure.js";
import { type PolicyConfig, type RuleConfig } from "./policyConfig.js";

export { type PolicyConfig, readPolicyConfig } from "./policyConfig.js";

/** A resource as a program registered it. */
export interface PolicyInput {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
  /** URN. */
  parent?: string;
}

export interface Violation {
  rule: string;
  level: Exclude<EnforcementLevel, "remediate" | "disabled">;
  severity: Severity;
  /** The resource's name; empty when a rule over the stack names no resource. */
  resource: string;
  urn: string;
  type: string;
  message: string;
  /** The rule's. */
  description: string;
}

/** A rule that threw: a fault of the rule, not of the program that it judges. */
export class PolicyRuleError extends Failure {
  override readonly name = "PolicyRuleError";

  constructor(rule: string, place: string, cause: unknown) {
    super(`rule "${rule}" failed on ${place}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** How a rule says that it does not apply; the engine counts these, nothing else comes of them. */
class NotApplicable extends Error {}

/**
 * Violations in the order of the rules, and of the resources within a rule.
 *
 * @throws {@link PolicyRuleError} when a rule throws
 */
export async function runPolicies(
  resources: readonly PolicyInput[],
  rules: readonly Rule[] = allRules,
  config: PolicyConfig = {},
): Promise<Violation[]> {
  const violations: Violation[] = [];
  const linked = linkResources(resources);
  for (const rule of rules) {
    const level = levelOf(rule, config);
    if (level === "disabled") continue;
    const getConfig = <T extends object>() => settingsOf(rule, config) as T;
    const reporter =
      (found: PolicyResource | undefined): ReportViolation =>
      (message, urn) => {
        const { name, type } = found ?? linked.find((resource) => resource.urn === urn) ?? { name: "", type: "" };
        const { name: ruleName, severity, description } = rule;
        violations.push({
          rule: ruleName,
          level,
          severity,
          resource: name,
          urn: found?.urn ?? urn ?? "",
          type,
          message,
          description,
        });
      };
    if (isStackRule(rule)) {
      const args = { resources: linked, stackTags: new Map<string, string>(), getConfig, notApplicable };
      await guarded(rule, "the stack", () => rule.validateStack(args, reporter(undefined)));
      continue;
    }
    for (const resource of linked) {
      const { type, name, urn, props, opts } = resource;
      const common = { type, name, urn, props, opts, stackTags: new Map<string, string>(), getConfig, notApplicable };
      const isType = (wanted: object) => resource.isType(wanted as never);
      const args: ResourceValidationArgs = {
        ...common,
        isType,
        asType: (wanted) => (isType(wanted) ? (props as never) : undefined),
      };
      await guarded(rule, `resource "${name}" (${type})`, async () => {
        for (const validate of [rule.validateResource ?? []].flat()) await validate(args, reporter(resource));
      });
    }
  }
  return violations;
}

function isStackRule(rule: ResourceRule | StackRule): rule is StackRule {
  return "validateStack" in rule;
}

function notApplicable(reason?: string): never {
  throw new NotApplicable(reason);
}

async function guarded(rule: Rule, place: string, run: () => Promise<void> | void): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    if (!(thrown instanceof NotApplicable)) throw new PolicyRuleError(rule.name, place, thrown);
  }
}

function levelOf(rule: Rule, config: PolicyConfig): Exclude<EnforcementLevel, "remediate"> {
  const level = levelIn(config[rule.name]) ?? levelIn(config["all"]) ?? rule.enforcementLevel;
  // No rule changes resources, so that the engine, too, would report as if it were mandatory.
  return level === "remediate" ? "mandatory" : level;
}

function levelIn(entry: RuleConfig | undefined): EnforcementLevel | undefined {
  return typeof entry === "object" ? entry.enforcementLevel : entry;
}

function settingsOf(rule: Rule, config: PolicyConfig): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(rule.configSchema?.properties ?? {})) {
    if (schema.default !== undefined) settings[name] = schema.default;
  }
  const entry = config[rule.name];
  if (typeof entry === "object") Object.assign(settings, entry);
  delete settings["enforcementLevel"];
  return settings;
}

/** The engine's form of resources, with each parent in place. */
function linkResources(resources: readonly PolicyInput[]): PolicyResource[] {
  const linked = resources.map(({ type, name, urn, props, parent }): PolicyResource => {
    const opts: PolicyResourceOptions = {
      protect: false,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
      ...(parent !== undefined && { parent }),
    };
    const isType = (wanted: object) => "__pulumiType" in wanted && wanted.__pulumiType === type;
    return {
      type,
      name,
      urn,
      props,
      opts,
      dependencies: [],
      propertyDependencies: {},
      isType,
      asType: (wanted: object) => (isType(wanted) ? (props as never) : undefined),
    };
  });
  const byUrn = new Map(linked.map((resource) => [resource.urn, resource]));
  for (const resource of linked) {
    const parent = byUrn.get(resource.opts.parent ?? "");
    if (parent !== undefined) resource.parent = parent;
  }
  return linked;
}
