import assert from "node:assert/strict";

import { LOCAL_RUN } from "../../../components/vocabulary/labels.js";
import { applyAll, isRolledOut, prune, untilRolledOut, whyNotReady } from "../../../tools/local/apply.js";
import { ApiError, describe as named, type KubernetesObject } from "../../../tools/local/client.js";
import type { Step } from "../../../tools/local/manifests.js";
import { RUNTIME_LABELS, SELECTOR } from "../../serving/fixtures.js";
import { FakeCluster } from "./fakes.js";

const API_VERSIONS: Record<string, string> = {
  Namespace: "v1",
  Secret: "v1",
  Service: "v1",
  ServiceAccount: "v1",
  Pod: "v1",
  Deployment: "apps/v1",
  ReplicaSet: "apps/v1",
  PodDisruptionBudget: "policy/v1",
  NetworkPolicy: "networking.k8s.io/v1",
  PodMonitor: "monitoring.coreos.com/v1",
  ScaledObject: "keda.sh/v1alpha1",
  PriorityClass: "scheduling.k8s.io/v1",
};
const RUN = "0123456789abcdef";
const SOON = { run: RUN, rolloutSeconds: 0.01 };
const LATER = { run: RUN, rolloutSeconds: 60 };
const ROLLED_OUT = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

/** Labels of what the run has made. */
const OURS = { ...RUNTIME_LABELS, [LOCAL_RUN]: RUN };

function object(kind: string, name: string, rest: object = {}): KubernetesObject {
  const namespace = ["Namespace", "PriorityClass"].includes(kind) ? {} : { namespace: "vllm" };
  return { apiVersion: API_VERSIONS[kind]!, kind, metadata: { name, ...namespace, labels: OURS }, ...rest };
}

function deployment(name: string, status?: object): KubernetesObject {
  const found = object("Deployment", name, {
    spec: { replicas: 2, selector: { matchLabels: SELECTOR } },
    ...(status && { status }),
  });
  Object.assign(found.metadata, { generation: 1 });
  return found;
}

function service(release: string, name = "chat"): KubernetesObject {
  return object("Service", name, { spec: { selector: { ...SELECTOR, "pulumi-vllm.dev/release": release } } });
}

function step(of: KubernetesObject, ...after: KubernetesObject[]): Step {
  return { object: of, after, once: of.kind === "Secret" };
}

const NAMESPACE = object("Namespace", "vllm");
const ACCOUNT = object("ServiceAccount", "chat-r1");
const SECRET = object("Secret", "chat-api-key", { stringData: { "api-key": "first" } });

/** As when a release is moved: r1 serves, r2 is new and somebody has to wait for it. */
function moving(status?: object): { cluster: FakeCluster; steps: Step[] } {
  const cluster = new FakeCluster(service("r1"), deployment("chat-r1", ROLLED_OUT));
  const r2 = deployment("chat-r2");
  if (status !== undefined) cluster.put(deployment("chat-r2", status));
  return { cluster, steps: [step(service("r2"), r2), step(deployment("chat-r1")), step(r2)] };
}

