/** What a statement allows beyond what it names. */
import { quote } from "../../components/config/problems.js";
import { isBounded } from "./conditions.js";
import { hasWildcard, isAnything, isEveryOfKind, isEveryResource, matches } from "./patterns.js";
import type { Statement } from "./statements.js";

/** Actions that by their name only read. */
const READ_ONLY = /^[a-z0-9-]+:(Batch)?(Describe|List|Get|Check)/i;

/**
 * Actions that on every resource are as good as a wildcard, though they are named.
 * Source: AWS' service authorization reference, https://docs.aws.amazon.com/service-authorization/latest/reference/, and for roles and
 * policies https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html and
 * …/id_roles_use_passrole.html; decryption: control KMS.1 of https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html, read 2026-11-26.
 */
const FAR_REACHING: ReadonlyArray<{ does: string; actions: readonly string[] }> = [
  {
    does: "reads every secret",
    actions: [
      "secretsmanager:GetSecretValue",
      ...["", "s", "sByPath", "History"].map((suffix) => `ssm:GetParameter${suffix}`),
    ],
  },
  {
    does: "reads all data",
    actions: ["s3:GetObject", "s3:GetObjectVersion", "dynamodb:GetItem", "dynamodb:BatchGetItem"],
  },
  { does: "writes over or deletes all data", actions: ["s3:PutObject", "s3:DeleteObject"] },
  { does: "decrypts with every key", actions: ["kms:Decrypt", "kms:ReEncryptFrom"] },
  { does: "takes on every role that lets it", actions: ["sts:AssumeRole"] },
  { does: "hands any role to a service", actions: ["iam:PassRole"] },
  {
    does: "can give itself any permission",
    actions: [
      ...["Role", "User", "Group"].flatMap((kind) => [`iam:Attach${kind}Policy`, `iam:Put${kind}Policy`]),
      ...["CreatePolicyVersion", "SetDefaultPolicyVersion", "UpdateAssumeRolePolicy"].map((name) => `iam:${name}`),
      ...["CreateAccessKey", "CreateLoginProfile", "UpdateLoginProfile"].map((name) => `iam:${name}`),
    ],
  },
];

export function* excessOf(statement: Statement): Generator<string> {
  for (const element of ["NotAction", "NotResource"] as const) {
    if (statement.has(element)) {
      yield `${element} allows everything that it does not name: use ${element.slice("Not".length)}`;
    }
  }
  const { actions } = statement;
  for (const action of actions.filter(isWholeService)) {
    yield `action ${quote(action)} allows all actions, also those to come: name the ones needed`;
  }
  const others = actions.filter((action) => !isWholeService(action));
  if (others.length === 0 || isBounded(statement.condition, "permissions")) return;
  const { resources } = statement;
  const isAll = resources.some(isEveryResource);
  const isAllOfKind = resources.some(isEveryOfKind);
  for (const action of others) {
    if (isAll && hasWildcard(action) && !READ_ONLY.test(action)) {
      yield `action ${quote(action)} on every resource: name the actions or the resources, or add a condition`;
    } else if (isAllOfKind) {
      const reach = FAR_REACHING.find(({ actions }) => actions.some((one) => matches(action, one)));
      if (reach !== undefined) {
        yield `action ${quote(action)} on every resource ${reach.does}: name the resources, or add a condition that bounds them`;
      }
    }
  }
}

/** Every action, of all services or of one. */
function isWholeService(action: string): boolean {
  return isAnything(action.slice(action.indexOf(":") + 1));
}
