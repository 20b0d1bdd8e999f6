/** Exceptions from rules: reviewed text that names a rule, a resource, a reason and an end date. */
import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import type { Resource } from "../read/kinds.js";
import { at, fields, list, text } from "../read/values.js";

export interface Exception {
  /** The name of the rule. */
  rule: string;
  reason: string;
  /** The last day on which it holds, as YYYY-MM-DD, in UTC. */
  until: string;
}

/** An exception of a level file, which names its resource. */
export interface GrantedException extends Omit<Exception, "rule"> {
  /** Pulumi's name of it, the object's own, or `namespace/name`. */
  resource: string;
}

const DATE: PolicyConfigJSONSchema = { type: "string", format: "date" };
const STATED: PolicyConfigJSONSchema = { type: "string", minLength: 1 };

/** The setting of every rule. */
export const EXCEPTIONS: PolicyConfigJSONSchema = {
  type: "array",
  items: {
    type: "object",
    properties: { resource: STATED, reason: STATED, until: DATE },
    required: ["resource", "reason", "until"],
    additionalProperties: false,
  },
  default: [],
  description: "Resources that the rule spares, each with the reason, until the end of a day.",
};

/** Those that a rule's settings grant, of the right shape: the engine and our own commands have checked it. */
export function grantedBy(settings: unknown): GrantedException[] {
  return list(at(settings, "exceptions")).flatMap((item) => {
    const { resource, reason, until } = fields(item);
    const [name, why, end] = [text(resource), text(reason), text(until)];
    return name === undefined || why === undefined || end === undefined
      ? []
      : [{ resource: name, reason: why, until: end }];
  });
}

/** Whether a level file means this resource. */
export function isNamed({ name, props }: Pick<Resource, "name" | "props">, wanted: string): boolean {
  const metadata = at(props, "metadata");
  const own = text(at(metadata, "name"));
  return (
    wanted === name || (own !== undefined && (wanted === own || wanted === `${text(at(metadata, "namespace"))}/${own}`))
  );
}

/** Today in UTC, as YYYY-MM-DD. */
export function currentDate(): string {
  return new Date().toISOString().slice(0, "YYYY-MM-DD".length);
}

export function hasEnded({ until }: Pick<Exception, "until">, today: string): boolean {
  return until < today;
}
