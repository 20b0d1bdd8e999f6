import { quote } from "../../../components/config/problems.js";
import { allowedBy, attachedBy, type Statement } from "../../aws/iam.js";
import { resourceRule } from "../../rule.js";

/** Every action, of all services or of one. */
const WHOLE_SERVICE = /^([^:]+:)?\*+$/;
const WILDCARD = /[*?]/;
/** `*`, and ARNs such as `arn:aws:*:*:*:*` that leave nothing out. */
const EVERY_RESOURCE = /^(arn:([^:]*:)?)?\*[*:]*$/;
/** Actions that by their name only read. */
const READ_ONLY = /^[a-z0-9-]+:(Describe|List|Get)/i;
/** AWS' policies over whole services; an account's own policies are judged by their statements. */
const WIDE_POLICY = /^arn:[^:]*:iam::aws:policy\/(.*\/)?(AdministratorAccess.*|PowerUserAccess|[^/]*FullAccess[^/]*)$/;

export const iamNoWildcards = resourceRule(
  {
    name: "iam-no-wildcards",
    description: "IAM policies name what they allow.",
    why: "A wildcard allows actions that nobody reviewed, including those that AWS adds later: one compromised pod or pipeline then controls the account.",
    remediationSteps:
      "Name the actions, and their resources or a condition; use policies of your own instead of *FullAccess.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    for (const statement of allowedBy(resource)) {
      for (const problem of problemsOf(statement)) report(`${statement.where}: ${problem}`);
    }
    const { property, arns } = attachedBy(resource) ?? { property: "", arns: [] };
    for (const arn of arns) {
      if (WIDE_POLICY.test(arn))
        report(`${property} ${quote(arn)} allows whole services: attach a policy of the actions needed`);
    }
  },
);

function problemsOf(statement: Statement): string[] {
  const inverted = (["NotAction", "NotResource"] as const)
    .filter((element) => statement.has(element))
    .map((element) => `${element} allows everything that it does not name: use ${element.slice("Not".length)}`);
  const wildcards = statement.actions.filter((action) => WILDCARD.test(action));
  const whole = wildcards.filter((action) => WHOLE_SERVICE.test(action));
  const partial = wildcards.filter((action) => !WHOLE_SERVICE.test(action) && !READ_ONLY.test(action));
  const isUnbounded =
    partial.length > 0 && !statement.has("Condition") && statement.resources.some((arn) => EVERY_RESOURCE.test(arn));
  return [
    ...inverted,
    ...whole.map((action) => `action ${quote(action)} allows all actions, also those to come: name the ones needed`),
    ...(isUnbounded ? partial : []).map(
      (action) => `action ${quote(action)} on every resource: name the actions or the resources, or add a condition`,
    ),
  ];
}
