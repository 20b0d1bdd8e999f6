/** Policy documents of AWS IAM, in whichever form a program keeps them, and managed policies that it attaches. */
import { quote } from "../../components/config/problems.js";
import type { Resource } from "../read/kinds.js";
import { at, isStated, list, strings } from "../read/values.js";

/** By type, the property that holds a document. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
};

/** By type, the property that holds one ARN or several. */
const ATTACHMENTS: Readonly<Record<string, string>> = {
  "aws:iam/role:Role": "managedPolicyArns",
  "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns",
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns",
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns",
};

/** A statement that allows something; read lazily (see read/values.ts). */
export class Statement {
  constructor(
    private readonly value: unknown,
    /** How messages name it. */
    readonly where: string,
  ) {}

  get actions(): string[] {
    return texts(at(this.value, "Action"));
  }

  get resources(): string[] {
    return texts(at(this.value, "Resource"));
  }

  has(element: "NotAction" | "NotResource" | "Condition"): boolean {
    return isStated(this.value, element);
  }
}

/** What the resource's documents allow. Invalid documents, such as text that is not JSON, allow nothing. */
export function allowedBy({ type, props }: Resource): Statement[] {
  const property = Object.hasOwn(DOCUMENTS, type) ? DOCUMENTS[type] : undefined;
  if (property !== undefined) return statementsOf(props[property], property);
  if (type !== "aws:iam/role:Role") return [];
  return list(props["inlinePolicies"]).flatMap((policy, index) =>
    statementsOf(at(policy, "policy"), `inlinePolicies[${index}].policy`),
  );
}

/** The property that attaches managed policies, and their ARNs. */
export function attachedBy({ type, props }: Resource): { property: string; arns: string[] } | undefined {
  const property = Object.hasOwn(ATTACHMENTS, type) ? ATTACHMENTS[type] : undefined;
  return property === undefined ? undefined : { property, arns: texts(props[property]) };
}

function statementsOf(document: unknown, path: string): Statement[] {
  return oneOrMore(at(parsed(document), "Statement")).flatMap((statement, index) => {
    if (at(statement, "Effect") !== "Allow") return [];
    const sid = at(statement, "Sid");
    const name = typeof sid === "string" && sid !== "" ? quote(sid) : `#${index}`;
    return [new Statement(statement, `${path}, statement ${name}`)];
  });
}

function parsed(document: unknown): unknown {
  if (typeof document !== "string") return document;
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

/** IAM accepts a single value in place of a list of one. */
function oneOrMore(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function texts(value: unknown): string[] {
  return strings(oneOrMore(value));
}
