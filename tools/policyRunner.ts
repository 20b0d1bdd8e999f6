/** Runs the policy pack's rules without Pulumi's CLI, as the engine would: same settings, same levels. */
import type {
  EnforcementLevel,
  PolicyResource,
  PolicyResourceOptions,
  ReportViolation,
  ResourceValidationArgs,
  Severity,
} from "@pulumi/policy";

import { isUnknownValue } from "../policies/read/unknown.js";
import type { ResourceRule, Rule, StackRule } from "../policies/rule.js";
import { rules as allRules } from "../policies/rules/index.js";
import { Failure } from "./failure.js";
import type { PolicyConfig, RuleConfig } from "./policyConfig.js";

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

/** A rule that needs a value which is not known yet. What it found before stands. */
export interface NotJudged {
  rule: string;
  /** The resource's name; empty for a rule over the stack. */
  resource: string;
  urn: string;
  reason: string;
}

/** A rule that threw: a fault of the rule, not of the program that it judges. */
export class PolicyRuleError extends Failure {
  override readonly name = "PolicyRuleError";

  constructor(rule: string, place: string, cause: unknown) {
    super(`rule "${rule}" failed on ${place}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** How a rule says that it does not apply; the engine only counts these. */
class NotApplicable extends Error {}

/** What a rule found on a resource. */
export interface Finding {
  /** The rule's name. */
  rule: string;
  message: string;
}

/** A resource and what the rules that see one resource at a time found on it. */
export interface JudgedResource {
  resource: PolicyInput;
  findings: readonly Finding[];
}

/**
 * Violations in the order of the rules, and of the resources within a rule.
 *
 * @param notJudged gets what rules cannot judge for a value that is not known yet. @default such a rule throws
 * @throws {@link PolicyRuleError} when a rule throws
 */
export async function runPolicies(
  resources: readonly PolicyInput[],
  rules: readonly Rule[] = allRules,
  config: PolicyConfig = {},
  notJudged?: NotJudged[],
): Promise<Violation[]> {
  const findings = await judgeEach(resources, rules, config, notJudged);
  return judgeAll(
    resources.map((resource, index) => ({ resource, findings: findings[index]! })),
    rules,
    config,
    notJudged,
  );
}

/**
 * What the engine does before it judges: rules at the level `remediate` mend resources, as far as their values are known.
 *
 * @returns the resources; one that is mended is a copy
 */
export async function remediated(
  resources: readonly PolicyInput[],
  rules: readonly Rule[],
  config: PolicyConfig,
): Promise<PolicyInput[]> {
  const mending = rules.filter(
    (rule) => rule.remediateResource !== undefined && statedLevel(rule, config) === "remediate",
  );
  if (mending.length === 0) return [...resources];
  const copies = resources.map((resource) => ({ ...resource, props: structuredClone(resource.props) }));
  const isMended = copies.map(() => false);
  for (const rule of mending) {
    for (const [index, linked] of linkResources(copies).entries()) {
      const args = { ...argsOf(linked), getConfig: configReader(rule, config) };
      try {
        const props: unknown = await rule.remediateResource?.(args);
        if (props === undefined) continue;
        copies[index]!.props = props as PolicyInput["props"];
        isMended[index] = true;
      } catch (thrown) {
        caught(thrown, rule, args, `resource "${args.name}" (${args.type})`, []);
      }
    }
  }
  return resources.map((resource, index) => (isMended[index] ? copies[index]! : resource));
}

/**
 * Runs the rules that see one resource at a time: parts of a stack can be judged apart.
 *
 * @returns what was found on each resource
 * @throws {@link PolicyRuleError} when a rule throws
 */
export async function judgeEach(
  resources: readonly PolicyInput[],
  rules: readonly Rule[],
  config: PolicyConfig,
  notJudged?: NotJudged[],
): Promise<Finding[][]> {
  const judged = linkResources(resources).map((resource) => ({
    args: { ...argsOf(resource), getConfig: configReader() },
    findings: [] as Finding[],
  }));
  for (const rule of rules) {
    if (isStackRule(rule) || levelOf(rule, config) === "disabled") continue;
    const validations = [rule.validateResource ?? []].flat();
    const getConfig = configReader(rule, config);
    let found: Finding[] = [];
    const report: ReportViolation = (message) => void found.push({ rule: rule.name, message });
    // As many turns as rules times resources: no promise and no closure that can be avoided.
    for (const { args, findings } of judged) {
      found = findings;
      args.getConfig = getConfig;
      try {
        for (const validate of validations) {
          const pending = validate(args, report);
          if (pending !== undefined) await pending;
        }
      } catch (thrown) {
        caught(thrown, rule, args, `resource "${args.name}" (${args.type})`, notJudged);
      }
    }
  }
  return judged.map(({ findings }) => findings);
}

/**
 * Runs the rules over the whole stack, and puts together what all rules found.
 *
 * @throws {@link PolicyRuleError} when a rule throws
 */
export async function judgeAll(
  judged: readonly JudgedResource[],
  rules: readonly Rule[],
  config: PolicyConfig,
  notJudged?: NotJudged[],
): Promise<Violation[]> {
  const linked = linkResources(judged.map(({ resource }) => resource));
  const byUrn = new Map(linked.map((resource) => [resource.urn, resource]));
  const violations: Violation[] = [];
  for (const rule of rules) {
    const level = levelOf(rule, config);
    if (level === "disabled") continue;
    const { name, severity, description } = rule;
    const add = (message: string, resource: string, urn: string, type: string) =>
      violations.push({ rule: name, level, severity, resource, urn, type, message, description });
    if (!isStackRule(rule)) {
      for (const { resource, findings } of judged) {
        for (const { rule, message } of findings) {
          if (rule === name) add(message, resource.name, resource.urn, resource.type);
        }
      }
      continue;
    }
    const report: ReportViolation = (message, urn) => {
      const found = byUrn.get(urn ?? "");
      add(message, found?.name ?? "", urn ?? "", found?.type ?? "");
    };
    const getConfig = configReader(rule, config);
    try {
      await rule.validateStack({ resources: linked, stackTags: new Map(), getConfig, notApplicable }, report);
    } catch (thrown) {
      caught(thrown, rule, { name: "", urn: "" }, "the stack", notJudged);
    }
  }
  return violations;
}

/** The fields of a resource that every rule gets. */
function argsOf(resource: PolicyResource): Omit<ResourceValidationArgs, "getConfig"> {
  const { type, name, urn, props, opts } = resource;
  const stackTags = new Map<string, string>();
  return {
    type,
    name,
    urn,
    props,
    opts,
    stackTags,
    notApplicable,
    isType: (wanted) => resource.isType(wanted),
    asType: (wanted) => resource.asType(wanted) as never,
  };
}

function isStackRule(rule: ResourceRule | StackRule): rule is StackRule {
  return "validateStack" in rule;
}

function notApplicable(reason?: string): never {
  throw new NotApplicable(reason);
}

/** Goes on where the rule does not apply, or where it needs what is not known yet. @param place for a message */
function caught(
  thrown: unknown,
  { name: rule }: Rule,
  { name, urn }: Pick<PolicyInput, "name" | "urn">,
  place: string,
  notJudged: NotJudged[] | undefined,
): void {
  if (thrown instanceof NotApplicable) return;
  if (notJudged === undefined || !isUnknownValue(thrown)) throw new PolicyRuleError(rule, place, thrown);
  notJudged.push({ rule, resource: name, urn, reason: thrown.message });
}

/** Gives a rule its settings, a new copy at each call. */
function configReader(rule?: Rule, config: PolicyConfig = {}): <T extends object>() => T {
  const settings = rule === undefined ? {} : settingsOf(rule, config);
  return <T extends object>() => ({ ...settings }) as T;
}

/** The level that a rule judges at: what a remedy has left is mandatory, as it is for the engine. */
function levelOf(rule: Rule, config: PolicyConfig): Exclude<EnforcementLevel, "remediate"> {
  const level = statedLevel(rule, config);
  return level === "remediate" ? "mandatory" : level;
}

function statedLevel(rule: Rule, config: PolicyConfig): EnforcementLevel {
  return levelIn(config[rule.name]) ?? levelIn(config["all"]) ?? rule.enforcementLevel;
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
