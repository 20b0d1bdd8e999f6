/**
 * A report for code scanning, as SARIF 2.1.0.
 * Sources: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and
 * https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning, 2026-11-26
 */
import { isAbsolute, normalize, relative, sep } from "node:path";
import type { Rule } from "../../policies/rule.js";
import { STANDARD_INPUT_NAME } from "./inputs.js";
import type { JudgeReport, JudgeViolation } from "./report.js";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** What GitHub sorts findings by, from 0 to 10; its own bounds of critical, high, medium and low. */
const SECURITY_SEVERITY: Readonly<Record<string, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" };

/**
 * @param rules that were run
 * @param folder that paths are relative to: the root of the repository, for GitHub
 */
export function judgeSarif({ violations }: JudgeReport, rules: readonly Rule[], folder: string): object {
  const broken = rules.filter(({ name }) => violations.some(({ rule }) => rule === name));
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "pulumi-vllm", rules: broken.map(ruleOf) } },
        results: violations.map((violation) => ({
          ruleId: violation.rule,
          ruleIndex: broken.findIndex(({ name }) => name === violation.rule),
          level: violation.level === "mandatory" ? "error" : "warning",
          message: { text: messageOf(violation) },
          locations: locationsOf(violation, folder),
        })),
      },
    ],
  };
}

function ruleOf({ name, description, why, remediationSteps, severity }: Rule): object {
  return {
    id: name,
    shortDescription: { text: description },
    fullDescription: { text: why },
    help: { text: remediationSteps },
    properties: { tags: ["security"], "security-severity": SECURITY_SEVERITY[severity] },
  };
}

function messageOf({ resource, message }: JudgeViolation): string {
  return resource === "" ? message : `${resource}: ${message}`;
}

/** Code scanning refuses a result without a file: one that standard input takes the place of has a name, too. */
function locationsOf({ file, line }: JudgeViolation, folder: string): object[] {
  if (file === undefined) return [];
  const path = isAbsolute(file) ? relative(folder, file) : normalize(file);
  const uri = file === STANDARD_INPUT_NAME ? "standard-input" : path.split(sep).map(encodeURIComponent).join("/");
  return [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: line } } }];
}
