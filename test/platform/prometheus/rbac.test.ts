import assert from "node:assert/strict";

import { CHARTS } from "../../../components/platform/charts.js";
import { prometheusStackRbac } from "../../../components/platform/prometheus/rbac.js";
import chartRbac from "../fixtures/chart-rbac.json";

interface Rule {
  apiGroups?: string[];
  resources?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}
interface Role {
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  rules: Rule[];
}
interface Binding {
  kind: string;
  metadata: Role["metadata"];
  roleRef: { apiGroup: string; kind: string; name: string };
  subjects: { kind: string; name: string; namespace: string }[];
}

const OBJECTS = prometheusStackRbac("watch") as unknown as (Role | Binding)[];
const ROLES = OBJECTS.filter((object): object is Role => "rules" in object);
const BINDINGS = OBJECTS.filter((object): object is Binding => "roleRef" in object);

/** What rules allow, one text for each resource and verb. */
function allowed(rules: readonly Rule[]): Set<string> {
  return new Set(
    rules.flatMap(({ apiGroups = [], resources = [], nonResourceURLs = [], verbs }) =>
      verbs.flatMap((verb) => [
        ...nonResourceURLs.map((url) => `${verb} ${url}`),
        ...apiGroups.flatMap((group) => resources.map((resource) => `${verb} ${group}/${resource}`)),
      ]),
    ),
  );
}

/** What `left` has and `right` has not. */
const without = (left: ReadonlySet<string>, right: ReadonlySet<string>) =>
  [...left].filter((item) => !right.has(item)).sort();

function role(kind: string, name: string): Set<string> {
  const found = ROLES.filter((candidate) => candidate.kind === kind && candidate.metadata.name === name);
  assert.equal(found.length, 1, `${kind} ${name}`);
  return allowed(found[0]!.rules);
}

/** Permissions that lead to what is in a Secret: to read it, or to make what mounts it. */
const TO_SECRETS =
  /^(\*|get|list|watch) \*?\/(\*|secrets)$|^(\*|create|update|patch) (\*|apps|batch)?\/(\*|pods|statefulsets|deployments|daemonsets|jobs)$/;

describe("prometheusStackRbac", () => {
  it("stands in for roles of the chart's version, and no other", () => {
    const how =
      "render the chart by `helm template` with global.rbac.create and grafana.rbac.create true, and write what its roles allow to " +
      "test/platform/fixtures/chart-rbac.json";
    assert.equal(CHARTS.prometheusStack.version, chartRbac.version, how);
  });

  // What each of the chart's roles loses; everything else stays.
  const LOST: Record<string, string[]> = {
    "ClusterRole kube-prometheus-stack-operator": [
      "* /configmaps",
      "* /secrets",
      "* apps/statefulsets",
      "delete /pods",
      "list /pods",
    ],
    "ClusterRole kube-prometheus-stack-grafana-clusterrole": ["get /secrets", "list /secrets", "watch /secrets"],
  };
  for (const { kind, name, rules } of chartRbac.roles) {
    it(`allows as ${kind} ${name} what the chart's own does, but for Secrets and what leads to them`, () => {
      const ours = role(kind, name);
      const theirs = allowed(rules);
      assert.deepEqual(without(ours, theirs), []);
      assert.deepEqual(without(theirs, ours), LOST[`${kind} ${name}`] ?? []);
    });
  }

  it("gives the operator back in its own namespace what it loses in the cluster", () => {
    assert.deepEqual(
      [...role("Role", "kube-prometheus-stack-operator")].sort(),
      LOST["ClusterRole kube-prometheus-stack-operator"],
    );
  });

  it("lets nobody reach the Secrets of the cluster", () => {
    for (const { kind, metadata, rules } of ROLES.filter(({ kind }) => kind === "ClusterRole")) {
      const permissions = [...allowed(rules)].filter((right) => TO_SECRETS.test(right));
      assert.deepEqual(permissions, [], `${kind} ${metadata.name}`);
    }
    // The chart's own would be found by the same search.
    const chart = chartRbac.roles.filter(({ rules }) =>
      [...allowed(rules as Rule[])].some((right) => TO_SECRETS.test(right)),
    );
    assert.deepEqual(
      chart.map(({ kind, name }) => `${kind} ${name}`),
      [
        "ClusterRole kube-prometheus-stack-operator",
        "ClusterRole kube-prometheus-stack-grafana-clusterrole",
        "Role kube-prometheus-stack-admission",
      ],
    );
  });

  it("binds each role to one account of its namespace", () => {
    assert.deepEqual(
      BINDINGS.map(({ kind, metadata, roleRef, subjects }) => [
        `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
        `${roleRef.kind} ${roleRef.name}`,
        subjects,
      ]),
      [
        [
          "ClusterRoleBinding /kube-prometheus-stack-operator",
          "ClusterRole kube-prometheus-stack-operator",
          "operator",
        ],
        ["RoleBinding watch/kube-prometheus-stack-operator", "Role kube-prometheus-stack-operator", "operator"],
        [
          "ClusterRoleBinding /kube-prometheus-stack-prometheus",
          "ClusterRole kube-prometheus-stack-prometheus",
          "prometheus",
        ],
        [
          "ClusterRoleBinding /kube-prometheus-stack-admission",
          "ClusterRole kube-prometheus-stack-admission",
          "admission",
        ],
        ["RoleBinding watch/kube-prometheus-stack-admission", "Role kube-prometheus-stack-admission", "admission"],
        [
          "ClusterRoleBinding /kube-prometheus-stack-grafana-clusterrolebinding",
          "ClusterRole kube-prometheus-stack-grafana-clusterrole",
          "grafana",
        ],
      ].map(([binding, role, account]) => [
        binding,
        role,
        [{ kind: "ServiceAccount", name: `kube-prometheus-stack-${account}`, namespace: "watch" }],
      ]),
    );
  });

  it("has the permissions of the certificate's job there when the job runs", () => {
    const hooked = OBJECTS.filter(({ metadata }) => metadata.annotations !== undefined);
    assert.deepEqual([...new Set(hooked.map(({ metadata }) => metadata.name))], ["kube-prometheus-stack-admission"]);
    assert.equal(hooked.length, 4);
    for (const { metadata } of hooked) {
      assert.deepEqual(metadata.annotations, {
        "helm.sh/hook": "pre-install,pre-upgrade,post-install,post-upgrade",
        "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
      });
    }
  });

  it("holds nothing that Helm would take for a template", () => {
    assert.ok(!JSON.stringify(OBJECTS).includes("{{"));
  });
});
