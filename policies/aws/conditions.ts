/**
 * Conditions of IAM: whether one leaves anything out.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
 * …/reference_policies_condition-keys.html, read 2026-11-26.
 */
import { openRanges } from "../read/networks.js";
import { fields, number } from "../read/values.js";
import { isAnything } from "./patterns.js";

export interface Test {
  /** In lower case, as IAM compares it. */
  operator: string;
  /** In lower case. */
  key: string;
  values: readonly string[];
}

/** Every test of a condition holds; of a test's values, one does. */
export function testsOf(condition: unknown): Test[] {
  return Object.entries(fields(condition)).flatMap(([operator, keys]) =>
    Object.entries(fields(keys)).map(([key, value]) => ({
      operator: operator.toLowerCase(),
      key: key.toLowerCase(),
      values: [value].flat().map(String),
    })),
  );
}

/** Keys that say how or when somebody asks, or what the caller writes himself: nothing is left out by them. */
const NO_BOUND = [
  "aws:securetransport",
  "aws:useragent",
  "aws:referer",
  "aws:currenttime",
  "aws:epochtime",
  "aws:tokenissuetime",
];
/** In a policy of a principal's own these always hold, or never do. */
const OF_THE_PRINCIPAL = ["aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"];
/** Without the key `…IfExists` holds: resources without tags, and access keys without a second factor. */
const OFTEN_ABSENT = /^aws:(resource|request|principal)tag\/|^[a-z0-9-]+:resourcetag\/|^aws:multifactorauth/;
/** No request has as many of anything. */
const NO_LIMIT = 1e9;

/**
 * Whether a test leaves anything out: another tag, another service, another network.
 *
 * @param of what the condition belongs to: permissions of a principal, or the trust of a role
 */
export function isBound({ operator, key, values }: Test, of: "permissions" | "trust"): boolean {
  if (NO_BOUND.includes(key) || (of === "permissions" && OF_THE_PRINCIPAL.includes(key))) return false;
  // Of no value at all everything holds.
  if (operator.startsWith("forallvalues:")) return false;
  const comparison = operator.replace(/^foranyvalue:/, "").replace(/ifexists$/, "");
  if (operator.endsWith("ifexists") && OFTEN_ABSENT.test(key)) return false;
  // All but some is not less than a wildcard.
  if (/not/.test(comparison) || comparison.startsWith("date")) return false;
  switch (comparison) {
    case "null":
    case "bool":
      return values.every((value) => value.toLowerCase() === (comparison === "null" ? "false" : "true"));
    case "stringlike":
      return !values.some(isAnything);
    case "arnlike":
    case "arnequals":
      return !values.some((value) => /^(arn:)?[*?:/]*\*[*?:/]*$/.test(value.replace(/^arn:aws[a-z-]*:/, "arn:")));
    case "ipaddress":
      return openRanges(values).length === 0;
    case "numericgreaterthan":
    case "numericgreaterthanequals":
      return !values.some((value) => (number(value) ?? 0) <= 0);
    case "numericlessthan":
    case "numericlessthanequals":
      return !values.some((value) => (number(value) ?? NO_LIMIT) >= NO_LIMIT);
    default:
      return true;
  }
}

export function isBounded(condition: unknown, of: "permissions" | "trust"): boolean {
  return testsOf(condition).some((test) => isBound(test, of));
}
