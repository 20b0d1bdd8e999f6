/** What the rules say of the resources, as data: every output of the command is made from it. */
import type { Rule } from "../../policies/rule.js";
import { rules as allRules } from "../../policies/rules/index.js";
import { type StatedException, statedExceptions } from "../exceptions.js";
import { type NotJudged, type PolicyConfig, runPolicies, type Violation } from "../policyRunner.js";
import type { FoundResource } from "./resource.js";

/** A resource of a finding, and where it is. */
interface Located {
  /** `namespace/name`, or the name; empty for a rule over all resources that names none. */
  resource: string;
  /** Absent where no resource is named. */
  type?: string;
  file?: string;
  line?: number;
}

export interface JudgeViolation extends Located, Pick<Violation, "rule" | "level" | "severity" | "message"> {
  /** What the rule says about mending it. */
  fix: string;
}

export interface JudgeNotJudged extends Located, Pick<NotJudged, "rule" | "reason"> {}

export interface JudgeReport {
  /** Mandatory ones first; within a level in the order of the rules. */
  violations: JudgeViolation[];
  notJudged: JudgeNotJudged[];
  /** From rules, ended ones too. */
  exceptions: StatedException[];
  /** How many resources were judged. */
  resources: number;
}

/** @throws PolicyRuleError when a rule throws */
export async function judgeReport(
  resources: readonly FoundResource[],
  levels: PolicyConfig,
  rules: readonly Rule[] = allRules,
): Promise<JudgeReport> {
  const notJudged: NotJudged[] = [];
  const violations = await runPolicies(resources, rules, levels, notJudged);
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const fixes = new Map(rules.map(({ name, remediationSteps }) => [name, remediationSteps]));
  const located = (urn: string): Located => {
    const { shown, type, file, line } = byUrn.get(urn) ?? {};
    return {
      resource: shown ?? "",
      ...(type !== undefined && { type }),
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
    };
  };
  const found = violations.map(({ rule, level, severity, urn, message }) => {
    return { rule, level, severity, ...located(urn), message, fix: fixes.get(rule)! };
  });
  return {
    violations: [
      ...found.filter(({ level }) => level === "mandatory"),
      ...found.filter(({ level }) => level !== "mandatory"),
    ],
    notJudged: notJudged.map(({ rule, urn, reason }) => ({ rule, ...located(urn), reason })),
    exceptions: statedExceptions(
      resources.map(({ shown, props }) => ({ name: shown, props })),
      levels,
    ),
    resources: resources.length,
  };
}