describe("applyAll", () => {
  it("applies nothing before what it depends on is there, whatever the order of the steps", async () => {
    const cluster = new FakeCluster();
    const r1 = deployment("chat-r1");
    for (const first of [NAMESPACE, ACCOUNT, r1]) cluster.delaysMs.set(named(first), 15);
    const steps = [
      step(service("r1"), r1, NAMESPACE),
      step(r1, NAMESPACE, ACCOUNT),
      step(ACCOUNT, NAMESPACE),
      step(NAMESPACE),
    ];
    const applied = await applyAll(cluster.cluster, steps, LATER);
    assert.deepEqual(cluster.calls, [
      "apply Namespace vllm",
      "applied Namespace vllm",
      "apply ServiceAccount vllm/chat-r1",
      "applied ServiceAccount vllm/chat-r1",
      "apply Deployment vllm/chat-r1",
      "applied Deployment vllm/chat-r1",
      "apply Service vllm/chat",
      "applied Service vllm/chat",
    ]);
    assert.deepEqual(applied, {
      changed: ["Namespace vllm", "ServiceAccount vllm/chat-r1", "Deployment vllm/chat-r1", "Service vllm/chat"],
      unchanged: 0,
      stuck: [],
    });
  });

  it("applies at once what does not depend on each other", async () => {
    const cluster = new FakeCluster();
    const names = ["one", "two", "three"];
    await applyAll(
      cluster.cluster,
      names.map((name) => step(object("NetworkPolicy", name))),
      LATER,
    );
    assert.deepEqual(
      cluster.calls.slice(0, 3).toSorted(),
      names.map((name) => `apply NetworkPolicy vllm/${name}`).toSorted(),
    );
  });

  it("finds the second time that nothing has changed, whatever the API server writes into its objects", async () => {
    const cluster = new FakeCluster();
    const steps = [step(NAMESPACE), step(SECRET, NAMESPACE), step(ACCOUNT, NAMESPACE)];
    assert.equal((await applyAll(cluster.cluster, steps, LATER)).changed.length, 3);
    const version = cluster.at("Namespace vllm").metadata.resourceVersion;
    assert.deepEqual(await applyAll(cluster.cluster, steps, LATER), { changed: [], unchanged: 3, stuck: [] });
    assert.notEqual(cluster.at("Namespace vllm").metadata.resourceVersion, version);
  });

  it("names what has changed, and only that", async () => {
    const cluster = new FakeCluster();
    await applyAll(cluster.cluster, [step(NAMESPACE), step(ACCOUNT, NAMESPACE)], LATER);
    const account = object("ServiceAccount", "chat-r1", { automountServiceAccountToken: false });
    assert.deepEqual(await applyAll(cluster.cluster, [step(NAMESPACE), step(account, NAMESPACE)], LATER), {
      changed: ["ServiceAccount vllm/chat-r1"],
      unchanged: 1,
      stuck: [],
    });
  });

  it("makes a Secret once and then leaves it alone", async () => {
    const cluster = new FakeCluster();
    await applyAll(cluster.cluster, [step(SECRET)], LATER);
    const other = object("Secret", "chat-api-key", { stringData: { "api-key": "second" } });
    assert.deepEqual(await applyAll(cluster.cluster, [step(other)], LATER), { changed: [], unchanged: 1, stuck: [] });
    assert.deepEqual(cluster.at("Secret vllm/chat-api-key")["stringData"], { "api-key": "first" });
  });

  it("leaves a live Service as it is, with the reason, when its Deployment is not rolled out in time", async () => {
    const { cluster, steps } = moving();
    const message = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.";
    cluster.put(
      object("Pod", "chat-r2-a", { status: { conditions: [{ type: "PodScheduled", status: "False", message }] } }),
    );
    assert.deepEqual(await applyAll(cluster.cluster, steps, SOON), {
      changed: ["Deployment vllm/chat-r2"],
      unchanged: 1,
      stuck: [{ deployment: "Deployment vllm/chat-r2", reason: message, left: ["Service vllm/chat"] }],
    });
    assert.deepEqual(cluster.at("Service vllm/chat"), service("r1"));
  });

  it("names a Deployment once, with all that is left for it", async () => {
    const { cluster, steps } = moving();
    cluster.put(service("r1", "chat-next"));
    steps.push(step(service("r2", "chat-next"), steps[2]!.object));
    const { stuck } = await applyAll(cluster.cluster, steps, SOON);
    assert.equal(stuck.length, 1);
    assert.deepEqual(stuck[0]!.left.toSorted(), ["Service vllm/chat", "Service vllm/chat-next"]);
  });

  it("moves a live Service once its Deployment is rolled out", async () => {
    const { cluster, steps } = moving();
    const moved = applyAll(cluster.cluster, steps, LATER);
    setTimeout(() => {
      assert.deepEqual(cluster.at("Service vllm/chat"), service("r1"), "moved before its Deployment was rolled out");
      cluster.put(deployment("chat-r2", ROLLED_OUT));
    }, 100);
    assert.deepEqual((await moved).stuck, []);
    assert.deepEqual(cluster.at("Service vllm/chat")["spec"], service("r2")["spec"]);
    assert.equal(cluster.calls.at(-1), "applied Service vllm/chat");
  });

  it("does not wait before it creates a new Service, which has no clients yet", async () => {
    const cluster = new FakeCluster();
    const r1 = deployment("chat-r1");
    const { changed } = await applyAll(cluster.cluster, [step(r1), step(service("r1"), r1)], {
      run: RUN,
      rolloutSeconds: 3600,
    });
    assert.deepEqual(changed, ["Deployment vllm/chat-r1", "Service vllm/chat"]);
  });

  it("leaves a foreign object of the same name, and says whose it is", async () => {
    const theirs = deployment("chat-r1");
    theirs.metadata.labels = { ...RUNTIME_LABELS, "app.kubernetes.io/part-of": "prod" };
    const cluster = new FakeCluster(theirs);
    await assert.rejects(applyAll(cluster.cluster, [step(deployment("chat-r1"))], LATER), {
      name: "ApiError",
      status: 409,
      message: /^Deployment vllm\/chat-r1: is there and of stack prod, managed by pulumi, so it is left as it is/,
    });
    assert.deepEqual(cluster.at("Deployment vllm/chat-r1"), theirs);
  });

  it("throws what the API server has refused, once all else is applied that does not depend on it", async () => {
    const cluster = new FakeCluster();
    const refusal = new ApiError(422, "ServiceAccount vllm/chat-r1", "metadata.name: Invalid value");
    cluster.refusals.set("ServiceAccount vllm/chat-r1", refusal);
    const r1 = deployment("chat-r1");
    const policy = object("NetworkPolicy", "chat-r1");
    cluster.delaysMs.set(named(policy), 20);
    const steps = [step(ACCOUNT), step(r1, ACCOUNT), step(service("r1"), r1), step(NAMESPACE), step(policy, NAMESPACE)];
    await assert.rejects(applyAll(cluster.cluster, steps, LATER), (thrown) => thrown === refusal);
    assert.deepEqual([...cluster.objects.keys()], ["Namespace vllm", "NetworkPolicy vllm/chat-r1"]);
  });
});

