import assert from "node:assert/strict";

import { kedaPolicies, monitoringPolicies, type Policies } from "../../components/platform/ingress.js";

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}
interface Spec {
  podSelector: Selector;
  policyTypes: string[];
  ingress: { from?: { podSelector?: Selector; namespaceSelector?: Selector }[]; ports?: { port: number }[] }[];
}
/** A pod with its namespace; none for the API server of EKS, which is no pod. */
interface Caller {
  namespace: string;
}

const matches = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Record<string, string>): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, operator, values }) => operator === "In" && values.includes(labels[key] ?? ""));

/** Whether policies of a namespace let a caller reach a pod's port, as a network plug-in reads them. */
function reaches(
  policies: Policies,
  home: string,
  caller: Caller | undefined,
  labels: Record<string, string>,
  port: number,
): boolean {
  const specs = (Object.values(policies) as unknown as Spec[]).filter(({ podSelector }) =>
    matches(podSelector, labels),
  );
  assert.ok(specs.length > 0, "a pod that no policy selects is open to all");
  return specs.some(({ policyTypes, ingress }) => {
    assert.deepEqual(policyTypes, ["Ingress"]);
    return ingress.some(({ from, ports }) => {
      const fits = ports === undefined || ports.some((allowed) => allowed.port === port);
      const known =
        from === undefined ||
        from.some(({ podSelector, namespaceSelector }) => {
          if (caller === undefined) return false;
          if (namespaceSelector === undefined) return podSelector !== undefined && caller.namespace === home;
          return matches(namespaceSelector, { "kubernetes.io/metadata.name": caller.namespace });
        });
      return fits && known;
    });
  });
}

describe("kedaPolicies", () => {
  const reach = (caller: Caller | undefined, app: string, port: number) =>
    reaches(kedaPolicies("watch"), "keda", caller, { app }, port);
  const [OPERATOR, ADAPTER, WEBHOOKS] = ["keda-operator", "keda-operator-metrics-apiserver", "keda-admission-webhooks"];

  it("lets the API server reach adapter and webhooks, and nobody from outside the operator", () => {
    assert.ok(reach(undefined, ADAPTER, 6443));
    assert.ok(reach(undefined, WEBHOOKS, 9443));
    assert.ok(!reach(undefined, OPERATOR, 9666));
    assert.ok(!reach({ namespace: "vllm" }, OPERATOR, 9666));
  });

  it("lets the adapter ask the operator, and Prometheus scrape all three", () => {
    assert.ok(reach({ namespace: "keda" }, OPERATOR, 9666));
    for (const app of [OPERATOR, ADAPTER, WEBHOOKS]) {
      assert.ok(reach({ namespace: "watch" }, app, 8080), app);
      assert.ok(!reach({ namespace: "monitoring" }, app, 8080), app);
    }
    assert.ok(!reach({ namespace: "watch" }, OPERATOR, 9666));
  });
});

describe("monitoringPolicies", () => {
  const policies = monitoringPolicies({ trustedNamespaces: ["vllm"] });
  const reach = (caller: Caller | undefined, name: string, port: number) =>
    reaches(policies, "monitoring", caller, { "app.kubernetes.io/name": name }, port);

  it("lets KEDA and the trusted namespaces query Prometheus, and no other", () => {
    for (const namespace of ["keda", "vllm", "monitoring"])
      assert.ok(reach({ namespace }, "prometheus", 9090), namespace);
    assert.ok(!reach({ namespace: "team" }, "prometheus", 9090));
    assert.ok(!reach(undefined, "prometheus", 9090));
    assert.ok(!reach({ namespace: "keda" }, "prometheus", 8080));
  });

  it("lets neighbours reach each other: scrapes, alerts, Alertmanager's mesh, Grafana's queries", () => {
    const home = { namespace: "monitoring" };
    for (const [name, port] of [
      ["alertmanager", 9093],
      ["alertmanager", 9094],
      ["kube-state-metrics", 8080],
      ["grafana", 3000],
    ] as const) {
      assert.ok(reach(home, name, port), name);
    }
  });

  it("keeps others from Alertmanager, where alerts could be silenced, and from Grafana", () => {
    assert.ok(!reach({ namespace: "team" }, "alertmanager", 9093));
    assert.ok(!reach({ namespace: "vllm" }, "alertmanager", 9093));
    assert.ok(!reach({ namespace: "team" }, "grafana", 3000));
  });

  it("lets the API server ask the operator's webhook", () => {
    const operator = "kube-prometheus-stack-prometheus-operator";
    assert.ok(reach(undefined, operator, 10250));
    assert.ok(!reach(undefined, operator, 8080));
  });
});
