/** Who may take on a role. */
import { quote } from "../../components/config/problems.js";
import { isBound, isBounded, type Test, testsOf } from "./conditions.js";
import { isAnything } from "./patterns.js";
import type { Statement } from "./statements.js";

/** An identity provider of an account; SAML's have tokens for one application, and services such as Cognito one for each pool. */
const OIDC_PROVIDER = /:oidc-provider\//;
/** Whom a token is for, and who made it: the same in all tokens of a provider. */
const SAME_FOR_ALL = /:(aud|azp|iss|oaud)$/;
/**
 * Subjects that leave everyone in: nothing but wildcards after the words that subjects of Kubernetes, GitHub, GitLab and Terraform begin
 * with, or any owner of a GitHub repository.
 */
const EVERY_SUBJECT = /^((system|serviceaccount|repo|project_path|organization):)*[*?:/]*\*[*?:/]*$|^repo:\*/i;
const FIX = "name the ones that need it";

export function* opennessOf(statement: Statement): Generator<string> {
  const { condition, principals } = statement;
  if (statement.has("NotPrincipal")) {
    yield `NotPrincipal lets everyone else take on the role: use Principal, and ${FIX}`;
  }
  const isOpen = !isBounded(condition, "trust");
  for (const [type, names] of principals) {
    const path = type === "" ? "Principal" : `Principal.${type}`;
    for (const name of names) {
      if (isOpen && isEveryone(name)) {
        yield `${path} ${quote(name)} lets everyone take on the role: ${FIX}, or add a condition such as aws:PrincipalOrgID`;
      } else if (OIDC_PROVIDER.test(name) && !testsOf(condition).some(boundsSubject)) {
        yield (
          `${path} ${quote(name)} lets every token of the provider take on the role: ` +
          "add a condition on its subject (…:sub), of a service account or a repository"
        );
      }
    }
  }
}

/** `*`, and ARNs of any account, which IAM takes in no principal but `*`. */
function isEveryone(name: string): boolean {
  return isAnything(name) || /^arn:[^:]*:(iam|sts)::[^:]*\*/.test(name);
}

function boundsSubject(test: Test): boolean {
  if (SAME_FOR_ALL.test(test.key) || !isBound(test, "trust")) return false;
  return (
    test.operator.replace(/^foranyvalue:/, "") !== "stringlike" ||
    !test.values.some((value) => EVERY_SUBJECT.test(value))
  );
}