describe("isRolledOut", () => {
  const rollout = (status?: object, replicas?: number) =>
    isRolledOut({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "chat-r1", generation: 3 },
      spec: { ...(replicas !== undefined && { replicas }) },
      ...(status !== undefined && { status }),
    });
  const done = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

  it("holds when every replica is of the newest template and available", () => {
    assert.equal(rollout(done, 2), true);
    assert.equal(rollout({ observedGeneration: 3 }, 0), true);
    assert.equal(rollout({ observedGeneration: 3, replicas: 1, updatedReplicas: 1, availableReplicas: 1 }), true);
  });

  const others: [why: string, status: object | undefined][] = [
    ["nobody has looked at it", undefined],
    ["the status is of the template before", { ...done, observedGeneration: 2 }],
    ["a replica is of the template before", { ...done, updatedReplicas: 1 }],
    ["an old replica is still there", { ...done, replicas: 3 }],
    ["a replica is not available", { ...done, availableReplicas: 1 }],
  ];
  for (const [why, status] of others) {
    it(`does not hold while ${why}`, () => assert.equal(rollout(status, 2), false));
  }
});

describe("untilRolledOut", () => {
  it("says which Deployment it has waited for, and how long", async () => {
    const { cluster, steps } = moving();
    await assert.rejects(untilRolledOut(cluster.cluster, steps[2]!.object, 0), {
      name: "LocalFailure",
      message: "the rollout of Deployment vllm/chat-r2: not there after 0 s",
    });
    await untilRolledOut(cluster.cluster, deployment("chat-r1"), 0);
  });
});

