import assert from "node:assert/strict";
import { ApiError } from "../../tools/local/client.js";
import { eventually, GROUPS, model, type Pod, Scenario } from "./scenario.js";

const THREE_NODES = { inference: { ...GROUPS.inference, max: 3 } };

function replicas(count: number) {
  return { models: { chat: model({ autoscaling: { min: count, max: count } }) }, groups: THREE_NODES };
}

/** Asks for a pod's eviction as `kubectl drain` does; the API server's refusal, if it refuses. */
async function evict({ cluster, namespace }: Scenario, { metadata: { name } }: Pod): Promise<ApiError | undefined> {
  try {
    await cluster.call("POST", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } },
    });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ApiError) return thrown;
    throw thrown;
  }
}

function cordon({ cluster }: Scenario, name: string): Promise<unknown> {
  return cluster.patch({ apiVersion: "v1", kind: "Node", metadata: { name } }, { spec: { unschedulable: true } });
}

/** The budget as the controller sees it. */
async function allowed(scenario: Scenario): Promise<number | undefined> {
  const budget = await scenario.get<Pod & { status?: { disruptionsAllowed?: number } }>(
    "policy/v1",
    "PodDisruptionBudget",
    "chat-r1",
  );
  return budget.status?.disruptionsAllowed;
}

describe("nodes that go", () => {
  it("drains one replica at a time: the next only once its successor is ready", async () => {
    const scenario = await Scenario.of(replicas(2), { chat: "4s" });
    await scenario.rolledOut("chat-r1");
    await eventually("a budget of one", async () => ((await allowed(scenario)) === 1 ? true : undefined));
    const [first, second] = (await scenario.podsOf("chat")) as [Pod, Pod];
    await cordon(scenario, first.spec.nodeName!);
    await cordon(scenario, second.spec.nodeName!);

    assert.equal(await evict(scenario, first), undefined);
    const refusal = await evict(scenario, second);
    assert.equal(refusal?.status, 429);
    assert.match(refusal.message, /Cannot evict pod as it would violate the pod's disruption budget/);

    await scenario.rolledOut("chat-r1");
    await eventually("a budget of one", async () => ((await allowed(scenario)) === 1 ? true : undefined));
    assert.equal(await evict(scenario, second), undefined);
    const left = await scenario.podsOf("chat");
    const free = left.find(({ metadata }) => ![first, second].some((old) => old.metadata.uid === metadata.uid))!;
    assert.ok(![first.spec.nodeName, second.spec.nodeName].includes(free.spec.nodeName), "its successor is elsewhere");
  });

  it("evicts at any time a replica that is not ready, so that a model which cannot start holds up no drain", async () => {
    const scenario = await Scenario.of(replicas(1), { chat: "never" });
    const [pod] = await scenario.scheduled("chat", 1);
    assert.equal(await eventually("the budget", async () => allowed(scenario)), 0);
    assert.equal(await evict(scenario, pod!), undefined);
  });

  it("brings the replicas of a lost node back on another", async () => {
    const scenario = await Scenario.of(replicas(2));
    await scenario.rolledOut("chat-r1");
    const [lost, kept] = (await scenario.podsOf("chat")) as [Pod, Pod];
    await scenario.removeNode(lost.spec.nodeName!);
    const pods = await eventually(
      "the replica's return",
      async () => {
        const there = (await scenario.podsOf("chat")).filter(({ metadata }) => metadata.uid !== lost.metadata.uid);
        return there.length === 2 && there.every(({ spec }) => spec.nodeName !== undefined) ? there : undefined;
      },
      { seconds: 100 },
    );
    assert.ok(
      pods.some(({ metadata }) => metadata.uid === kept.metadata.uid),
      "the other has not moved",
    );
    assert.equal(new Set([lost, ...pods].map(({ spec }) => spec.nodeName)).size, 3);
    await scenario.rolledOut("chat-r1");
  });
});
