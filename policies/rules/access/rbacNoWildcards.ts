import { quote } from "../../../components/config/problems.js";
import { kindOf } from "../../read/kinds.js";
import { each } from "../../read/unknown.js";
import { at, isStated, list, strings, text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

const RBAC = "rbac.authorization.k8s.io";
const ROLES = ["Role", "ClusterRole"];
const BINDINGS = ["RoleBinding", "ClusterRoleBinding"];
const READING = ["get", "list", "watch"];
const ADMIN = "cluster-admin";
/** Of roles, to give oneself what one does not have: https://kubernetes.io/docs/reference/access-authn-authz/rbac/, read 2026-11-26. */
const ESCALATING = ["escalate", "bind"];
const IDENTITIES = ["users", "groups", "serviceaccounts", "userextras", "uids"];
const ANYONE = ["system:unauthenticated", "system:anonymous"];
const EVERY_ACCOUNT = ["system:authenticated", "system:serviceaccounts"];
/** What Kubernetes itself lets everyone see, same page. */
const PUBLIC_ROLES = [
  "system:discovery",
  "system:public-info-viewer",
  "system:basic-user",
  "system:service-account-issuer-discovery",
];

export const rbacNoWildcards = resourceRule(
  {
    name: "rbac-no-wildcards",
    description: "Roles of Kubernetes name what they allow, and nobody but people is made administrator.",
    why: "A pod with a role over everything, over all Secrets or over roles themselves is the whole cluster to whoever takes the pod over.",
    remediationSteps:
      "Name resources and verbs; read Secrets by a Role in their namespace, or by resourceNames; bind roles to service accounts, not to system:authenticated.",
    equalForms:
      "Judged are Role, ClusterRole and their bindings, in lists and patches, too. Every resource is `*` of all API groups, or of the core group with every verb; `*` as verb holds `escalate`, `bind` and `impersonate`. " +
      "Wildcards within the API group of an operator are good, and so are Secrets by `resourceNames`, by a Role in one namespace, or write-only, and people's own groups as `cluster-admin`. Not seen: which roles are bound at last, and what charts make.",
    severity: "high",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const { group, kind = "" } = kindOf(resource.type) ?? {};
    if (group !== RBAC) return;
    if (ROLES.includes(kind)) {
      each(list(resource.props["rules"]).entries(), ([index, rule]) => {
        for (const problem of excessOf(rule, kind)) report(`rules[${index}]: ${problem}`);
      });
    } else if (BINDINGS.includes(kind)) {
      const role = text(at(resource.props, "roleRef", "name")) ?? "";
      each(list(resource.props["subjects"]).entries(), ([index, subject]) => {
        const problem = bindingProblem(subject, role, kind);
        if (problem !== undefined) report(`subjects[${index}]: ${problem}`);
      });
    }
  },
);

function* excessOf(rule: unknown, kind: string): Generator<string> {
  const verbs = strings(at(rule, "verbs"));
  const groups = strings(at(rule, "apiGroups"));
  const resources = strings(at(rule, "resources"));
  const can = (...wanted: readonly string[]) => verbs.includes("*") || wanted.some((verb) => verbs.includes(verb));
  const over = (group: string, ...names: readonly string[]) =>
    (groups.includes("*") || groups.includes(group)) &&
    (resources.includes("*") || names.some((name) => resources.includes(name)));
  const isEverything = resources.includes("*") && groups.includes("*");
  const isAllOfCore = resources.includes("*") && groups.includes("") && verbs.includes("*");
  if (isAllOfCore || (isEverything && verbs.some((verb) => !READING.includes(verb)))) {
    yield `verbs ${shown(verbs)} on every resource: name the verbs and the resources`;
    return;
  }
  if (isStated(rule, "resourceNames")) return;
  if (kind === "ClusterRole" && over("", "secrets") && can(...READING)) {
    yield "reads the Secrets of every namespace: use a Role in theirs, or resourceNames";
  }
  if (over(RBAC, "roles", "clusterroles") && can(...ESCALATING)) {
    yield `verbs ${shown(verbs)} on roles give whoever has them any permission: leave out "*", "escalate" and "bind", or use resourceNames`;
  }
  if ((over("", ...IDENTITIES) || over("authentication.k8s.io", ...IDENTITIES)) && verbs.includes("impersonate")) {
    yield 'the verb "impersonate" makes its holder anyone: use resourceNames';
  }
}

function bindingProblem(subject: unknown, role: string, kind: string): string | undefined {
  const name = text(at(subject, "name")) ?? "";
  const isAccount = at(subject, "kind") === "ServiceAccount";
  if (!isAccount && !PUBLIC_ROLES.includes(role)) {
    const isEveryone = ANYONE.includes(name) || (kind === "ClusterRoleBinding" && EVERY_ACCOUNT.includes(name));
    if (isEveryone)
      return `${quote(name)} is everyone, also whoever takes over any pod: bind ${quote(role)} to the accounts that need it`;
  }
  const isSystem = name.startsWith("system:") && name !== "system:masters";
  if (role !== ADMIN || !(isAccount || isSystem)) return undefined;
  return `${quote(name)} becomes ${ADMIN}: bind a role of what it needs`;
}

function shown(verbs: readonly string[]): string {
  return verbs.map((verb) => quote(verb)).join(", ");
}