describe("whyNotReady", () => {
  const why = (...objects: KubernetesObject[]) =>
    whyNotReady(new FakeCluster(...objects).cluster, deployment("chat-r1"));
  const message = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.";
  const conditions = (...list: object[]) => ({ status: { conditions: list } });
  const failure = { type: "ReplicaFailure", status: "True", message: 'pods "chat-r1-" is forbidden: exceeded quota' };

  it("is the scheduler's message for a pod without a node", async () => {
    const placed = object("Pod", "a", conditions({ type: "PodScheduled", status: "True" }));
    const pending = object("Pod", "b", conditions({ type: "PodScheduled", status: "False", message }));
    assert.equal(await why(deployment("chat-r1", { conditions: [failure] }), placed, pending), message);
  });

  it("is why there are no pods", async () => {
    assert.equal(await why(deployment("chat-r1", { conditions: [failure] })), failure.message);
    const past = { ...failure, status: "False" };
    assert.equal(await why(deployment("chat-r1", { conditions: [past] })), "its pods are loading their model");
  });

  it("is that the model loads, when its pods have a node; foreign pods do not matter", async () => {
    const placed = object("Pod", "a", conditions({ type: "PodScheduled", status: "True" }));
    const other = object("Pod", "b", conditions({ type: "PodScheduled", status: "False", message }));
    other.metadata.labels = { ...RUNTIME_LABELS, "pulumi-vllm.dev/release": "r2" };
    const elsewhere = object("Pod", "c", conditions({ type: "PodScheduled", status: "False", message }));
    elsewhere.metadata.namespace = "other";
    assert.equal(await why(deployment("chat-r1"), placed, other, elsewhere), "its pods are loading their model");
  });

  it("is that there is no such Deployment", async () => assert.equal(await why(), "it is not there"));
});

describe("prune", () => {
  it("deletes what the stack no longer names, what scales and scrapes first", async () => {
    const kinds = [
      "ServiceAccount",
      "Service",
      "Secret",
      "PodMonitor",
      "Deployment",
      "NetworkPolicy",
      "ScaledObject",
      "PodDisruptionBudget",
    ];
    const cluster = new FakeCluster(
      NAMESPACE,
      ...["r1", "r2"].flatMap((release) => kinds.map((kind) => object(kind, `chat-${release}`))),
    );
    const steps = kinds.map((kind) => step(object(kind, "chat-r2")));
    const gone = [
      "ScaledObject",
      "PodMonitor",
      "Deployment",
      "Service",
      "PodDisruptionBudget",
      "NetworkPolicy",
      "ServiceAccount",
      "Secret",
    ];
    assert.deepEqual(
      await prune(cluster.cluster, RUN, steps),
      gone.map((kind) => `${kind} vllm/chat-r1`),
    );
    assert.deepEqual(
      cluster.calls.filter((call) => call.startsWith("remove")),
      gone.map((kind) => `remove ${kind} vllm/chat-r1`),
    );
    assert.deepEqual(
      [...cluster.objects.keys()].sort(),
      ["Namespace vllm", ...kinds.map((kind) => `${kind} vllm/chat-r2`)].sort(),
    );
    assert.deepEqual(await prune(cluster.cluster, RUN, steps), []);
  });

  it("leaves objects of another stack, another run, somebody else or an owner, and those that are made once", async () => {
    const otherStack = object("Service", "theirs");
    otherStack.metadata.labels = { ...RUNTIME_LABELS, "app.kubernetes.io/part-of": "prod" };
    const otherRun = object("Service", "of-another-run");
    otherRun.metadata.labels = { ...RUNTIME_LABELS, [LOCAL_RUN]: "fedcba9876543210" };
    const byHand = object("Service", "by-hand");
    byHand.metadata.labels = { ...RUNTIME_LABELS, "app.kubernetes.io/managed-by": "Helm" };
    const likeOurs = object("Service", "like-ours");
    likeOurs.metadata.labels = RUNTIME_LABELS;
    const inTheirs = object("Service", "ours-in-theirs");
    inTheirs.metadata.namespace = "theirs";
    const owned = object("Service", "owned");
    owned.metadata.ownerReferences = [{ kind: "Deployment", name: "chat-r1" }];
    const kept = [
      otherStack,
      otherRun,
      byHand,
      likeOurs,
      inTheirs,
      owned,
      NAMESPACE,
      object("PriorityClass", "vllm-spare"),
      object("Pod", "chat-r1-a"),
    ];
    const cluster = new FakeCluster(...kept, object("Service", "ours"));
    assert.deepEqual(await prune(cluster.cluster, RUN, []), ["Service vllm/ours"]);
    assert.deepEqual([...cluster.objects.keys()], kept.map(named));
  });

  it("tells objects of one name in two namespaces apart", async () => {
    const elsewhere = object("Service", "chat");
    elsewhere.metadata.namespace = "old";
    const cluster = new FakeCluster(object("Namespace", "old"), NAMESPACE, elsewhere, object("Service", "chat"));
    assert.deepEqual(await prune(cluster.cluster, RUN, [step(object("Service", "chat"))]), ["Service old/chat"]);
  });
});
