import { quote } from "../../../components/config/problems.js";
import { attachedIn, permissionsIn, trustIn } from "../../aws/holders.js";
import { excessOf } from "../../aws/permissions.js";
import { statementsOf } from "../../aws/statements.js";
import { opennessOf } from "../../aws/trust.js";
import { all, each, known, knownTexts } from "../../read/unknown.js";
import { resourceRule } from "../../rule.js";

/**
 * AWS' policies over whole services; an account's own policies are judged by their statements.
 * SecretsManagerReadWrite has secretsmanager:* on every secret:
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SecretsManagerReadWrite.html
 */
const WIDE_POLICY =
  /^arn:[^:]*:iam::aws:policy\/(.*\/)?(AdministratorAccess.*|PowerUserAccess|SecretsManagerReadWrite|[^/]*FullAccess[^/]*)$/i;

export const iamNoWildcards = resourceRule(
  {
    name: "iam-no-wildcards",
    description: "IAM policies name what they allow, and roles who may take them on.",
    why: "A wildcard allows actions that nobody reviewed, including those that AWS adds later: one compromised pod or pipeline then controls the account.",
    remediationSteps:
      "Name the actions, and their resources or a condition; use policies of your own instead of *FullAccess. In a role's trust, name the principals, and of an identity provider the subject.",
    equalForms:
      "Documents are judged as text and as objects, of policies, inline policies, roles and permission sets, by the AWS, AWS Native, ACK and Crossplane providers. " +
      "`*`, `**`, `?*`, `arn:*` and `arn:aws:s3:::*` are the same; so are wildcards that cover a far-reaching action and that action by its name: to read secrets or data, to decrypt, `sts:AssumeRole`, `iam:PassRole`, and to give oneself permissions. " +
      "A condition counts if it leaves something out: not `aws:SecureTransport`, a time, `StringLike` with `*`, `…Not…`, `ForAllValues`, 0.0.0.0/0, or the own organization in a policy of one's own. " +
      "`Describe*`, `List*` and `Get*` of other services are good, and so are the root of a named account in a role's trust and AWS' `…ReadOnlyAccess`. Not seen: policies of resources such as buckets and keys, and what statements allow together.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const judge = (documents: ReturnType<typeof permissionsIn>, problemsOf: typeof excessOf) => {
      each(documents, (document) => {
        each(statementsOf(document), (statement) => {
          for (const problem of problemsOf(statement)) report(`${statement.where}: ${problem}`);
        });
      });
    };
    all(
      () => judge(permissionsIn(resource), excessOf),
      () => judge(trustIn(resource), opennessOf),
      () => {
        each(attachedIn(resource), ({ path, read }) => {
          const value = read();
          const arns = knownTexts(Array.isArray(value) ? value : [value]);
          for (const arn of arns.filter((arn) => WIDE_POLICY.test(arn))) {
            report(`${path} ${quote(arn)} allows whole services: attach a policy of the actions needed`);
          }
          known(arns);
        });
      },
    );
  },
);
