import assert from "node:assert/strict";

import { rbacNoWildcards } from "../../../../policies/rules/access/rbacNoWildcards.js";
import { type Json, messages, resource } from "../../fixtures.js";

type Changes = { [key: string]: Json };

const RBAC = "rbac.authorization.k8s.io";
const EVERYTHING = "on every resource: name the verbs and the resources";
const SECRETS = "rules[0]: reads the Secrets of every namespace: use a Role in theirs, or resourceNames";

function role(kind: string, ...rules: Changes[]) {
  return resource(`kubernetes:${RBAC}/v1:${kind}`, "operator", { metadata: { name: "operator" }, rules });
}

function rule(apiGroups: string[], resources: string[], verbs: string[], more: Changes = {}): Changes {
  return { apiGroups, resources, verbs, ...more };
}

function binding(kind: string, roleName: string, subject: Changes) {
  return resource(`kubernetes:${RBAC}/v1:${kind}`, "operator", {
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: roleName },
    subjects: [subject],
  });
}

describe("rbac-no-wildcards", () => {
  it("refuses roles over everything", async () => {
    for (const kind of ["Role", "ClusterRole", "ClusterRolePatch"]) {
      const refused = [
        role(kind, rule(["*"], ["*"], ["*"])),
        role(kind, rule([""], ["*"], ["*"])),
        role(kind, {}, rule(["*"], ["*"], ["get", "delete"])),
      ];
      assert.deepEqual(await messages(rbacNoWildcards, refused), [
        `rules[0]: verbs "*" ${EVERYTHING}`,
        `rules[0]: verbs "*" ${EVERYTHING}`,
        `rules[1]: verbs "get", "delete" ${EVERYTHING}`,
      ]);
    }
  });

  it("refuses a role in a list", async () => {
    const list = resource("kubernetes:core/v1:List", "all", {
      items: [
        { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name: "a" }, rules: [rule(["*"], ["*"], ["*"])] },
      ],
    });
    assert.deepEqual(await messages(rbacNoWildcards, list), [`items[0]: rules[0]: verbs "*" ${EVERYTHING}`]);
  });

  for (const secrets of [
    rule([""], ["configmaps", "secrets"], ["list"]),
    rule([""], ["secrets"], ["*"]),
    rule(["*"], ["secrets"], ["watch"]),
    rule(["*"], ["*"], ["get", "list", "watch"]),
    rule(["", "apps"], ["*"], ["get"]),
  ]) {
    it(`refuses to read all Secrets by ${JSON.stringify(secrets)}, and accepts it in one namespace`, async () => {
      assert.deepEqual(await messages(rbacNoWildcards, role("ClusterRole", secrets)), [SECRETS]);
      assert.deepEqual(await messages(rbacNoWildcards, role("Role", secrets)), []);
    });
  }

  for (const accepted of [
    rule(["keda.sh"], ["*"], ["*"]),
    rule(["apps"], ["deployments"], ["*"]),
    rule([""], ["pods", "configmaps"], ["get", "list", "watch"]),
    rule([""], ["secrets"], ["get"], { resourceNames: ["tls"] }),
    rule([""], ["secrets"], ["create", "update"]),
    rule(["secrets.example.com"], ["secrets"], ["get"]),
    rule([RBAC], ["roles", "rolebindings"], ["get", "create"]),
    rule([RBAC], ["clusterroles"], ["bind"], { resourceNames: ["edit"] }),
    rule([""], ["serviceaccounts"], ["*"]),
    { nonResourceURLs: ["/metrics"], verbs: ["get"] },
  ]) {
    it(`accepts ${JSON.stringify(accepted)}`, async () => {
      assert.deepEqual(await messages(rbacNoWildcards, role("ClusterRole", accepted)), []);
    });
  }

  it("refuses power over roles and identities", async () => {
    const fix =
      'on roles give whoever has them any permission: leave out "*", "escalate" and "bind", or use resourceNames';
    const refused = [
      rule([RBAC], ["clusterroles"], ["escalate"]),
      rule([RBAC], ["roles"], ["get", "bind"]),
      rule([RBAC], ["*"], ["*"]),
      rule([""], ["users", "groups"], ["impersonate"]),
      rule(["authentication.k8s.io"], ["userextras"], ["impersonate"]),
    ].map((one) => role("ClusterRole", one));
    assert.deepEqual(await messages(rbacNoWildcards, refused), [
      `rules[0]: verbs "escalate" ${fix}`,
      `rules[0]: verbs "get", "bind" ${fix}`,
      `rules[0]: verbs "*" ${fix}`,
      'rules[0]: the verb "impersonate" makes its holder anyone: use resourceNames',
      'rules[0]: the verb "impersonate" makes its holder anyone: use resourceNames',
    ]);
  });

  const ACCOUNT = { kind: "ServiceAccount", name: "default", namespace: "models" };

  it("refuses administrators that are no people", async () => {
    for (const kind of ["ClusterRoleBinding", "RoleBinding"]) {
      const refused = [ACCOUNT, { kind: "Group", name: "system:serviceaccounts:models" }];
      for (const subject of refused) {
        assert.deepEqual(await messages(rbacNoWildcards, binding(kind, "cluster-admin", subject)), [
          `subjects[0]: "${subject.name}" becomes cluster-admin: bind a role of what it needs`,
        ]);
      }
    }
  });

  it("refuses roles of everyone, but those that Kubernetes itself gives", async () => {
    const cases: Array<[kind: string, name: string]> = [
      ["ClusterRoleBinding", "system:authenticated"],
      ["ClusterRoleBinding", "system:serviceaccounts"],
      ["ClusterRoleBinding", "system:unauthenticated"],
      ["RoleBinding", "system:anonymous"],
    ];
    for (const [kind, name] of cases) {
      const subject = { kind: name.endsWith("anonymous") ? "User" : "Group", name };
      assert.deepEqual(await messages(rbacNoWildcards, binding(kind, "view", subject)), [
        `subjects[0]: "${name}" is everyone, also whoever takes over any pod: bind "view" to the accounts that need it`,
      ]);
      assert.deepEqual(await messages(rbacNoWildcards, binding(kind, "system:public-info-viewer", subject)), []);
    }
  });

  it("accepts other bindings, and people as administrators", async () => {
    const accepted = [
      binding("ClusterRoleBinding", "view", ACCOUNT),
      binding("RoleBinding", "edit", { kind: "Group", name: "system:authenticated" }),
      binding("ClusterRoleBinding", "cluster-admin", { kind: "Group", name: "oidc:platform" }),
      binding("ClusterRoleBinding", "cluster-admin", { kind: "User", name: "anna@example.com" }),
      binding("ClusterRoleBinding", "cluster-admin", { kind: "Group", name: "system:masters" }),
      resource("kubernetes:example.com/v1:ClusterRole", "other", { rules: [rule(["*"], ["*"], ["*"])] }),
    ];
    assert.deepEqual(await messages(rbacNoWildcards, accepted), []);
  });
});
