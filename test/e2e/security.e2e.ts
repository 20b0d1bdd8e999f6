import assert from "node:assert/strict";
import type { KubernetesObject } from "../../tools/local/client.js";
import { eventually, GROUPS, model, type Pod, Scenario } from "./scenario.js";

const VALUES = {
  models: { chat: model(), other: model() },
  groups: GROUPS,
  others: { access: { clientNamespaces: ["assistant"] } },
};

/** What a review of the API server says. */
interface Review extends KubernetesObject {
  status?: { allowed?: boolean };
}

/** Whether a service account may do this in the scenario's namespace. */
async function mayDo(
  { cluster, namespace }: Scenario,
  account: string,
  verb: string,
  resource: string,
): Promise<boolean> {
  const review = await cluster.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user: `system:serviceaccount:${namespace}:${account}`,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
        resourceAttributes: { namespace, verb, resource },
      },
    },
  });
  return (review as Review).status?.allowed ?? false;
}

interface Peer {
  podSelector?: { matchLabels?: Record<string, string> };
  namespaceSelector?: { matchExpressions?: { key: string; operator: string; values: string[] }[] };
  ipBlock?: { cidr: string };
}

interface NetworkPolicy extends KubernetesObject {
  spec: {
    podSelector: { matchLabels: Record<string, string> };
    policyTypes: string[];
    ingress: { from?: Peer[]; ports: { port: string | number }[] }[];
    egress: { to?: Peer[]; ports: { port: string | number }[] }[];
  };
}

/** Namespaces whose pods a rule lets in, of all that the cluster has. */
async function namespacesOf(scenario: Scenario, peers: readonly Peer[]): Promise<string[]> {
  const all = await scenario.cluster.list("v1", "Namespace");
  return all
    .filter(({ metadata }) =>
      peers.some(({ namespaceSelector }) =>
        namespaceSelector?.matchExpressions?.every(({ key, values }) => values.includes(metadata.labels?.[key] ?? "")),
      ),
    )
    .map(({ metadata }) => metadata.name)
    .sort();
}

function makeNamespace({ cluster }: Scenario, name: string): Promise<KubernetesObject> {
  return cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
}

describe("what a runtime may see and who may see it", () => {
  it("mounts no token into any pod, by the API server's own admission, and may do nothing in the API", async () => {
    const scenario = await Scenario.of({ ...VALUES, models: { chat: model({ warmSpares: 1 }) } });
    const pods = [...(await scenario.scheduled("chat", 1)), ...(await scenario.scheduled("chat", 1, "spare"))];
    for (const { spec, metadata } of pods) {
      const projected = (spec.volumes ?? []).filter((volume) => "projected" in volume);
      assert.deepEqual(projected, [], metadata.name);
      for (const { volumeMounts = [] } of spec.containers) {
        assert.deepEqual(
          volumeMounts.filter(({ mountPath }) => mountPath.startsWith("/var/run/secrets")),
          [],
        );
      }
    }
    for (const account of ["chat-r1", "default"]) {
      for (const [verb, resource] of [
        ["get", "secrets"],
        ["list", "secrets"],
        ["list", "pods"],
        ["patch", "deployments"],
      ] as const) {
        assert.equal(await mayDo(scenario, account, verb, resource), false, `${account}: ${verb} ${resource}`);
      }
    }
  });

  it("gives each model's key to the pods of that model alone", async () => {
    const scenario = await Scenario.of(VALUES);
    await scenario.scheduled("chat", 1);
    await scenario.scheduled("other", 1);
    const secrets = await scenario.cluster.list<KubernetesObject & { data: Record<string, string> }>("v1", "Secret", {
      namespace: scenario.namespace,
    });
    assert.deepEqual(secrets.map(({ metadata, data }) => [metadata.name, Object.keys(data)]).sort(), [
      ["chat-api-key", ["api-key"]],
      ["other-api-key", ["api-key"]],
    ]);
    assert.equal(new Set(secrets.map(({ data }) => data["api-key"])).size, 2, "no two models have the same key");
    const readers = (await scenario.pods()).flatMap(({ metadata, spec }) =>
      [...JSON.stringify(spec).matchAll(/"(?:name|secretName)":"(\w+-api-key)"/g)].map(([, secret]) => [
        secret,
        metadata.name.replace(/-[^-]+-[^-]+$/, ""),
      ]),
    );
    assert.deepEqual(readers.sort(), [
      ["chat-api-key", "chat-r1"],
      ["other-api-key", "other-r1"],
    ]);
    const texts = JSON.stringify(
      await scenario.cluster.list("apps/v1", "Deployment", { namespace: scenario.namespace }),
    );
    for (const { data } of secrets) {
      assert.ok(!texts.includes(Buffer.from(data["api-key"]!, "base64").toString()), "no key stands in a Deployment");
    }
  });

  it("lets the clients and Prometheus in, and lets a runtime out for names and weights only", async () => {
    const scenario = await Scenario.of(VALUES);
    for (const name of ["assistant", "monitoring"]) await makeNamespace(scenario, name);
    const [pod] = await scenario.scheduled("chat", 1);
    const policies = await scenario.cluster.list<NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy", {
      namespace: scenario.namespace,
    });
    const mine = policies.filter(({ spec }) =>
      Object.entries(spec.podSelector.matchLabels).every(([key, value]) => pod!.metadata.labels?.[key] === value),
    );
    assert.deepEqual(
      mine.map(({ metadata }) => metadata.name),
      ["chat-r1"],
    );
    const { policyTypes, ingress, egress } = mine[0]!.spec;
    assert.deepEqual(policyTypes, ["Ingress", "Egress"]);
    const [inbound] = ingress;
    assert.deepEqual(await namespacesOf(scenario, inbound!.from!), ["assistant", "monitoring"]);
    assert.deepEqual(
      inbound!.ports.map(({ port }) => port),
      ["http"],
    );
    assert.deepEqual(
      egress.map(({ ports }) => ports.map(({ port }) => port)),
      [[53, 53], [443]],
    );
    assert.deepEqual(await namespacesOf(scenario, egress[0]!.to!), ["kube-system"]);
    assert.deepEqual(
      egress[1]!.to!.map(({ ipBlock }) => ipBlock?.cidr),
      ["0.0.0.0/0", "::/0"],
    );
  });

  it("is within the restricted Pod Security Standard, which the namespace enforces", async () => {
    const scenario = await Scenario.of(VALUES);
    await scenario.scheduled("chat", 1);
    await assert.rejects(
      scenario.cluster.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "root", namespace: scenario.namespace },
        spec: { containers: [{ name: "main", image: "busybox" }] },
      }),
      /violates PodSecurity "restricted:latest"/,
    );
    const failed = await eventually("the ReplicaSets", async () => {
      const sets = await scenario.cluster.list<Pod>("apps/v1", "ReplicaSet", { namespace: scenario.namespace });
      return sets.length === 2 ? sets.flatMap(({ status }) => status?.conditions ?? []) : undefined;
    });
    assert.deepEqual(failed, []);
  });
});
