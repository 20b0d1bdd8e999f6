/** Level files: which rules stop an environment, and their settings, in the format of `--policy-pack-config`. */
import { readFileSync } from "node:fs";

import type { EnforcementLevel } from "@pulumi/policy";
import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import { z } from "zod";

import { type Problem, didYouMean, error, listOr, quote } from "../components/config/problems.js";
import { joinPath } from "../components/config/parse.js";
import type { Rule } from "../policies/rule.js";
import { rules as allRules } from "../policies/rules/index.js";
import { BadInput } from "./failure.js";

/** Level and settings of a rule, or its level alone. */
export type RuleConfig = EnforcementLevel | { enforcementLevel?: EnforcementLevel; [setting: string]: unknown };

/** By rule name; `all` sets the level of every rule that has no entry of its own. */
export type PolicyConfig = Readonly<Record<string, RuleConfig>>;

/** Thrown once with every problem of a level file. */
export class PolicyConfigError extends BadInput {
  override readonly name = "PolicyConfigError";
}

const LEVEL: PolicyConfigJSONSchema = { enum: ["advisory", "mandatory", "remediate", "disabled"] };

/**
 * Reads a level file, in the format of `--policy-pack-config`. The CLI ignores names that it does not know; here they are
 * errors, since a misspelt rule keeps a level that nobody meant.
 *
 * @throws {@link PolicyConfigError} with every problem of the file
 */
export function readPolicyConfig(file: string, rules: readonly Rule[] = allRules): PolicyConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new PolicyConfigError([error(file, `cannot be read as JSON: ${(thrown as Error).message}`)]);
  }
  const entries = z.record(z.string(), z.unknown()).safeParse(parsed);
  if (!entries.success) throw new PolicyConfigError([error(file, `${quote(parsed)} is no object of rule names`)]);
  const problems = Object.entries(entries.data).flatMap(([name, entry]) => problemsOf(name, entry, rules, file));
  if (problems.length > 0) throw new PolicyConfigError(problems);
  return parsed as PolicyConfig;
}

function problemsOf(name: string, entry: unknown, rules: readonly Rule[], file: string): Problem[] {
  const path = `${file}: ${name}`;
  const rule = rules.find((candidate) => candidate.name === name);
  const names = [...rules.map((candidate) => candidate.name), "all"];
  if (rule === undefined && name !== "all") return [error(path, `no rule has this name${didYouMean(name, names)}`)];
  if (typeof entry === "string") return valueProblems(path, entry, LEVEL);
  const settings = z.record(z.string(), z.unknown()).safeParse(entry);
  if (!settings.success) return [error(path, `${quote(entry)} is neither a level nor an object of settings`)];
  const known = new Map<string, PolicyConfigJSONSchema>(Object.entries(rule?.configSchema?.properties ?? {}));
  known.set("enforcementLevel", LEVEL);
  return Object.entries(settings.data).flatMap(([setting, value]) => {
    const schema = known.get(setting);
    if (schema !== undefined) return valueProblems(`${path}.${setting}`, value, schema);
    const hint = didYouMean(setting, known.keys());
    return [error(`${path}.${setting}`, `no such setting: use ${listOr([...known.keys()])}${hint}`)];
  });
}

function valueProblems(path: string, value: unknown, schema: PolicyConfigJSONSchema): Problem[] {
  const checked = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(value);
  const choices = schema.enum && `use ${listOr(schema.enum.map(String))}`;
  const issues = checked.error?.issues ?? [];
  return issues.map(({ path: within, message }) => {
    const wrong = within.reduce<unknown>((outer, key) => (outer as Record<PropertyKey, unknown>)[key], value);
    return error(joinPath(path, within), `${quote(wrong)} is not allowed: ${choices ?? message}`);
  });
}
